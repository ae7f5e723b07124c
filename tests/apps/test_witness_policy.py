"""A command makes the policy that needs each sector; one that needs nobody is refused."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.policy_file import parse_policy
from compliance.domain.tlog.witness_policy import NONE, Log, Policy
from tests.apps.test_log_keys import log_key
from tests.conftest import ORIGIN
from tests.domain.tlog.keys import QUANTUM, WITNESS, private


def keys_of(name: str) -> list[str]:
    return [str(private(name, kind).key) for kind in (WITNESS, QUANTUM)]


def option(sector: str, name: str, *keys: str) -> list[str]:
    return [f"--{sector}", name, f"https://{name}.example/", *keys]


ALL = [
    *option("government", "ministry", *keys_of("m.example")),
    *option("government", "agency", *keys_of("a.example")),
    *option("academia", "university", *keys_of("u.example")),
    *option("industry", "insurer", keys_of("i.example")[0]),
]


def policy(*arguments: str) -> bytes:
    out = StringIO()
    call_command("witness_policy", *arguments, stdout=out)
    return out.getvalue().encode()


def test_it_names_the_logs_keys_and_asks_for_one_of_each_sector(tmp_path: Path) -> None:
    key = tmp_path / "key"
    printed = log_key(key, "--origin", ORIGIN)
    found = parse_policy(policy(str(key), *ALL))
    assert [str(log.key) for log in found.logs] == printed
    groups = {group.name: (group.threshold, group.members) for group in found.groups}
    assert groups[found.quorum] == (3, ("government", "academia", "industry"))
    assert groups["government"] == (1, ("ministry", "agency"))
    assert {witness.url for witness in found.witnesses} == {
        f"https://{name}.example/" for name in ("ministry", "agency", "university", "insurer")
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (ALL[:-4], "--industry"),
        ([*ALL, "--industry", "bank", "https://bank.example/"], "at least one key"),
        ([*ALL, "--threshold", "2"], "has no 2 members"),
        ([*ALL, *option("industry", "bank", "no key")], "key"),
        ([*ALL, *option("industry", "bank", keys_of("m.example")[0])], "named twice"),
    ],
)
def test_what_is_no_triple_helix_is_refused(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    log_key(tmp_path / "key", "--origin", ORIGIN)
    with pytest.raises(CommandError, match=words):
        policy(str(tmp_path / "key"), *arguments)


@pytest.mark.parametrize("written", [False, True])
def test_a_sequencer_whose_policy_needs_nobody_does_not_start(
    tmp_path: Path, settings: Settings, written: bool
) -> None:
    keys = log_key(tmp_path / "key", "--origin", ORIGIN)
    file = tmp_path / "policy"
    file.write_bytes(Policy(tuple(Log(parse_vkey(one)) for one in keys), (), (), NONE).encode())
    changes = {"log_key": tmp_path / "key", "witness_policy": file if written else None}
    settings.ENV = settings.ENV.model_copy(update=changes)
    with pytest.raises(CommandError, match="--unwitnessed"):
        call_command("sequencer")
