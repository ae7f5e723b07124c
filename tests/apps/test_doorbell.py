"""Bells in a real broker: which of them a worker hears first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from queue import Empty

import pytest

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
def queue(run: Run) -> Iterator[str]:
    """The queue of the run's shards, empty before and after."""
    name = run.shards.get().queue
    with app.connection_for_write() as connection, connection.channel() as channel:
        channel.queue_purge(name)
        yield name
        channel.queue_purge(name)


def heard(queue: str) -> list[str]:
    """The shards named by the messages of a queue, in the order in which a worker is given them."""
    found: list[str] = []
    with app.connection_for_write() as connection:
        waiting = connection.SimpleQueue(queue)
        with closing(waiting), suppress(Empty):
            while True:
                message = waiting.get(timeout=1)
                found += message.payload[0]
                message.ack()
    return found


def test_what_was_interrupted_is_heard_before_what_waited_longer(
    run: Run, cast: Cast, queue: str
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
    assert heard(queue) == [str(shard.id), *(str(one.id) for one in waited)]
