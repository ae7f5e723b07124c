"""The doorbell and the reconciler: what PostgreSQL says is done, whatever the broker forgets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from compliance.audits.models import Repair, Run, Shard, Transition
from compliance.audits.services import (
    messages_restore,
    runs_settle,
    shard_claim,
    shard_fail,
    shards_ring,
)
from compliance.domain.runs import RING_AGAIN_SECONDS
from compliance.domain.vocabulary import RepairKind, RunState, ShardState


def rung() -> list[Shard]:
    heard: list[Shard] = []
    shards_ring(ring=heard.append)
    return heard


def nobody(queue: str) -> bool:
    return True


def grow_old(shard: Shard) -> None:
    long_ago = Now() - timedelta(seconds=RING_AGAIN_SECONDS + 1)
    Shard.objects.filter(id=shard.id).update(rung_at=long_ago)


def test_a_queued_shard_is_rung_for_once(run: Run) -> None:
    assert [shard.run_id for shard in rung()] == [run.id]
    assert rung() == []


def test_a_broker_that_takes_nothing_leaves_the_shard_to_be_rung_for(run: Run) -> None:
    def broken(shard: Shard) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        shards_ring(ring=broken)
    assert len(rung()) == 1


def test_a_forgotten_message_is_sent_again_and_the_repair_is_kept(run: Run) -> None:
    grow_old(rung()[0])
    assert messages_restore(empty=nobody) == 1
    assert len(rung()) == 1
    repair = Repair.objects.get()
    assert (repair.kind, repair.run) == (RepairKind.MESSAGE_LOST.value, run)


def test_what_waits_behind_other_messages_is_not_forgotten(run: Run) -> None:
    grow_old(rung()[0])
    assert messages_restore(empty=lambda queue: False) == 0


def test_a_message_just_sent_is_given_time(run: Run) -> None:
    rung()
    assert messages_restore(empty=nobody) == 0


def test_a_failed_shard_waits_longer_after_each_failure(run: Run) -> None:
    waits = []
    for _ in range(3):
        Shard.objects.update(not_before=None)
        lease = shard_claim(shard_id=run.shards.get().id, worker="worker-1")
        assert lease is not None
        shard_fail(lease=lease, trouble="ValueError: no")
        waits.append(Transition.objects.latest("id").why)
        assert rung() == []
        assert shard_claim(shard_id=run.shards.get().id, worker="worker-2") is None
    assert waits == [f"ValueError: no; again after {seconds} s" for seconds in (2, 4, 8)]
    Shard.objects.update(not_before=Now())
    assert len(rung()) == 1


def test_an_endpoint_that_names_a_pause_is_left_alone_for_it(run: Run) -> None:
    lease = shard_claim(shard_id=run.shards.get().id, worker="worker-1")
    assert lease is not None
    shard_fail(lease=lease, trouble="busy", retry_after=90.5)
    assert Transition.objects.latest("id").why == "busy; again after 91 s"


def test_a_run_whose_shards_have_all_ended_is_ended(run: Run) -> None:
    Shard.objects.update(state=ShardState.NOT_TESTABLE.value)
    assert runs_settle() == 1
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED.value
    assert Repair.objects.get().kind == RepairKind.RUN_UNSETTLED.value
    assert runs_settle() == 0
