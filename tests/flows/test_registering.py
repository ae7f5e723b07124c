"""``assay register --wait`` against the real server: what a CI job sees, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.accounts.services import token_issue
from compliance.audits.models import Run, StressTest
from compliance.registry.models import Version
from tests.browser.record import COMPLIANT, VIOLATING, announce, finish
from tests.cast import Cast
from tests.conftest import write_weights
from tests.flows.conftest import ROOT, Processes, Wait
from workers import service
from workers.registering import _status
from workers.service import Service, UnreachableError

DIGEST = "provenance.weights_digest"


class Terminal:
    """Starts the command as a job does: server and token in the environment."""

    def __init__(self, environment: dict[str, str], site: str, token: str) -> None:
        self._environment = environment | {"ASSAY_URL": site, "ASSAY_TOKEN": token}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "workers", "register", *arguments],
            cwd=ROOT,
            env=self._environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **more: str) -> tuple[int, str]:
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out + err


@pytest.fixture
def terminal(site_environment: dict[str, str], live_site: str, cast: Cast) -> Terminal:
    until = timezone.now() + timedelta(hours=1)
    token = token_issue(user=cast.engineer, name="ci", expires_at=until)
    return Terminal(site_environment, live_site, token)


def test_a_job_registers_a_version_and_ends_with_what_a_real_worker_found(
    processes: Processes, wait: Wait, terminal: Terminal, version: Version, models_root: Path
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    location = write_weights(models_root, "second", seed=2)
    status, said = terminal.run(
        *("northwind/assistant", "2.0", "--location", location, "--wait", "--test", DIGEST)
    )
    assert status == 0, said
    assert "northwind/assistant 2.0 is registered" in said
    assert (DIGEST in said, "compliant" in said) == (True, True)


def test_a_job_fails_on_a_violation_and_prints_its_interval(
    terminal: Terminal, wait: Wait, version: Version, models_root: Path
) -> None:
    announce()
    location = write_weights(models_root, "second", seed=2)
    words = ("northwind/assistant", "2.0", "--location", location, "--wait", "--json")
    tests = ("--test", "safety.refusal", "--test", DIGEST)
    job = terminal.start(*words, *tests, ASSAY_KEY="job-1")
    wait(Run.objects.exists, what="the run")
    for shard, finding in zip(Run.objects.get().shards.all(), (VIOLATING, COMPLIANT), strict=True):
        finish(shard, finding)
    out, err = job.communicate(timeout=60)
    assert job.returncode == 1, err
    told = json.loads(out)
    (result,) = [one for one in told["results"] if one["verdict"] == "violating"]
    assert (result["estimate"]["lower"], result["estimate"]["upper"]) == pytest.approx((0.15, 0.27))
    # The same job, started again by somebody impatient: nothing happens twice.
    status, said = terminal.run(*words[:-1], *tests, ASSAY_KEY="job-1")
    assert (status, "between 0.15 and 0.27 at alpha 0.001" in said) == (1, True), said
    assert (Run.objects.count(), Version.objects.filter(name="2.0").count()) == (1, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("northwind/nothing", "2.0", "--location", "tiny"), "no model northwind/nothing"),
        (("northwind/assistant", "2.0", "--location", "nowhere"), "location"),
    ],
)
def test_what_is_refused_ends_with_2_and_the_reason(
    terminal: Terminal, version: Version, words: tuple[str, ...], said: str
) -> None:
    status, told = terminal.run(*words)
    assert (status, said in told) == (2, True), told


def test_a_server_that_cannot_be_reached_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_PAUSE_SECONDS", 0.0)
    with (
        Service("http://127.0.0.1:9", "token") as closed,
        pytest.raises(UnreachableError, match="cannot be reached"),
    ):
        closed.get("models")


@pytest.mark.parametrize(
    ("states", "verdicts", "status"),
    [
        ([("completed", "completed")], ["compliant", "compliant"], 0),
        ([("completed", "completed")], ["compliant", "violating"], 1),
        ([("completed", "completed")], ["compliant", "inconclusive"], 3),
        ([("completed", "not_testable")], ["compliant"], 4),
        ([("errored", "errored")], ["compliant"], 4),
        ([("completed", "completed")], [], 4),
        ([("running", "leased")], ["compliant"], 75),
        # A violation is one, however much else is missing.
        ([("running", "leased"), ("errored", "errored")], ["violating"], 1),
    ],
)
def test_what_is_not_known_is_never_taken_for_good(
    states: list[tuple[str, str]], verdicts: list[str], status: int
) -> None:
    runs = [{"state": run, "shards": [{"state": shard}]} for run, shard in states]
    assert _status(runs, [{"verdict": verdict} for verdict in verdicts]) == status
