"""The doorbell and the reconciler: what PostgreSQL says is done, whatever the broker forgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from compliance.audits.models import Repair, Run, Shard, Transition
from compliance.audits.services import (
    battery_resolve,
    leases_release,
    messages_restore,
    run_request_by,
    runs_settle,
    shard_begin,
    shard_claim,
    shard_fail,
    shards_ring,
)
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import RING_AGAIN_SECONDS
from compliance.domain.vocabulary import RepairKind, RunState, ShardState
from tests.cast import Cast


def rung() -> list[Shard]:
    heard: list[Shard] = []
    shards_ring(ring=heard.extend)
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
    def broken(shards: Sequence[Shard]) -> None:
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


def test_what_workers_have_passed_over_is_forgotten_though_the_queue_is_not_empty(
    run: Run, cast: Cast
) -> None:
    later = run_request_by(
        viewer=cast.viewer(cast.officer),
        version=run.version,
        battery=battery_resolve(battery=["safety.refusal"]),
    )
    first, second = rung()
    assert second.run_id == later.id
    assert shard_claim(shard_id=second.id, worker="worker-1") is not None

    def ago(seconds: int) -> CombinedExpression:
        return Now() - timedelta(seconds=RING_AGAIN_SECONDS + seconds)

    Shard.objects.filter(id=first.id).update(rung_at=ago(9))
    Shard.objects.filter(id=second.id).update(rung_at=ago(8), claimed_at=ago(-1))
    assert messages_restore(empty=lambda queue: False) == 0  # it may be in other hands just now
    Shard.objects.filter(id=second.id).update(claimed_at=ago(1))
    assert messages_restore(empty=lambda queue: False) == 1
    assert Repair.objects.get().shard_id == first.id


def test_what_goes_ahead_of_the_others_has_not_passed_them_over(run: Run, cast: Cast) -> None:
    later = run_request_by(
        viewer=cast.viewer(cast.officer),
        version=run.version,
        battery=battery_resolve(battery=["safety.refusal"]),
    )
    first, second = rung()
    assert second.run_id == later.id
    for _ in range(2):  # interrupted once, rung for again, and taken before the first
        assert shard_claim(shard_id=second.id, worker="worker-1") is not None
        leases_release(worker="worker-1")
    rung()
    assert shard_claim(shard_id=second.id, worker="worker-1") is not None
    long_ago = Now() - timedelta(seconds=RING_AGAIN_SECONDS + 9)
    Shard.objects.filter(id=first.id).update(rung_at=long_ago)
    Shard.objects.filter(id=second.id).update(
        claimed_at=Now() - timedelta(seconds=RING_AGAIN_SECONDS + 1)
    )
    assert messages_restore(empty=lambda queue: False) == 0


def test_a_worker_started_anew_gives_back_what_it_held(run: Run) -> None:
    shard_id = run.shards.get().id
    lease = shard_claim(shard_id=shard_id, worker="cpu@here")
    assert lease is not None
    assert leases_release(worker="cpu@elsewhere") == 0
    assert leases_release(worker="cpu@here") == 1
    assert Repair.objects.get().kind == RepairKind.WORKER_RESTARTED.value
    with pytest.raises(LeaseLostError):
        shard_begin(lease=lease, planned=1, order_digest="")
    assert shard_claim(shard_id=shard_id, worker="cpu@here") is not None
