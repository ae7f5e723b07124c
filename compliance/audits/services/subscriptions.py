"""Subscriptions: events that make runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Run, Subscription
from compliance.audits.services.catalogue import battery_resolve
from compliance.audits.services.runs import Cause, run_request
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import SUBSCRIBABLE, EventType
from compliance.domain.rights import Action
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Trigger
from compliance.events.models import Event
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record
from compliance.registry.models import Model, Version


@transaction.atomic
def subscription_create(
    *,
    viewer: Viewer,
    organization_id: UUID,
    event_type: EventType,
    battery: Sequence[StressTestSpec],
    model: Model | None = None,
) -> Subscription:
    """Run a battery on whatever version an event of this type tells of.

    Raises:
        InvalidInputError: the event type names no version to test, or the model is not theirs.
        NotAllowedError, NotFoundError: the viewer may not schedule in this organization.
    """
    viewer.require(Action.SCHEDULE, organization_id)
    if event_type not in SUBSCRIBABLE:
        raise InvalidInputError(
            field="event_type",
            problem=f"'{event_type.value}' names no version that could be tested",
            fix=f"Use one of: {', '.join(sorted(one.value for one in SUBSCRIBABLE))}",
        )
    if model is not None and model.organization_id != organization_id:
        raise InvalidInputError(
            field="model",
            problem=f"{model} is not a model of this organization, so no event would tell of it",
            fix="Name one of the organization's own models, or none",
        )
    specs: list[Json] = [spec.to_json() for spec in battery]
    subscription = Subscription.objects.create(
        organization_id=organization_id,
        event_type=event_type.value,
        model=model,
        battery=specs,
        created_by=viewer.user,
    )
    event_record(
        event_type=EventType.SUBSCRIPTION_CREATED,
        organization_id=organization_id,
        subject=f"subscription/{subscription.id}",
        payload={
            "subscription": str(subscription.id),
            "event_type": event_type.value,
            "battery": specs,
        },
        actor=viewer.user,
    )
    return subscription


def subscription_pause(*, viewer: Viewer, subscription: Subscription) -> Subscription:
    """Stop a subscription from making runs until it is resumed."""
    return _pause_set(viewer=viewer, subscription=subscription, paused_at=timezone.now())


def subscription_resume(*, viewer: Viewer, subscription: Subscription) -> Subscription:
    """Let a paused subscription make runs again."""
    return _pause_set(viewer=viewer, subscription=subscription, paused_at=None)


def subscriptions_fire(*, event_id: UUID) -> int:
    """Make the runs that an event's subscriptions ask for; returns how many were new."""
    event = event_by_id(event_id=event_id)
    version = Version.objects.select_related("model").get(id=event.payload["version"])
    subscriptions = Subscription.objects.filter(
        Q(model=version.model) | Q(model__isnull=True),
        organization_id=event.organization_id,
        event_type=event.type,
        created_at__lte=event.occurred_at,  # nobody asked about what came before
        paused_at__isnull=True,
    )
    return sum(_fire(subscription, event, version) for subscription in subscriptions)


@transaction.atomic
def _fire(subscription: Subscription, event: Event, version: Version) -> bool:
    # The lock makes a redelivered event wait for, and then find, the run of the first.
    Subscription.objects.select_for_update().get(id=subscription.id)
    if Run.objects.filter(subscription=subscription, trigger_event=event).exists():
        return False
    cause = Cause(trigger=Trigger.SUBSCRIPTION, subscription=subscription, event=event)
    battery = battery_resolve(battery=subscription.battery)
    run_request(version=version, battery=battery, cause=cause)
    return True


@transaction.atomic
def _pause_set(
    *, viewer: Viewer, subscription: Subscription, paused_at: datetime | None
) -> Subscription:
    viewer.require(Action.SCHEDULE, subscription.organization_id)
    subscription.paused_at = paused_at
    subscription.save(update_fields=["paused_at"])
    event_record(
        event_type=EventType.SUBSCRIPTION_CHANGED,
        organization_id=subscription.organization_id,
        subject=f"subscription/{subscription.id}",
        payload={
            "subscription": str(subscription.id),
            "changes": {"paused": paused_at is not None},
        },
        actor=viewer.user,
    )
    return subscription
