"""Requesting and cancelling runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer
from compliance.audits.models import Run, Subscription
from compliance.audits.services.catalogue import battery_check, budget_check
from compliance.audits.services.moves import runs_move, shard_move
from compliance.audits.services.settling import run_settle
from compliance.audits.services.shard_writing import shard_write, spec_bound
from compliance.domain.canonical import Json
from compliance.domain.errors import TransitionError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.runs import (
    RUN_MOVES,
    TERMINAL_SHARD_STATES,
    move_check,
)
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, RunState, ShardState, Trigger
from compliance.events.models import Event
from compliance.events.services import event_record
from compliance.registry.models import Version
from compliance.registry.screening import Screening
from compliance.tracing import traceparent_now


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a run: a person, a schedule's firing, a screening, or a subscription's event.

    Attributes:
        drawn: hex of the seed that the parties of a dispute drew. Its battery was bound when it was
            ordered, and runs as it was ordered.
    """

    trigger: Trigger
    person: User | None = None
    subscription: Subscription | None = None
    event: Event | None = None
    drawn: str = ""


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
        shard_write(
            run=run,
            position=position,
            spec=spec if cause.drawn else spec_bound(version, spec, screening),
            drawn=cause.drawn,
        )
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
        TransitionError: the run is over, or a court ordered it.
        NotAllowedError, NotFoundError: the viewer may not request runs on this version.
    """
    organization_id = run.version.model.organization_id
    viewer.require(Action.REQUEST_RUN, organization_id)
    if run.trigger == Trigger.DISPUTE.value:  # whose version it is has every reason to
        raise TransitionError("a run that a court ordered is not cancelled")
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
