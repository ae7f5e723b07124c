"""Requesting and cancelling runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer
from compliance.audits.models import Run, Shard, StressTest, Subscription
from compliance.audits.services.catalogue import battery_check, budget_check
from compliance.audits.services.moves import runs_move, shard_move
from compliance.audits.services.settling import run_settle
from compliance.domain.canonical import Json
from compliance.domain.endpoints import origin_of
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.runs import (
    RUN_MOVES,
    TERMINAL_SHARD_STATES,
    move_check,
    not_offered,
    queue_for,
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
    shards = list(run.shards.select_for_update().order_by("id"))
    locked = Run.objects.select_for_update().get(id=run.id)
    move_check(RUN_MOVES, RunState(locked.state), RunState.CANCELLED)
    for shard in shards:
        if ShardState(shard.state) in TERMINAL_SHARD_STATES:
            continue
        shard_move(shard=shard, new=ShardState.CANCELLED, who=viewer.user.email, why=reason)
    runs_move(runs=[locked], new=RunState.CANCELLED, who=viewer.user.email, why=reason)
    event_record(
        event_type=EventType.RUN_CANCELLED,
        organization_id=organization_id,
        subject=f"run/{run.id}",
        payload={"run": str(run.id), "why": reason},
        actor=viewer.user,
        model_id=run.version.model_id,
    )
    return locked


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
