"""Nothing that was started survives its launcher, whatever happens to either."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher.guardian import alive
from launcher.supervisor import (
    ROOT,
    Service,
    StepFailedError,
    StopRequestedError,
    Supervisor,
)

# A service that does not want to end, with a child that wants it even less, as a Celery worker in
# the middle of a task has one. Both write their process ids to the file named.
STUBBORN = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
os.fork()
with open(sys.argv[1], "a") as ids:
    print(os.getpid(), file=ids, flush=True)
time.sleep(600)
"""
OBEDIENT = """
import os, sys, time
with open(sys.argv[1], "a") as ids:
    print(os.getpid(), file=ids, flush=True)
time.sleep(600)
"""
LAUNCHER = """
import sys
from pathlib import Path
from launcher.supervisor import Service, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), print)
argv = (sys.executable, "-c", sys.argv[2], sys.argv[3])
supervisor.start(Service("stubborn", argv, {}))
supervisor.pause(600)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, said.append)
    yield made
    made.stop()


def python(name: str, program: str, *arguments: str) -> Service:
    return Service(name, (sys.executable, "-c", program, *arguments), {})


def ids_of(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def test_stop_ends_the_stubborn_and_their_children_within_ten_seconds(tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    supervisor = Supervisor(tmp_path, print)
    supervisor.start(python("stubborn", STUBBORN, str(ids)))
    assert until(lambda: len(ids_of(ids)) == 2)
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 10
    assert until(lambda: not any(map(alive, ids_of(ids))))


def test_the_last_started_is_asked_first(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    with open(sys.argv[1], 'a') as order: order.write(sys.argv[2])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "open(sys.argv[1] + sys.argv[2], 'w').close()\n"
        "while True: time.sleep(0.01)\n"
    )
    order = tmp_path / "order"
    supervisor = Supervisor(tmp_path, print)
    server = python("server", program, str(order), "server ")
    supervisor.start(Service(server.name, server.argv, {}, tier=1))
    supervisor.start(python("app", program, str(order), "app "))
    assert until(lambda: len(list(tmp_path.glob("order*"))) == 2)
    supervisor.stop()
    assert order.read_text() == "app server "


def killable(tmp_path: Path, program: str) -> subprocess.Popen[bytes]:
    """A launcher in a process of its own, with one service."""
    ids = tmp_path / "ids"
    argv = [sys.executable, "-c", LAUNCHER, str(tmp_path), program, str(ids)]
    launcher = subprocess.Popen(argv, cwd=ROOT)
    assert until(lambda: len(ids_of(ids)) == program.count("fork") + 1)
    return launcher


def test_a_killed_launcher_leaves_nothing_behind(tmp_path: Path) -> None:
    launcher = killable(tmp_path, STUBBORN)
    launcher.kill()
    launcher.wait()
    assert until(lambda: not any(map(alive, ids_of(tmp_path / "ids"))), seconds=12)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_a_launcher_killed_with_its_guardian_leaves_no_service_behind(tmp_path: Path) -> None:
    launcher = killable(tmp_path, OBEDIENT)
    children = Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split()
    (service,) = ids_of(tmp_path / "ids")
    (guardian,) = {int(pid) for pid in children} - {service}
    os.kill(guardian, signal.SIGKILL)
    launcher.kill()
    launcher.wait()
    assert until(lambda: not alive(service))


def test_a_crashed_service_starts_again_and_it_is_said(
    supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.start(python("short", "raise SystemExit(3)"))
    supervisor.wait(lambda: len(said) == 2, seconds=10, what="a second crash")
    assert "short ended by itself (status 3) and starts again in 1 s" in said[0]
    assert "in 2 s" in said[1]


def test_a_step_hands_on_its_lines_and_returns_them(supervisor: Supervisor) -> None:
    heard: list[str] = []
    program = "import time; print('one', flush=True); time.sleep(0.5); print('two')"
    assert supervisor.run(python("step", program), heard.append) == "one\ntwo\n"
    assert heard == ["one", "two"]


def test_a_failed_step_tells_its_last_words_and_its_log(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(StepFailedError, match=r"the disk is full \(log: .*step\.log\)"):
        supervisor.run(python("step", "import sys; sys.exit('the disk is full')"))
    assert "the disk is full" in (tmp_path / "step.log").read_text()


def test_a_request_to_stop_ends_any_wait(supervisor: Supervisor) -> None:
    supervisor.request_stop()
    with pytest.raises(StopRequestedError):
        supervisor.wait(lambda: False, seconds=60, what="nothing")


def test_what_is_awaited_in_vain_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(StepFailedError, match="for the moon"):
        supervisor.wait(lambda: False, seconds=0.2, what="the moon")
