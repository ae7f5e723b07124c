"""Subscriptions: what is to be done when something happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import reading_tell
from compliance.alerts.services import alert_open
from compliance.audits.models import Run, Subscription, WebhookCall
from compliance.audits.services.catalogue import battery_resolve, battery_with
from compliance.audits.services.deliveries import secret_new
from compliance.audits.services.runs import Cause, run_request
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.subscriptions import (
    CallWebhook,
    Consequence,
    OpenAlert,
    StartRun,
    hears,
    subscription_check,
)
from compliance.domain.vocabulary import Effect, Severity, Trigger
from compliance.events.models import Event
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record
from compliance.outbound.addresses import resolve
from compliance.registry.models import Model, Version


@transaction.atomic
def subscription_create(
    *,
    viewer: Viewer,
    organization_id: UUID,
    event_type: EventType,
    consequence: Consequence,
    model: Model | None = None,
    where: Mapping[str, Json] | None = None,
) -> Subscription:
    """Do something whenever an event of this type happens.

    Args:
        where: keys of the event's payload with the value, or a list of values, they must have.

    Raises:
        InvalidInputError: the event cannot have this consequence, the filter can never pass, the
            model is not theirs, or the URL leads where it may not.
        NotAllowedError, NotFoundError: the viewer may not schedule in this organization.
    """
    viewer.require(Action.SCHEDULE, organization_id)
    subscription_check(event_type, consequence.effect, where or {})
    if model is not None and model.organization_id != organization_id:
        raise InvalidInputError(
            field="model",
            problem=f"{model} is not a model of this organization, so no event would tell of it",
            fix="Name one of the organization's own models, or none",
        )
    subscription = Subscription.objects.create(
        organization_id=organization_id,
        event_type=event_type.value,
        model=model,
        filter=dict(where or {}),
        effect=consequence.effect.value,
        created_by=viewer.user,
        **_columns(consequence),
    )
    event_record(
        event_type=EventType.SUBSCRIPTION_CREATED,
        organization_id=organization_id,
        subject=f"subscription/{subscription.id}",
        payload={
            "subscription": str(subscription.id),
            "event_type": event_type.value,
            "filter": dict(where or {}),
            "effect": consequence.effect.value,
            "battery": subscription.battery,
            "url": subscription.url,
        },
        actor=viewer.user,
        model_id=subscription.model_id,
    )
    return subscription


def consequence_resolve(
    *,
    effect: Effect,
    battery: Sequence[object],
    severity: str,
    url: str,
    parameters: Mapping[str, Json] | None = None,
) -> Consequence:
    """What a form or a request describes; what the effect does not use is left alone.

    Args:
        severity: empty for a warning.
        parameters: of those stress tests that declare them.

    Raises:
        InvalidInputError: the battery is empty or names what no live worker offers.
    """
    if effect is Effect.RUN:
        resolved = battery_resolve(battery=battery)
        return StartRun(tuple(battery_with(battery=resolved, parameters=parameters or {})))
    if effect is Effect.ALERT:
        return OpenAlert(Severity(severity or Severity.WARNING.value))
    return CallWebhook(url)


def subscription_pause(*, viewer: Viewer, subscription: Subscription) -> Subscription:
    """Stop a subscription from doing anything until it is resumed."""
    return _pause_set(viewer=viewer, subscription=subscription, paused_at=timezone.now())


def subscription_resume(*, viewer: Viewer, subscription: Subscription) -> Subscription:
    """Let a paused subscription act again, from now on."""
    return _pause_set(viewer=viewer, subscription=subscription, paused_at=None)


def subscriptions_fire(*, event_id: UUID) -> int:
    """Do what an event's subscriptions ask for; returns how many had not been served yet."""
    event = event_by_id(event_id=event_id)
    model_id = _model_of(event)
    subscriptions = Subscription.objects.filter(
        Q(model__isnull=True) | Q(model=model_id),
        organization=event.organization,
        event_type=event.type,
        created_at__lte=event.occurred_at,  # nobody asked about what came before
        paused_at__isnull=True,
    )
    return sum(
        _fire(subscription, event)
        for subscription in subscriptions
        if hears(subscription.filter, event.payload)
    )


@transaction.atomic
def _fire(subscription: Subscription, event: Event) -> bool:
    # The lock makes a redelivered event wait for, and then find, what the first one did.
    Subscription.objects.select_for_update().get(id=subscription.id)
    return _EFFECTS[Effect(subscription.effect)](subscription, event)


def subscription_reading_tell(*, viewer: Viewer, subscription: Subscription) -> None:
    """Tell of whoever reads a subscription, if that is to be told: see ``reading_tell``."""
    reading_tell(
        viewer=viewer,
        what=Seen.SUBSCRIPTION,
        organization_id=subscription.organization_id,
        subject=f"subscription/{subscription.id}",
        model_id=subscription.model_id,
    )


def _run_start(subscription: Subscription, event: Event) -> bool:
    if Run.objects.filter(subscription=subscription, trigger_event=event).exists():
        return False
    cause = Cause(trigger=Trigger.SUBSCRIPTION, subscription=subscription, event=event)
    version = Version.objects.select_related("model").get(id=event.payload["version"])
    battery = battery_resolve(battery=subscription.battery)
    run_request(version=version, battery=battery, cause=cause)
    return True


def _alert_open(subscription: Subscription, event: Event) -> bool:
    alert_open(event_id=event.id, severity=Severity(subscription.severity))
    return True


def _webhook_call(subscription: Subscription, event: Event) -> bool:
    return WebhookCall.objects.get_or_create(subscription=subscription, event=event)[1]


_EFFECTS = {Effect.RUN: _run_start, Effect.ALERT: _alert_open, Effect.WEBHOOK: _webhook_call}


def _columns(consequence: Consequence) -> dict[str, object]:
    """What the row keeps of a consequence."""
    if isinstance(consequence, StartRun):
        return {"battery": [spec.to_json() for spec in consequence.battery]}
    if isinstance(consequence, OpenAlert):
        return {"severity": consequence.severity.value}
    resolve(consequence.url, field="url", allow_internal=settings.ALLOW_INTERNAL)
    return {"url": consequence.url, "secret": secret_new()}


def _model_of(event: Event) -> str | None:
    """The model that an event tells of, by itself or by its version."""
    if "model" in event.payload:
        return str(event.payload["model"])
    version = event.payload.get("version")
    found = Version.objects.filter(id=version).values_list("model_id", flat=True).first()
    return str(found) if found else None


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
        model_id=subscription.model_id,
    )
    return subscription
