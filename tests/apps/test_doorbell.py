"""Bells in a real broker: which of them a worker hears first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kombu import Queue

from compliance.audits.models import Run, Shard
from compliance.audits.services import (
    battery_resolve,
    leases_release,
    run_request_by,
    shard_claim,
    shards_ring,
)
from tests.cast import Cast
from workers.celery import app
from workers.scheduler import ring_shards


@pytest.fixture
def queue(run: Run) -> Iterator[Queue]:
    """The queue of the run's shards as workers declare it, empty before and after."""
    with app.connection_for_write() as connection:
        bound = app.amqp.queues[run.shards.get().queue](connection)
        bound.declare()
        bound.purge()
        yield bound
        bound.purge()


def heard(queue: Queue) -> Iterator[str]:
    """The shards named by the messages of a queue, in the order in which a worker is given them."""
    while (message := queue.get(no_ack=True)) is not None:
        yield from message.payload[0]


def test_what_was_interrupted_is_heard_before_what_waited_longer(
    run: Run, cast: Cast, queue: Queue
) -> None:
    viewer = cast.viewer(cast.officer)
    battery = battery_resolve(battery=["safety.refusal"])
    others = [run_request_by(viewer=viewer, version=run.version, battery=battery) for _ in range(2)]
    interrupted = others.pop()
    shard = interrupted.shards.get()
    assert shard_claim(shard_id=shard.id, worker="cpu@here") is not None
    shards_ring(ring=ring_shards)
    assert leases_release(worker="cpu@here") == 1
    shards_ring(ring=ring_shards)
    waited = Shard.objects.filter(run__in=[run, *others]).order_by("run__requested_at")
    assert list(heard(queue)) == [str(shard.id), *(str(one.id) for one in waited)]
