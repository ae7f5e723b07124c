"""Brief shards under one bell: fewer statements, and no promise less (docs/adr/0025)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.audits.models import Repair, Result, Run, Score, Shard, Standing, Transition
from compliance.audits.services import (
    Completion,
    Lease,
    leases_release,
    run_cancel,
    run_request_by,
    shard_claim,
    shards_claim,
    shards_complete,
    shards_ring,
)
from compliance.domain.errors import LeaseLostError
from compliance.domain.events import EventType, Reader
from compliance.domain.runs import BRIEF_SECONDS, GROUP_SECONDS, GROUP_SHARDS
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import RunState, ShardState
from compliance.events.models import Event, PendingEvent
from compliance.registry.models import Version
from tests.apps.test_runs import answered, lapse, outcome
from tests.cast import Cast
from workers.tasks import groups
from workers.tasks.groups import Group, group_execute
from workers.tasks.recording import outcome_of
from workers.tasks.runs import catalogue_announce, shard_execute

DIGEST = StressTestSpec("provenance.weights_digest", 1)
WORKER = "cpu@here"
UNDECIDED = outcome(violating=0.0)  # what violates is looked up in its organization's budget


@pytest.fixture
def offered(db: None) -> None:
    """What a worker of this code offers."""
    catalogue_announce()


pytestmark = pytest.mark.usefixtures("offered")
# The heartbeat looks from a connection of its own at what was committed.
executing = pytest.mark.django_db(transaction=True)


def requested(cast: Cast, version: Version, count: int, spec: StressTestSpec = DIGEST) -> list[Run]:
    viewer = cast.viewer(cast.engineer)
    return [run_request_by(viewer=viewer, version=version, battery=[spec]) for _ in range(count)]


def claimed(runs: Sequence[Run]) -> list[Lease]:
    ids = list(Shard.objects.filter(run__in=runs).order_by("run__requested_at").values_list("id"))
    leases = shards_claim(shard_ids=[one for (one,) in ids], worker=WORKER)
    assert len(leases) == len(runs)
    return leases


def completed(leases: Sequence[Lease]) -> list[Completion]:
    return [Completion(lease, UNDECIDED, [answered(0)], tokens=7) for lease in leases]


def recorded_before(cast: Cast, version: Version, *, seconds: float) -> None:
    """One run of the stress test, alone, as its first is."""
    [run] = requested(cast, version, 1)
    shard_execute(claimed([run])[0])
    result = Result.objects.get(shard__run=run)
    with connection.cursor() as cursor:  # past its trigger: time passes as the test says
        cursor.execute("ALTER TABLE audits_result DISABLE TRIGGER USER")
        Result.objects.filter(id=result.id).update(duration_seconds=seconds)
        cursor.execute("ALTER TABLE audits_result ENABLE TRIGGER USER")


def rung() -> list[int]:
    heard: list[int] = []
    shards_ring(ring=lambda shards: heard.append(len(shards)))
    return heard


def findings(run: Run) -> tuple[object, ...]:
    result = Result.objects.get(shard__run=run)
    shard = result.shard
    kept = Score.objects.filter(shard=shard).order_by("position")
    return (
        *(result.estimate, result.verdict, result.planned, result.stopped, result.environment),
        *(result.order_digest, result.unasked_digest, result.scores_digest),
        *(shard.state, shard.items_total, shard.items_done, shard.order_digest, shard.attempts),
        *kept.values_list("item_id", "item_digest", "value", "label", "payload", "detail"),
    )


def told(run: Run) -> list[tuple[object, ...]]:
    events = Event.objects.filter(subject=f"run/{run.id}").order_by("occurred_at")
    moves = Transition.objects.filter(run=run).order_by("id").values_list("old", "new", "who")
    return [*events.values_list("type", "organization", "model"), *moves]


@executing
def test_what_a_group_records_is_what_each_alone_records(cast: Cast, version: Version) -> None:
    alone, *together = requested(cast, version, 4)
    shard_execute(claimed([alone])[0])
    group_execute(claimed(together))
    for run in together:
        assert findings(run) == findings(alone)
        assert told(run) == told(alone)
        assert Run.objects.get(id=run.id).state == RunState.COMPLETED.value
    events = Event.objects.filter(type=EventType.VERDICT_REACHED.value)
    pending = PendingEvent.objects.filter(event__in=events).values_list("reader", flat=True)
    assert sorted(pending) == sorted(reader.value for reader in Reader for _ in range(4))
    assert Standing.objects.get().result.shard.run == together[-1]


def test_a_groups_statements_do_not_grow_with_it(cast: Cast, version: Version) -> None:
    first, *runs = requested(cast, version, 13)
    shards_complete(completions=completed(claimed([first])))  # its stream's first, opened once
    counts = []
    for some in (runs[:4], runs[4:]):
        with CaptureQueriesContext(connection) as caught:
            shards_complete(completions=completed(claimed(some)))
        counts.append(len(caught))
    assert counts[0] == counts[1]


@executing
def test_brief_neighbours_share_a_bell(cast: Cast, version: Version) -> None:
    requested(cast, version, 2)
    assert rung() == [1, 1]  # nothing is known of how long they take
    Shard.objects.update(state=ShardState.CANCELLED.value)
    recorded_before(cast, version, seconds=0.001)
    requested(cast, version, GROUP_SHARDS + 2)
    assert rung() == [GROUP_SHARDS, 2]


@executing
def test_no_more_share_a_bell_than_one_worker_is_to_begin(cast: Cast, version: Version) -> None:
    recorded_before(cast, version, seconds=BRIEF_SECONDS)
    fit = int(GROUP_SECONDS / BRIEF_SECONDS)
    requested(cast, version, fit + 2)
    assert rung() == [fit, 2]


@executing
def test_a_test_that_was_long_shares_no_bell(cast: Cast, version: Version) -> None:
    recorded_before(cast, version, seconds=2 * BRIEF_SECONDS)
    requested(cast, version, 2)
    assert rung() == [1, 1]


@executing
def test_nobody_is_overtaken(cast: Cast, version: Version) -> None:
    recorded_before(cast, version, seconds=0.001)
    requested(cast, version, 2)
    requested(cast, version, 1, StressTestSpec("safety.refusal", 2))
    requested(cast, version, 3)
    assert rung() == [2, 1, 3]


@executing
def test_what_was_tried_before_is_tried_alone(cast: Cast, version: Version) -> None:
    """What kills its worker costs its neighbours one attempt, not one after another."""
    recorded_before(cast, version, seconds=0.001)
    claimed(requested(cast, version, 3))
    assert leases_release(worker=WORKER) == 3
    assert Repair.objects.count() == 3
    assert rung() == [1, 1, 1]


def test_a_lost_lease_undoes_no_neighbours_record(cast: Cast, version: Version) -> None:
    runs = requested(cast, version, 3)
    leases = claimed(runs)
    run_cancel(viewer=cast.viewer(cast.officer), run=runs[0], reason="the wrong version")
    lapse(leases[1].shard)
    taken = shard_claim(shard_id=leases[1].shard_id, worker="cpu@elsewhere")
    assert taken is not None
    results = shards_complete(completions=completed(leases))
    assert [result.shard_id for result in results] == [leases[2].shard_id]
    assert Score.objects.filter(shard__run__in=runs[:2]).count() == 0
    assert not Event.objects.filter(subject=f"run/{runs[1].id}", type="verdict.reached").exists()
    assert Result.objects.count() == 1


def test_a_group_claims_only_what_is_to_be_had(cast: Cast, version: Version) -> None:
    leases = claimed(requested(cast, version, 2))
    assert shards_claim(shard_ids=[one.shard_id for one in leases], worker="cpu@elsewhere") == []


@executing
def test_every_order_is_committed_to_before_the_first_answer(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases = claimed(requested(cast, version, 2))
    finished_of = groups.finished_of
    committed: list[int] = []

    def before_asking(lease: Lease) -> object:
        committed.append(Shard.objects.exclude(order_digest="").count())
        return finished_of(lease)

    monkeypatch.setattr(groups, "finished_of", before_asking)
    group_execute(leases)
    assert committed == [2, 2]


@executing
def test_what_cannot_be_tested_is_no_neighbours_trouble(cast: Cast, version: Version) -> None:
    runs = requested(cast, version, 3)
    leases = claimed(runs)
    bad = replace(leases[1].spec, test=StressTestSpec(DIGEST.name, 1, {"alpha": 2.0}))
    leases[1] = replace(leases[1], spec=bad)
    group_execute(leases)
    states = [run.shards.get().state for run in runs]
    assert states == ["completed", "not_testable", "completed"]
    assert "2.0 is no error rate" in runs[1].shards.get().trouble


@executing
def test_what_breaks_is_no_neighbours_trouble(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = requested(cast, version, 3)
    leases = claimed(runs)
    finished_of = groups.finished_of

    def poison(lease: Lease) -> object:
        if lease is leases[1]:
            raise RuntimeError("poison")
        return finished_of(lease)

    monkeypatch.setattr(groups, "finished_of", poison)
    group_execute(leases)
    assert [run.shards.get().state for run in runs] == ["completed", "queued", "completed"]
    shard = runs[1].shards.get()
    assert (shard.failures, shard.trouble) == (1, "RuntimeError: poison")
    assert "in poison" in shard.traceback


@executing
def test_what_cannot_be_recorded_is_no_neighbours_trouble(
    cast: Cast, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL keeps no NUL in JSON: the whole group's record is undone, and each made alone."""
    runs = requested(cast, version, 3)
    made = []

    def unkept(*about: object, seconds: float) -> object:
        made.append(outcome_of(*about, seconds=seconds))  # type: ignore[arg-type]
        return replace(made[-1], environment={"nul": "\0"}) if len(made) == 2 else made[-1]

    monkeypatch.setattr(groups, "outcome_of", unkept)
    group_execute(claimed(runs))
    assert [run.shards.get().state for run in runs] == ["completed", "queued", "completed"]
    assert runs[1].shards.get().failures == 1
    assert Result.objects.count() == 2


