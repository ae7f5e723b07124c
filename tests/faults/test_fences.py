"""A thousand rounds of a worker that lost its lease and writes on, beside the one that has it."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from compliance.audits.models import Result, Run, Score, Shard
from compliance.audits.services import (
    Lease,
    shard_batch,
    shard_begin,
    shard_claim,
    shard_complete,
    shard_fail,
    shard_heartbeat,
    shard_refuse,
)
from compliance.domain.errors import LeaseLostError
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import ShardState
from compliance.registry.models import Version
from tests.apps.test_runs import answered, lapse, outcome
from tests.cast import Cast
from tests.faults.conftest import SEED

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("announced"),
]
ROUNDS = 1_000
ITEMS = 6
PAUSE = 0.005
"""Seconds between two stale writes, so that they do not keep the other worker from working."""
Write = Callable[[Lease], object]

WRITES: dict[str, Write] = {
    "begin": lambda lease: shard_begin(lease=lease, planned=ITEMS, order_digest="f" * 64),
    "batch": lambda lease: shard_batch(lease=lease, answered=[answered(ITEMS + 1)]),
    "heartbeat": lambda lease: shard_heartbeat(lease=lease),
    "complete": lambda lease: shard_complete(lease=lease, outcome=outcome()),
    "refuse": lambda lease: shard_refuse(lease=lease, reason="it should not be said"),
    "fail": lambda lease: shard_fail(lease=lease, trouble="it should not be said"),
}


class Stale(threading.Thread):
    """Writes under a lease that another worker has taken over, again and again until told."""

    def __init__(self, lease: Lease, write: Write) -> None:
        super().__init__()
        self._lease, self._write = lease, write
        self.done = threading.Event()
        self.refused = self.accepted = 0
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            while not (self.done.is_set() and self.refused):
                self._attempt()
                self.done.wait(PAUSE)
        except BaseException as error:  # told in the test's own thread
            self.trouble = error
        finally:
            connection.close()

    def _attempt(self) -> None:
        try:
            self._write(self._lease)
        except LeaseLostError:
            self.refused += 1
        else:
            self.accepted += 1


def claimed(shard: Shard, worker: str) -> Lease:
    lease = shard_claim(shard_id=shard.id, worker=worker)
    assert lease is not None
    return lease


def test_1000_rounds_of_stale_writes(cast: Cast, version: Version) -> None:
    draw = random.Random(SEED)  # noqa: S311
    refused: Counter[str] = Counter()
    for number in range(ROUNDS):
        name = draw.choice([*WRITES])
        shard = queued(cast, version)
        first = claimed(shard, "worker-1")
        lapse(shard)
        second = claimed(shard, "worker-2")
        stale = Stale(first, WRITES[name])
        stale.start()
        finish(second)
        stale.done.set()
        stale.join()
        assert stale.trouble is None, (number, name)
        assert stale.accepted == 0, (number, name)
        refused[name] += stale.refused
        whole(shard)
    assert Result.objects.count() == ROUNDS
    print(f"{ROUNDS} rounds, {refused.total()} stale writes, all refused: {dict(refused)}")


def queued(cast: Cast, version: Version) -> Shard:
    from compliance.audits.services import run_request_by

    spec = StressTestSpec("safety.refusal", 1, {"limit": 0.05})
    viewer = cast.viewer(cast.officer)
    run: Run = run_request_by(viewer=viewer, version=version, battery=[spec])
    return run.shards.get()


def finish(lease: Lease) -> None:
    """What the worker does that has the lease."""
    shard_begin(lease=lease, planned=ITEMS, order_digest="1" * 64)
    for position in range(ITEMS):
        shard_batch(lease=lease, answered=[answered(position)])
    shard_complete(lease=lease, outcome=outcome())


def whole(shard: Shard) -> None:
    """Nothing of the stale worker's is there, and all of the other's, once."""
    shard.refresh_from_db()
    assert (shard.state, shard.trouble) == (ShardState.COMPLETED.value, "")
    assert (shard.worker, shard.order_digest, shard.items_done) == ("worker-2", "1" * 64, ITEMS)
    kept = Score.objects.filter(shard=shard).order_by("position")
    assert [*kept.values_list("position", flat=True)] == [*range(ITEMS)]
    assert shard.result
