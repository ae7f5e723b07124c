"""A witness of the test's own, served from this process or from its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path

import pytest

from compliance.domain.tlog.note_keys import VerifierKey, parse_vkey
from compliance.witness.home import Home, home_create, home_open
from compliance.witness.server import WitnessServer
from compliance.witness.service import Answer, Witness
from tests.serving import serving
from tests.witness.logs import ORIGIN, GrowingLog

NAME = "witness.example/w1"
ROOT = Path(__file__).parents[2]


class Clock:
    """Tells what the test says."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> GrowingLog:
    return GrowingLog()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home_create(tmp_path / "witness", name=NAME, random=os.urandom)
    opened = home_open(tmp_path / "witness")
    yield opened
    opened.state.close()


@pytest.fixture
def witness(home: Home, log: GrowingLog, clock: Clock) -> Witness:
    logs = {ORIGIN: [one.key for one in log.keys]}
    return Witness(home.state, home.keys, logs=logs, clock=clock, forks=home.forks)


@pytest.fixture
def server(witness: Witness) -> Iterator[WitnessServer]:
    with serving(WitnessServer(("127.0.0.1", 0), witness, seconds=1.0, connections=8)) as one:
        yield one


class Process:
    """``python -m compliance.witness`` as whoever runs it starts it.

    Args:
        before: a command that the witness is run by.
    """

    def __init__(self, folder: Path, *arguments: str, before: Sequence[str] = ()) -> None:
        self.folder = folder
        self.arguments = arguments
        self.before = before
        self.vkeys: list[VerifierKey] = []
        self.start()

    def start(self) -> None:
        command = [*self.before, sys.executable, "-m", "compliance.witness"]
        command += ["--home", str(self.folder)]
        command += ["--listen", "127.0.0.1:0", *self.arguments]
        self.running = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.running.stdout
        said = ""
        for line in self.running.stdout:
            said += line
            if line.startswith("Serving"):
                break
        self.vkeys = [parse_vkey(line) for line in said.split("\n") if line.startswith(NAME)]
        found = re.search(r"^Serving http://127.0.0.1:(\d+)/$", said, re.M)
        assert found, said
        self.port = int(found[1])

    def kill(self) -> None:
        self.running.kill()
        self._gone()

    def stop(self) -> int:
        self.running.terminate()
        return self._gone()

    def _gone(self) -> int:
        code = self.running.wait(timeout=20)
        assert self.running.stdout
        self.running.stdout.close()
        return code


@pytest.fixture
def process(tmp_path: Path, log: GrowingLog) -> Iterator[Callable[..., Process]]:
    """Starts witnesses of one folder; see ``Process`` for what may be given."""
    started: list[Process] = []
    vkeys = [option for key in log.keys for option in ("--log", str(key.key))]

    def start(before: Sequence[str] = ()) -> Process:
        started.append(Process(tmp_path / "process", "--name", NAME, *vkeys, before=before))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def post(port: int, body: bytes) -> Answer:
    """One request of one connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        return post_on(connection, body)
    finally:
        connection.close()


def post_on(connection: HTTPConnection, body: bytes) -> Answer:
    """One request, on a connection that stays open."""
    connection.request("POST", "/add-checkpoint", body)
    answer = connection.getresponse()
    return Answer(answer.status, answer.read(), answer.headers["Content-Type"])