def test_what_waits_behind_a_long_one_goes_back(cast: Cast, version: Version) -> None:
    runs = requested(cast, version, 4)
    leases = claimed(runs)
    group = Group(leases)
    group._finished = completed(leases[:1])
    group._waiting.pop(leases[0].shard_id)
    assert group._take(leases[1])
    group.renew()  # the first heartbeat
    states = [run.shards.get().state for run in runs]
    assert states == ["completed", "leased", "queued", "queued"]
    assert not group._take(leases[2])
    waiting = runs[3].shards.get()
    assert (waiting.rung_at, waiting.failures, waiting.not_before is None) == (None, 0, False)
    assert shard_claim(shard_id=waiting.id, worker="cpu@elsewhere") is not None


def test_a_cancelled_one_at_work_is_left(cast: Cast, version: Version) -> None:
    runs = requested(cast, version, 2)
    leases = claimed(runs)
    group = Group(leases)
    assert group._take(leases[0])
    run_cancel(viewer=cast.viewer(cast.officer), run=runs[0], reason="the wrong version")
    with pytest.raises(LeaseLostError):
        group.renew()
    group.close()
    assert [run.shards.get().state for run in runs] == ["cancelled", "queued"]


@executing
def test_each_record_stands_in_its_own_trace(cast: Cast, version: Version) -> None:
    runs = requested(cast, version, 2)
    traces = [f"{n:032x}" for n in (1, 2)]
    for run, trace in zip(runs, traces, strict=True):
        Run.objects.filter(id=run.id).update(traceparent=f"00-{trace}-{9:016x}-01")
    group_execute(claimed(runs))
    for run, trace in zip(runs, traces, strict=True):
        events = Event.objects.filter(subject=f"run/{run.id}").exclude(type="run.requested")
        assert {event.traceparent.split("-")[1] for event in events} == {trace}
