"""Schedules and their firings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Firing, Run, Schedule
from compliance.audits.selectors import schedule_rule
from compliance.audits.services.catalogue import battery_check, battery_resolve, budget_check
from compliance.audits.services.runs import Cause, run_request
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.schedules import Due, Rule, firings_due, next_firings
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Trigger
from compliance.events.services import event_record
from compliance.registry.models import Model
from compliance.registry.selectors import version_newest


@transaction.atomic
def schedule_create(
    *,
    viewer: Viewer,
    model: Model,
    name: str,
    battery: Sequence[StressTestSpec],
    rule: Rule,
    token_budget: int | None = None,
) -> Schedule:
    """Schedule a battery on a model's newest version.

    Raises:
        InvalidInputError: naming the field; a stress test that the model's newest version cannot
            be asked is refused here, not at the first firing.
        NotAllowedError, NotFoundError: the viewer may not schedule on this model.
    """
    viewer.require(Action.SCHEDULE, model.organization_id)
    rule.check()
    budget_check(token_budget)
    newest = version_newest(model=model)
    if newest is not None:
        battery_check(battery=battery, access=Access(newest.access))
    if not name.strip():
        raise InvalidInputError(
            field="name", problem="a schedule needs a name", fix="Say what it is for"
        )
    specs: list[Json] = [spec.to_json() for spec in battery]
    said = rule.cron or f"every {rule.interval_seconds} s"
    schedule_id = uuid4()
    firing = next_firings(replace(rule, salt=str(schedule_id)), after=rule.anchor, count=1)[0]
    schedule = Schedule.objects.create(
        id=schedule_id,
        model=model,
        name=name,
        battery=specs,
        cron=rule.cron,
        interval_seconds=rule.interval_seconds,
        time_zone=rule.time_zone,
        catch_up=rule.catch_up.value,
        jitter_seconds=rule.jitter_seconds,
        token_budget=token_budget,
        anchor=rule.anchor,
        next_due_at=firing,
        created_by=viewer.user,
    )
    event_record(
        event_type=EventType.SCHEDULE_CREATED,
        organization_id=model.organization_id,
        subject=f"schedule/{schedule.id}",
        payload={"schedule": str(schedule.id), "rule": said, "battery": specs},
        actor=viewer.user,
        model_id=model.id,
    )
    return schedule


def battery_like(*, names: Sequence[str], schedule: Schedule | None) -> list[StressTestSpec]:
    """Chosen stress tests, of which those that a schedule has keep the parameters of there.

    Raises:
        InvalidInputError: as of ``battery_resolve``.
    """
    kept = {spec["name"]: spec for spec in schedule.battery} if schedule else {}
    return battery_resolve(battery=[kept.get(name, name) for name in names])


def schedule_pause(*, viewer: Viewer, schedule: Schedule) -> Schedule:
    """Stop a schedule from firing until it is resumed.

    Raises:
        TransitionError: it has ended.
    """
    return _pause_set(viewer=viewer, schedule=schedule, paused_at=timezone.now())


def schedule_resume(*, viewer: Viewer, schedule: Schedule) -> Schedule:
    """Let a paused schedule fire again, from now on: what fell into the pause is not due.

    Raises:
        TransitionError: it has ended.
    """
    return _pause_set(viewer=viewer, schedule=schedule, paused_at=None)


@transaction.atomic
def schedule_end(*, viewer: Viewer, schedule: Schedule) -> Schedule:
    """Stop a schedule for good; it and its firings stay on the record.

    Raises:
        TransitionError: it has ended already.
    """
    locked = _held(viewer=viewer, schedule=schedule)
    locked.ended_at = timezone.now()
    locked.paused_at = locked.paused_at or locked.ended_at
    locked.save(update_fields=["ended_at", "paused_at"])
    event_record(
        event_type=EventType.SCHEDULE_ENDED,
        organization_id=locked.model.organization_id,
        subject=f"schedule/{locked.id}",
        payload={"schedule": str(locked.id)},
        actor=viewer.user,
        model_id=locked.model_id,
    )
    return locked


def schedule_fire_due(*, now: datetime) -> int:
    """Turn every due slot into exactly one firing; returns how many runs were made.

    Any number of schedulers may call this: the row lock lets one of them take a schedule,
    and the unique (schedule, due_at) key holds even against a lock that failed.
    """
    due = Schedule.objects.filter(next_due_at__lte=now, paused_at__isnull=True)
    return sum(_fire(schedule.id, now) for schedule in due)


@transaction.atomic
def _fire(schedule_id: UUID, now: datetime) -> int:
    schedule = (
        Schedule.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("model__organization")
        .filter(id=schedule_id, next_due_at__lte=now, paused_at__isnull=True)
        .first()
    )
    if schedule is None:  # another scheduler took it
        return 0
    rule = schedule_rule(schedule=schedule)
    slots = firings_due(rule, first_due=schedule.next_due_at, now=now)
    made = sum(_firing_write(schedule=schedule, due=due) is not None for due in slots)
    schedule.next_due_at = next_firings(rule, after=slots[-1].due_at, count=1)[0]
    schedule.save(update_fields=["next_due_at"])
    return made


def _firing_write(*, schedule: Schedule, due: Due) -> Run | None:
    version = version_newest(model=schedule.model)
    run, reason = None, ""
    if not due.runs:
        reason = f"missed, and the catch-up policy is {schedule.catch_up}"
    elif version is None:
        reason = f"{schedule.model} has no version yet"
    else:
        battery = battery_resolve(battery=schedule.battery)
        run = run_request(
            version=version,
            battery=battery,
            cause=Cause(Trigger.SCHEDULE),
            token_budget=schedule.token_budget,
        )
    Firing.objects.create(schedule=schedule, due_at=due.due_at, run=run, reason=reason)
    event_record(
        event_type=EventType.SCHEDULE_DUE,
        organization_id=schedule.model.organization_id,
        subject=f"schedule/{schedule.id}",
        payload={
            "schedule": str(schedule.id),
            "due_at": due.due_at.isoformat(),
            "outcome": f"run {run.id}" if run else reason,
        },
        model_id=schedule.model_id,
    )
    return run


@transaction.atomic
def _pause_set(*, viewer: Viewer, schedule: Schedule, paused_at: datetime | None) -> Schedule:
    locked = _held(viewer=viewer, schedule=schedule)
    locked.paused_at = paused_at
    if paused_at is None:
        rule = schedule_rule(schedule=locked)
        locked.next_due_at = next_firings(rule, after=timezone.now(), count=1)[0]
    locked.save(update_fields=["paused_at", "next_due_at"])
    event_record(
        event_type=EventType.SCHEDULE_CHANGED,
        organization_id=locked.model.organization_id,
        subject=f"schedule/{locked.id}",
        payload={
            "schedule": str(locked.id),
            "changes": {"paused": paused_at is not None},
        },
        actor=viewer.user,
        model_id=locked.model_id,
    )
    return locked


def _held(*, viewer: Viewer, schedule: Schedule) -> Schedule:
    """A schedule that still lives, against every other change until the transaction ends."""
    viewer.require(Action.SCHEDULE, schedule.model.organization_id)
    held = Schedule.objects.select_for_update().get(id=schedule.id)
    if held.ended_at is not None:
        raise TransitionError(f"“{held}” ended at {held.ended_at:%Y-%m-%d %H:%M} UTC")
    return held
