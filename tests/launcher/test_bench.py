"""How long the servers take to start and to stop: ``make bench``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.ports import free_port
from launcher.postgres import Postgres
from launcher.supervisor import Supervisor
from launcher.system_user import system_user
from launcher.valkey import Valkey


@pytest.mark.bench
@pytest.mark.parametrize("start", ["first", "second"])
def test_servers_start_and_stop(
    start: str, reachable: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = reachable / "logs"
    logs.mkdir(exist_ok=True)
    postgres = Postgres(
        reachable / "postgres", free_port(), "super", "owner", "service", system_user()
    )
    valkey = Valkey(reachable / "valkey", free_port(), "valkey")
    supervisor = Supervisor(logs, print)
    began = time.monotonic()
    try:
        postgres.start(supervisor)
        valkey.start(supervisor)
        started = time.monotonic()
    finally:
        supervisor.stop()
    stopped = time.monotonic()
    with capsys.disabled():
        print(
            f"\n{start} start of PostgreSQL and Valkey: {started - began:.2f} s,"
            f" stop: {stopped - started:.2f} s"
        )
    assert stopped - started < 10


@pytest.fixture(scope="module")
def reachable() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter; pytest's folders are their owner's alone."""
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
