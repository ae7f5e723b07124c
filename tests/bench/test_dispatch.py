"""Runs a second and overhead a run, beside bare Celery: ``make bench NAME=dispatch``.

All are measured in one session on the same broker with the same number of worker processes: a
no-op task, the quickest stress test as a task that keeps nothing, and runs of that stress test.
What is to be done lies in the broker before the clock starts, so the figures are those of the
workers; what the request and its relay cost is printed apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.db import connection

from compliance.audits.models import Run, Shard, StressTest
from compliance.audits.services import run_request_by
from compliance.domain.events import Reader
from compliance.domain.runs import TERMINAL_RUN_STATES
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import RunState
from compliance.events.models import PendingEvent
from compliance.registry.models import Version
from compliance.registry.selectors import version_subject
from launcher.services import ALONE, CELERY
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait, wait
from tests.servers import Servers

__all__ = ["wait"]

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
TASKS, RUNS, WARM = 2_000, 500, 3
WORKERS = 1
ASKED = 0.5
OVER = [state.value for state in TERMINAL_RUN_STATES]


@dataclass(frozen=True)
class Figure:
    """How long ``count`` pieces of work took all in all."""

    what: str
    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def __str__(self) -> str:
        each = 1_000 * self.seconds / self.count
        return f"{self.what}: {self.per_second:,.0f} a second, {each:.2f} ms each"


@pytest.fixture
def processes(
    site_environment: dict[str, str], tmp_path: Path, servers: Servers
) -> Iterator[Processes]:
    logs = tmp_path / "logs"
    logs.mkdir()
    with redis.Redis.from_url(servers.valkey.url) as client:
        client.flushall()
    built = Processes(site_environment | {"OMP_NUM_THREADS": "1"}, logs)
    yield built
    for name in list(built.running):
        built.kill(name)


def test_dispatch_beside_bare_celery(
    processes: Processes, wait: Wait, cast: Cast, version: Version, servers: Servers
) -> None:
    _commit_for_good()
    request, relay, execute = _assay(processes, wait, cast, version)
    bare = _bare(processes, wait, servers)
    print("", *bare, request, relay, execute, sep="\n")
    for rival in bare:
        ratio = execute.per_second / rival.per_second
        overhead = 1_000 * (1 / execute.per_second - 1 / rival.per_second) * WORKERS
        print(
            f"Assay reaches {ratio:.2f} of the throughput of {rival.what} (asked: {ASKED:.2f})"
            f" with {WORKERS} worker process; a run costs {overhead:.2f} ms more"
        )
    assert Run.objects.filter(state=RunState.COMPLETED.value).count() == RUNS + WARM


def _bare(processes: Processes, wait: Wait, servers: Servers) -> list[Figure]:
    from tests.bench.bare import QUEUE, app, nothing, stress_test

    shard = Shard.objects.select_related("run__version").first()
    assert shard is not None
    location = version_subject(version=shard.run.version).location
    _worker(processes, wait, "tests.bench.bare", QUEUE)

    def figure(what: str, count: int, send: Callable[[], object]) -> Figure:
        _consume(app, QUEUE, on=False)
        for _ in range(count):
            send()
        with redis.Redis.from_url(servers.valkey.url) as client:
            wait(lambda: client.llen(QUEUE) == count, what="every task in the queue")
            seconds = _timed(
                lambda: _consume(app, QUEUE, on=True),
                lambda: client.llen(QUEUE) == 0 and client.hlen("unacked") == 0,
                wait,
            )
        return Figure(what, count, seconds)

    def same_work() -> None:
        stress_test.delay(shard.spec, shard.seed, location)

    figure("warming up", 1, same_work)  # what a worker loads once is not a task's cost
    return [
        figure("bare Celery, no-op tasks", TASKS, lambda: nothing.delay("0")),
        figure("bare Celery, the same stress test with nothing kept", RUNS, same_work),
    ]


def _assay(
    processes: Processes, wait: Wait, cast: Cast, version: Version
) -> tuple[Figure, Figure, Figure]:
    from workers.celery import app

    _worker(processes, wait, "workers.celery", "cpu")
    wait(StressTest.objects.exists, what="the worker's announcement")
    viewer, battery = cast.viewer(cast.engineer), [StressTestSpec("provenance.weights_digest", 1)]

    def ask() -> None:
        run_request_by(viewer=viewer, version=version, battery=battery)

    def relayed() -> bool:
        return not PendingEvent.objects.filter(reader=Reader.RELAY.value).exists()

    processes.start("scheduler", "workers.scheduler")
    for _ in range(WARM):  # what a worker loads once is not a run's cost
        ask()
        wait(lambda: not Run.objects.exclude(state__in=OVER).exists(), what="the first runs")
    assert Run.objects.filter(state=RunState.COMPLETED.value).count() == WARM
    wait(relayed, what="its events")
    processes.kill("scheduler")
    _consume(app, "cpu", on=False)
    began = time.monotonic()
    for _ in range(RUNS):
        ask()
    requested = time.monotonic() - began
    start = processes.start
    relay = _timed(lambda: start("scheduler", "workers.scheduler"), relayed, wait)
    execute = _timed(
        lambda: _consume(app, "cpu", on=True),
        lambda: Run.objects.filter(state__in=OVER).count() == RUNS + WARM,
        wait,
    )
    return (
        Figure("Assay, a run requested", RUNS, requested),
        Figure("Assay, a run's events relayed (with the scheduler's start)", RUNS, relay),
        Figure("Assay, runs claimed, executed and recorded", RUNS, execute),
    )


def _worker(processes: Processes, wait: Wait, app: str, queue: str) -> None:
    words = (app if word == "workers.celery" else word for word in CELERY)
    processes.start(app, *words, *ALONE, "-Q", queue, "--hostname", f"{queue}@bench")
    wait(lambda: " ready." in processes.log(app), what=f"{app} to be ready")


def _consume(app: Celery, queue: str, *, on: bool) -> None:
    """Let the workers of ``queue`` take messages, or stop them."""
    tell = app.control.add_consumer if on else app.control.cancel_consumer
    answers = tell(queue, reply=True, timeout=5, limit=WORKERS, destination=[f"{queue}@bench"])
    assert len(answers) == WORKERS, answers


def _timed(begin: Callable[[], object], over: Callable[[], bool], wait: Wait) -> float:
    began = time.monotonic()
    begin()
    wait(over, seconds=300, what="the work to be done")
    return time.monotonic() - began


def _commit_for_good() -> None:
    """Tests need not survive a crash, but the record must, and that costs time."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
