from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from compliance.audits.models import Repair, Run, Score, Shard
from compliance.audits.progress import run_progress
from compliance.audits.services import (
    AnsweredItem,
    Cause,
    Lease,
    Outcome,
    battery_resolve,
    leases_reclaim,
    run_cancel,
    run_request,
    run_request_by,
    shard_batch,
    shard_begin,
    shard_claim,
    shard_complete,
    shard_fail,
    shard_heartbeat,
    shard_refuse,
)
from compliance.domain.errors import InvalidInputError, LeaseLostError, NotFoundError
from compliance.domain.runs import MAX_FAILURES
from compliance.domain.vocabulary import RepairKind, RunState, ShardState, Stop, Trigger
from compliance.events.models import Event
from compliance.registry.models import Version
from tests.cast import Cast
from tests.domain.test_verdicts import estimate

pytestmark = pytest.mark.usefixtures("announced")


def claim(run: Run, worker: str = "worker-1") -> Lease:
    lease = shard_claim(shard_id=run.shards.get().id, worker=worker)
    assert lease is not None
    return lease


def answered(position: int) -> AnsweredItem:
    return AnsweredItem(
        position=position,
        item_id=f"item-{position}",
        item_digest=f"{position:064x}",
        part="p",
        cluster="c",
        payload={"prompt": "?"},
        value=1.0,
        label="compliance",
        answer="Sure.",
        detail={},
    )


def outcome(violating: float = 5.0) -> Outcome:
    return Outcome(
        estimate=estimate(violating, 0.0),
        stopped=Stop.BANK,
        code_digest="0" * 64,
        order_digest="1" * 64,
        scores_digest="2" * 64,
        environment={"torch": "2"},
    )


def lapse(shard: Shard) -> None:
    Shard.objects.filter(id=shard.id).update(lease_expires_at="2020-01-01T00:00Z")


def event_types(run: Run) -> set[str]:
    return set(Event.objects.filter(subject=f"run/{run.id}").values_list("type", flat=True))


def test_a_claimed_shard_is_not_claimed_again(run: Run) -> None:
    claim(run)
    assert shard_claim(shard_id=run.shards.get().id, worker="worker-2") is None
    run.refresh_from_db()
    assert run.state == RunState.RUNNING.value


def test_a_stale_fence_writes_nothing(run: Run) -> None:
    stale = claim(run)
    lapse(run.shards.get())
    fresh = claim(run, "worker-2")
    writes: list[Callable[[], object]] = [
        lambda: shard_begin(lease=stale, planned=1, order_digest="0" * 64),
        lambda: shard_batch(lease=stale, answered=[answered(0)]),
        lambda: shard_heartbeat(lease=stale),
        lambda: shard_complete(lease=stale, outcome=outcome()),
        lambda: shard_refuse(lease=stale, reason="no"),
        lambda: shard_fail(lease=stale, trouble="no"),
    ]
    for write in writes:
        with pytest.raises(LeaseLostError):
            write()
    shard = run.shards.get()
    assert (shard.fence, shard.worker, shard.scores.count()) == (fresh.fence, "worker-2", 0)


def test_the_next_attempt_is_handed_the_finished_scores(run: Run) -> None:
    shard_batch(lease=claim(run), answered=[answered(0), answered(1)])
    lapse(run.shards.get())
    assert set(claim(run, "worker-2").finished) == {f"{position:064x}" for position in (0, 1)}


def test_a_batch_handed_in_twice_is_kept_once(run: Run) -> None:
    lease = claim(run)
    for _ in range(2):
        shard_batch(lease=lease, answered=[answered(0)])
    assert run.shards.get().items_done == 1


def test_what_is_left_is_reckoned_from_the_attempt_at_work(run: Run) -> None:
    first = claim(run)
    shard_begin(lease=first, planned=10, order_digest="0" * 64)
    shard_batch(lease=first, answered=[answered(0), answered(1)], tokens=400)
    lapse(run.shards.get())
    second = claim(run, "worker-2")
    claimed = run.shards.get().claimed_at
    assert claimed is not None
    assert run_progress(run=run, now=claimed).seconds_left is None
    shard_batch(lease=second, answered=[answered(2), answered(3)], tokens=300)
    progress = run_progress(run=run, now=claimed + timedelta(seconds=6))
    assert (progress.done, progress.total) == (4, 10)
    assert progress.seconds_left == pytest.approx(18)  # 6 of 10 left, 2 in 6 s
    assert progress.tokens_per_second == pytest.approx(50)


