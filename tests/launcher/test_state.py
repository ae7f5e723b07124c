"""Where the demo keeps things, and what it refuses."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from compliance.domain.errors import InvalidInputError
from launcher.demo import free_check, web_port
from launcher.ports import HOST, free_port, is_free, kept_port
from launcher.state import (
    State,
    lock_take,
    secrets_keep,
    space_check,
    state_locate,
    state_open,
    write_private,
)


@pytest.fixture
def state(tmp_path: Path) -> State:
    opened = State(home=tmp_path / "home", cache=tmp_path / "cache")
    state_open(opened)
    return opened


def test_root_and_others_have_their_usual_folders() -> None:
    environ = {"HOME": "/home/ada"}
    assert state_locate(environ, root=True).home == Path("/var/lib/assay")
    assert state_locate(environ, root=False).home == Path("/home/ada/.local/state/assay")
    assert state_locate(environ, root=False).models == Path("/home/ada/.cache/assay/models")


def test_the_environment_names_other_folders() -> None:
    environ = {"HOME": "/h", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/c"}
    assert state_locate(environ, root=False) == State(Path("/s/assay"), Path("/c/assay"))
    named = environ | {"ASSAY_HOME": "/a", "ASSAY_CACHE": "/b"}
    assert state_locate(named, root=True) == State(Path("/a"), Path("/b"))


def test_secrets_are_made_once_and_are_their_owners_alone(state: State) -> None:
    first = secrets_keep(state.secrets)
    assert secrets_keep(state.secrets) == first
    assert len(set(first.values())) == len(first)
    assert min(map(len, first.values())) >= 32
    assert stat.S_IMODE(state.secrets.stat().st_mode) == 0o600


def test_what_is_written_in_private_was_never_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_launcher_is_refused_until_the_first_ends(state: State) -> None:
    first = lock_take(state)
    with pytest.raises(InvalidInputError, match=r"ASSAY_HOME: an Assay already runs.*Ctrl-C"):
        lock_take(state)
    os.close(first)
    os.close(lock_take(state))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match=r"ASSAY_CACHE: .* cannot be made or written to"):
        state_open(State(home=tmp_path / "home", cache=tmp_path / "file" / "cache"))


def test_a_full_disk_is_said_with_figures_and_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"MB free and .* needed\. Free some space"):
        space_check("ASSAY_HOME", tmp_path, 10**18)


def test_a_port_is_kept_until_somebody_else_takes_it(tmp_path: Path) -> None:
    kept = tmp_path / "ports.json"
    port = kept_port(kept, "postgres")
    assert kept_port(kept, "postgres") == port
    assert kept_port(kept, "valkey") != port
    with socket.socket() as taker:
        taker.bind((HOST, port))
        taker.listen()
        assert not is_free(port)
        other = kept_port(kept, "postgres")
    assert other != port
    assert kept_port(kept, "postgres") == other


@pytest.mark.parametrize("named", ["http", "0", "65536", "-1", "80.5"])
def test_a_web_port_that_is_none_is_refused_by_name(named: str) -> None:
    with pytest.raises(InvalidInputError, match="ASSAY_PORT: "):
        web_port({"ASSAY_PORT": named})


def test_a_port_in_use_is_refused_with_another_to_try() -> None:
    port = free_port()
    with socket.socket() as taker:
        taker.bind((HOST, port))
        taker.listen()
        with pytest.raises(InvalidInputError, match=f"ASSAY_PORT={port + 1} make demo"):
            free_check(port)
