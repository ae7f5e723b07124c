"""Requesting, settling and cancelling runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer
from compliance.audits.models import Run, Shard, StressTest, Subscription, Transition
from compliance.audits.services.catalogue import battery_check, budget_check
from compliance.domain.canonical import Json
from compliance.domain.endpoints import origin_of
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.runs import (
    RUN_MOVES,
    SHARD_MOVES,
    TERMINAL_RUN_STATES,
    TERMINAL_SHARD_STATES,
    move_check,
    not_offered,
    queue_for,
    run_outcome,
    seed_for,
)
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Need, RunState, ShardState, Trigger
from compliance.events.models import Event
from compliance.events.services import event_record
from compliance.registry.models import Version
from compliance.registry.screening import Screening
from compliance.registry.selectors import version_bindings, version_large
from compliance.tracing import traceparent_now

_ANY = Q()
_TOLD = ("test_name", "state", "trouble", "attempts", "result__verdict")
"""What a run's end says of each shard."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a run: a person, a schedule's firing, a screening, or a subscription's event."""

    trigger: Trigger
    person: User | None = None
    subscription: Subscription | None = None
    event: Event | None = None


def run_request_by(
    *,
    viewer: Viewer,
    version: Version,
    battery: Sequence[StressTestSpec],
    token_budget: int | None = None,
) -> Run:
    """Request a run in a person's name.

    Raises:
        InvalidInputError: a stress test needs more than the version's access offers, or the
            budget is no budget.
        NotAllowedError, NotFoundError: the viewer may not request runs on this version.
    """
    viewer.require(Action.REQUEST_RUN, version.model.organization_id)
    battery_check(battery=battery, access=Access(version.access))
    budget_check(token_budget)
    cause = Cause(trigger=Trigger.PERSON, person=viewer.user)
    return run_request(version=version, battery=battery, cause=cause, token_budget=token_budget)


@transaction.atomic
def run_request(
    *,
    version: Version,
    battery: Sequence[StressTestSpec],
    cause: Cause,
    token_budget: int | None = None,
    screening: Screening | None = None,
) -> Run:
    """Write a run with one queued shard a stress test, and say so in events.

    A test that needs what the version's access cannot offer becomes a shard that is not
    testable, with that sentence: never a silent gap in the battery.
    """
    run = run_write(version=version, battery=battery, cause=cause, token_budget=token_budget)
    shards = [
        _shard_write(run=run, position=position, spec=spec, screening=screening)
        for position, spec in enumerate(battery)
    ]
    if all(ShardState(shard.state) in TERMINAL_SHARD_STATES for shard in shards):
        run_settle(run=run)
    return run


def run_write(
    *,
    version: Version,
    battery: Sequence[StressTestSpec],
    cause: Cause,
    token_budget: int | None = None,
) -> Run:
    """Write a run, as yet without shards, and say so in an event."""
    specs: list[Json] = [spec.to_json() for spec in battery]
    run = Run.objects.create(
        version=version,
        battery=specs,
        trigger=cause.trigger.value,
        requested_by=cause.person,
        subscription=cause.subscription,
        trigger_event=cause.event,
        token_budget=token_budget,
        traceparent=traceparent_now(),
    )
    event_record(
        event_type=EventType.RUN_REQUESTED,
        organization_id=version.model.organization_id,
        subject=f"run/{run.id}",
        payload={
            "run": str(run.id),
            "version": str(version.id),
            "battery": specs,
            "trigger": cause.trigger.value,
        },
        actor=cause.person,
        model_id=version.model_id,
    )
    return run


@transaction.atomic
def run_cancel(*, viewer: Viewer, run: Run, reason: str) -> Run:
    """Cancel what of a run is not finished; workers leave off at their next heartbeat.

    Raises:
        TransitionError: the run is over.
        NotAllowedError, NotFoundError: the viewer may not request runs on this version.
    """
    organization_id = run.version.model.organization_id
    viewer.require(Action.REQUEST_RUN, organization_id)
    # Shards before their run, as everywhere: two who wait for each other would be cut off.
    shards = list(run.shards.select_for_update().order_by("position"))
    locked = Run.objects.select_for_update().get(id=run.id)
    move_check(RUN_MOVES, RunState(locked.state), RunState.CANCELLED)
    for shard in shards:
        if ShardState(shard.state) in TERMINAL_SHARD_STATES:
            continue
        shard_move(shard=shard, new=ShardState.CANCELLED, who=viewer.user.email, why=reason)
    _run_move(run=locked, new=RunState.CANCELLED, who=viewer.user.email, why=reason)
    event_record(
        event_type=EventType.RUN_CANCELLED,
        organization_id=organization_id,
        subject=f"run/{run.id}",
        payload={"run": str(run.id), "why": reason},
        actor=viewer.user,
        model_id=run.version.model_id,
    )
    return locked


def run_start(*, run: Run, who: str) -> None:
    """Note that a first shard was claimed; later claims change nothing."""
    requested = Run.objects.filter(id=run.id, state=RunState.REQUESTED.value)
    if requested.update(state=RunState.RUNNING.value):
        _transition_write(
            run, RunState.REQUESTED, RunState.RUNNING, who, "a first shard was claimed"
        )


