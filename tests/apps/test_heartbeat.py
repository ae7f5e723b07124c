"""A worker whose lease is gone leaves off, whatever its libraries catch."""

from __future__ import annotations

import contextlib
import time

import pytest

from compliance.audits.models import Run, Shard
from compliance.audits.services import shard_claim
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import HEARTBEAT_SECONDS

# The heartbeat looks from a connection of its own at what was committed.
pytestmark = pytest.mark.django_db(transaction=True)


def test_no_library_that_catches_everything_keeps_a_worker_at_work(run: Run) -> None:
    from workers.tasks.heartbeat import heartbeat

    lease = shard_claim(shard_id=run.shards.get().id, worker="worker-1")
    assert lease is not None
    Shard.objects.update(fence=lease.fence + 1)
    began = time.monotonic()
    with pytest.raises(LeaseLostError), heartbeat(lease):
        while time.monotonic() - began < 3 * HEARTBEAT_SECONDS:
            with contextlib.suppress(Exception):
                time.sleep(0.1)
    assert time.monotonic() - began < 2 * HEARTBEAT_SECONDS


def test_a_lease_lost_before_a_failure_is_recorded_ends_quietly(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.tasks import runs

    lease = shard_claim(shard_id=run.shards.get().id, worker="worker-1")
    assert lease is not None

    def broken(*_: object) -> None:
        Shard.objects.update(fence=lease.fence + 1)
        raise RuntimeError("out of memory")

    monkeypatch.setattr(runs, "_executed", broken)
    runs.shard_execute(lease)
    assert Shard.objects.get().trouble == ""