def test_completion_records_one_result_and_says_so(run: Run) -> None:
    result = shard_complete(lease=claim(run), outcome=outcome())
    run.refresh_from_db()
    assert (run.state, result.verdict) == (RunState.COMPLETED.value, "violating")
    assert {"verdict.reached", "verdict.violating", "run.completed"} <= event_types(run)


def test_an_inconclusive_verdict_alarms_nobody(run: Run) -> None:
    shard_complete(lease=claim(run), outcome=outcome(violating=0.0))
    assert "verdict.violating" not in event_types(run)


def test_a_silent_worker_loses_its_shard_and_the_shard_is_queued_again(run: Run) -> None:
    claim(run)
    lapse(run.shards.get())
    assert leases_reclaim() == 1
    shard = run.shards.get()
    assert (shard.state, shard.rung_at) == (ShardState.QUEUED.value, None)
    assert Repair.objects.get().kind == RepairKind.LEASE_EXPIRED.value


def test_a_worker_that_shows_life_keeps_its_shard(run: Run) -> None:
    lease = claim(run)
    lapse(run.shards.get())
    shard_heartbeat(lease=lease)
    assert leases_reclaim() == 0


def test_a_poison_shard_ends_errored_with_its_traceback(run: Run) -> None:
    for _ in range(MAX_FAILURES):
        Shard.objects.update(not_before=None)
        shard_fail(lease=claim(run), trouble="ValueError: poison", traceback="Traceback ...")
    shard = run.shards.get()
    run.refresh_from_db()
    assert (shard.state, run.state) == ("errored", "errored")
    assert (shard.trouble, shard.traceback) == ("ValueError: poison", "Traceback ...")
    assert Event.objects.get(type="run.errored").payload["statement"].endswith("poison")


def test_a_cancelled_run_takes_nothing_more(cast: Cast, run: Run) -> None:
    lease = claim(run)
    run_cancel(viewer=cast.viewer(cast.officer), run=run, reason="wrong version")
    with pytest.raises(LeaseLostError):
        shard_batch(lease=lease, answered=[answered(0)])


def test_what_an_access_cannot_offer_is_refused_to_a_person(cast: Cast, served: Version) -> None:
    battery = battery_resolve(battery=["provenance.weights_digest"])
    with pytest.raises(InvalidInputError, match="weights, which an endpoint does not offer"):
        run_request_by(viewer=cast.viewer(cast.officer), version=served, battery=battery)
    assert not Run.objects.exists()


def test_what_an_access_cannot_offer_is_said_of_a_run_that_nobody_asked_for(
    served: Version,
) -> None:
    battery = battery_resolve(battery=["provenance.weights_digest"])
    cause = Cause(trigger=Trigger.SCHEDULE)
    run = run_request(version=served, battery=battery, cause=cause)
    run.refresh_from_db()
    assert run.state == RunState.COMPLETED.value
    assert "weights, which an endpoint does not offer" in run.shards.get().trouble


def test_an_outsider_cannot_even_know_of_the_version(cast: Cast, version: Version) -> None:
    battery = battery_resolve(battery=["safety.refusal"])
    with pytest.raises(NotFoundError):
        run_request_by(viewer=cast.viewer(cast.outsider), version=version, battery=battery)


def test_an_unknown_stress_test_is_refused_with_the_choice() -> None:
    with pytest.raises(InvalidInputError, match=r"safety\.refusal"):
        battery_resolve(battery=["safety.nonsense"])


@pytest.mark.parametrize("statement", ["UPDATE {} SET value = 0", "DELETE FROM {}"])
def test_the_database_refuses_to_change_a_score(run: Run, statement: str) -> None:
    shard_batch(lease=claim(run), answered=[answered(0)])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(Score._meta.db_table))