def run_settle(*, run: Run) -> None:
    """End the run once every shard has ended, and say so in an event."""
    # Its shards are read under the run's lock: of two that end at once, one sees both.
    state = Run.objects.select_for_update().values_list("state", flat=True).get(id=run.id)
    shards = list(run.shards.order_by("position").values(*_TOLD))
    outcome = run_outcome(ShardState(shard["state"]) for shard in shards)
    if outcome is None or RunState(state) in TERMINAL_RUN_STATES:
        return
    run.state = state
    if state == RunState.REQUESTED.value:  # nothing of it could be tested
        _run_move(run=run, new=RunState.RUNNING, who="assay", why="no shard is testable")
    _run_move(run=run, new=outcome, who="assay", why="every shard has ended")
    errored = outcome is RunState.ERRORED
    event_record(
        event_type=EventType.RUN_ERRORED if errored else EventType.RUN_COMPLETED,
        organization_id=run.version.model.organization_id,
        subject=f"run/{run.id}",
        payload=_outcome_payload(run, shards),
        model_id=run.version.model_id,
    )


def shard_move(
    *, shard: Shard, new: ShardState, who: str, why: str, only: Q = _ANY, **changes: Any
) -> bool:
    """Move a shard by compare-and-set, with what else is to be written, and note the transition.

    Args:
        only: what must still hold beside the shard's state and fence.

    Returns:
        False where the shard has moved since it was read; nothing was written then.
    """
    old = ShardState(shard.state)
    move_check(SHARD_MOVES, old, new)
    changes["state"] = new.value
    if new in TERMINAL_SHARD_STATES:
        changes["finished_at"] = timezone.now()
    as_read = Shard.objects.filter(only, id=shard.id, fence=shard.fence, state=old.value)
    if not as_read.update(**changes):
        return False
    for name, value in changes.items():  # an expression stays one, as after Django's own save()
        setattr(shard, name, value)
    Transition.objects.create(
        run_id=shard.run_id, shard=shard, old=old.value, new=new.value, who=who, why=why[:500]
    )
    return True


def _run_move(*, run: Run, new: RunState, who: str, why: str) -> None:
    old = RunState(run.state)
    move_check(RUN_MOVES, old, new)
    run.state = new.value
    if new in TERMINAL_RUN_STATES:
        run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])
    _transition_write(run, old, new, who, why)


def _transition_write(run: Run, old: RunState, new: RunState, who: str, why: str) -> None:
    Transition.objects.create(run=run, old=old.value, new=new.value, who=who, why=why[:500])


def _shard_write(
    *, run: Run, position: int, spec: StressTestSpec, screening: Screening | None
) -> Shard:
    test = StressTest.objects.get(name=spec.name, version=spec.version)
    wanted = set(test.parameters)
    known = version_bindings(version=run.version, wanted=wanted, screening=screening)
    bound = spec.bind(**known)
    endpoint = run.version.access == Access.ENDPOINT.value
    needs = frozenset(Need(need) for need in test.needs)
    shard = Shard.objects.create(
        run=run,
        position=position,
        test_name=spec.name,
        kind=test.kind,
        spec=bound.to_json(),
        seed=seed_for(version_id=str(run.version_id), spec_digest=bound.digest),
        queue=_queue(run.version, bound, needs),
        origin=origin_of(run.version.location) if endpoint else "",
    )
    trouble = not_offered(Access(run.version.access), needs)
    if trouble:
        shard.trouble = trouble
        shard.state = ShardState.NOT_TESTABLE.value
        shard.finished_at = timezone.now()
        shard.save()
    return shard


def _queue(version: Version, test: StressTestSpec, needs: frozenset[Need]) -> str:
    """Of the workers that can serve the shard: those of endpoints alone open no weights beside."""
    beside = bool(test.parameters.get("reference"))
    endpoint = version.access == Access.ENDPOINT.value and not beside
    return queue_for(needs, endpoint=endpoint, large=version_large(version=version))


def _outcome_payload(run: Run, shards: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    verdicts: dict[str, Json] = {
        shard["test_name"]: shard["result__verdict"]
        for shard in shards
        if shard["state"] == ShardState.COMPLETED.value
    }
    not_testable: dict[str, Json] = {
        shard["test_name"]: shard["trouble"]
        for shard in shards
        if shard["state"] == ShardState.NOT_TESTABLE.value
    }
    errored = [shard for shard in shards if shard["state"] == ShardState.ERRORED.value]
    statement = "; ".join(
        f"{shard['test_name']} ended in an error after {shard['attempts']} attempts: "
        f"{shard['trouble'] or 'no message'}"
        for shard in errored
    )
    return {
        "run": str(run.id),
        "version": str(run.version_id),
        "label": str(run.version),
        "verdicts": verdicts,
        "not_testable": not_testable,
        "statement": statement,
        "path": f"/runs/{run.id}/",
    }
