"""A witness that is killed, and one whose disk fails, while two histories are pushed at it."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection

import pytest

from compliance.domain.tlog.checkpoint import parse_checkpoint
from tests.witness.conftest import Process, log, post, post_on, process  # noqa: F401
from tests.witness.kills import Storm
from tests.witness.logs import GrowingLog

pytestmark = pytest.mark.faults
KILLS = 500
REQUESTS = 60


def test_500_kills_of_a_witness(process: Callable[[], Process]) -> None:  # noqa: F811
    storm = Storm(process(), kills=KILLS, seed=2)
    storm.run()
    print(f"{storm.kills} kills, {storm.answers} answers, {storm.cosigned} of them cosigned")
    assert storm.kills == KILLS
    assert storm.faults == []
    assert storm.cosigned > KILLS // 4


@pytest.fixture
def strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("no strace on this machine")
    if subprocess.run([found, "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("nothing may be traced on this machine")
    return found


@pytest.mark.parametrize(("call", "when"), [("fdatasync", "3+3"), ("pwrite64", "30+7")])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_disk_that_fails_now_and_then(
    strace: str,
    process: Callable[..., Process],  # noqa: F811
    call: str,
    when: str,
    error: str,
) -> None:
    process().stop()  # its folder is there
    inject = f"inject={call}:error={error}:when={when}"
    failing = process(before=[strace, "-D", "-f", "-qq", "-o", "/dev/null", "-e", inject])
    honest, old, seen = GrowingLog(), 0, Counter[int]()
    # One connection is one thread of the witness, and strace counts the calls of each thread.
    connection = HTTPConnection("127.0.0.1", failing.port, timeout=20)
    for _ in range(REQUESTS):
        answer = post_on(connection, honest.request(old, old + 1))
        seen[answer.status] += 1
        if answer.status == 200:
            old += 1
        elif answer.status == 409:
            old = int(answer.body)
    failing.kill()
    print(f"{call} fails by {error}: {dict(seen)}")
    assert set(seen) <= {200, 409, 503}
    assert seen[200]
    assert seen[503]
    storm = Storm(process(), kills=0, seed=3)
    head = parse_checkpoint(storm.latest()).checkpoint
    assert head.size >= old  # what was signed is there; what is there may not have been signed
    assert head.root == honest.grow(head.size).roots[head.size]


def test_a_cosignature_leaves_after_the_disk_has_it(
    strace: str,
    process: Callable[..., Process],  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """In the order of the system's own calls: written, synced, and only then sent."""
    process().stop()
    trace = tmp_path_factory.mktemp("trace") / "calls"
    calls = "trace=fdatasync,pwrite64,sendto"
    traced = process(before=[strace, "-D", "-f", "-qq", "-o", str(trace), "-e", calls])
    honest = GrowingLog()
    for size in range(20):
        assert post(traced.port, honest.request(size, size + 1)).status == 200
    traced.kill()
    synced, sent = False, 0
    for line in trace.read_text().splitlines():
        if "pwrite64(" in line:
            synced = False
        elif "fdatasync" in line and line.endswith("= 0"):
            synced = True
        elif "sendto(" in line and "HTTP/1.1 200" in line:
            assert synced, line
            sent, synced = sent + 1, False
    assert sent == 20
