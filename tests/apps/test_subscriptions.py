"""Subscriptions: filters, effects, and webhooks that arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models.functions import Now

from compliance.alerts.models import Alert, Delivery
from compliance.audits.models import Run, Subscription, WebhookCall
from compliance.audits.services import (
    battery_resolve,
    subscription_create,
    subscription_pause,
    subscriptions_fire,
    webhook_attempt,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.events import EventType
from compliance.domain.sending import MAX_ATTEMPTS
from compliance.domain.subscriptions import CallWebhook, Consequence, OpenAlert, StartRun
from compliance.domain.vocabulary import Severity
from compliance.events.models import Event
from compliance.events.sending import sendings_ring
from compliance.events.services import event_record
from compliance.outbound.webhooks import signed_headers
from compliance.registry.models import Version
from tests.cast import Cast
from tests.receiving import Receiver
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("announced")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.ALLOW_INTERNAL = True
    with serving(Receiver(204)) as server:
        yield server


def subscribe(cast: Cast, consequence: Consequence, **changes: Any) -> Subscription:
    return subscription_create(
        **{
            "viewer": cast.viewer(cast.officer),
            "organization_id": cast.northwind.id,
            "event_type": EventType.VERDICT_VIOLATING,
            "consequence": consequence,
        }
        | changes
    )


def violating(cast: Cast, version: Version, test: str = "safety.refusal") -> Event:
    return event_record(
        event_type=EventType.VERDICT_VIOLATING,
        organization_id=cast.northwind.id,
        subject="run/x",
        payload={
            "run": "x",
            "test": test,
            "version": str(version.id),
            "label": "northwind/assistant 1.0",
            "statement": "The rate is 0.61.",
            "verdict": "violating",
            "path": "/runs/x/",
        },
    )


def test_a_failed_test_starts_another_one(cast: Cast, version: Version) -> None:
    battery = tuple(battery_resolve(battery=["provenance.weights_digest"]))
    subscribe(cast, StartRun(battery), where={"test": "safety.refusal"})
    other = violating(cast, version, "bias.counterfactual_pairs")
    event = violating(cast, version)
    assert [subscriptions_fire(event_id=one.id) for one in (other, event, event)] == [0, 1, 0]
    assert Run.objects.get().trigger_event == event


def test_an_alert_is_opened_once_with_what_the_event_says(cast: Cast, version: Version) -> None:
    subscribe(cast, OpenAlert(Severity.WARNING), event_type=EventType.VERSION_REGISTERED)
    event = event_record(
        event_type=EventType.VERSION_REGISTERED,
        organization_id=cast.northwind.id,
        subject="version/x",
        payload={
            "model": str(version.model_id),
            "version": str(version.id),
            "weights_digest": "",
            "parents": [],
            "sources": [],
        },
    )
    for _ in range(2):
        subscriptions_fire(event_id=event.id)
    alert = Alert.objects.get()
    assert (alert.severity, alert.title) == (
        "warning",
        "model.version.registered about version/x",
    )
    assert str(version.id) in alert.statement


def test_a_webhook_is_called_with_the_signed_envelope(
    cast: Cast, version: Version, receiver: Receiver
) -> None:
    subscription = subscribe(cast, CallWebhook(receiver.url))
    event = violating(cast, version)
    for _ in range(2):
        subscriptions_fire(event_id=event.id)
    call = WebhookCall.objects.get()
    webhook_attempt(call_id=call.id)
    webhook_attempt(call_id=call.id)  # a message that came twice
    ((headers, body),) = receiver.heard
    told = json.loads(body)
    assert (told["id"], told["type"], told["specversion"]) == (
        str(event.id),
        "verdict.violating",
        "1.0",
    )
    assert told["data"] == event.payload
    expected = signed_headers(
        secrets=[subscription.secret],
        message_id=str(call.id),
        timestamp=int(headers["webhook-timestamp"]),
        body=body,
    )
    assert expected.items() <= headers.items()
    call.refresh_from_db()
    assert call.delivered_at is not None


def test_a_webhook_that_fails_is_called_again_later_and_in_the_end_given_up(
    cast: Cast, version: Version, receiver: Receiver
) -> None:
    receiver.status = 500
    subscribe(cast, CallWebhook(receiver.url))
    subscriptions_fire(event_id=violating(cast, version).id)
    rung: list[WebhookCall] = []
    for _ in range(MAX_ATTEMPTS + 2):
        sendings_ring(kind=WebhookCall, ring=rung.append)
        for call in WebhookCall.objects.all():
            webhook_attempt(call_id=call.id)
            webhook_attempt(call_id=call.id)  # not due yet
        WebhookCall.objects.update(next_attempt_at=Now())
    call = WebhookCall.objects.get()
    assert len(receiver.heard) == call.attempts == len(rung) == MAX_ATTEMPTS
    assert call.given_up
    assert "status 500" in call.failed_because


def test_an_internal_url_is_refused_unless_the_operator_allows_it(cast: Cast) -> None:
    with pytest.raises(InvalidInputError, match="internal address") as caught:
        subscribe(cast, CallWebhook("http://127.0.0.1:8000/hook"))
    assert caught.value.field == "url"
    assert not Subscription.objects.exists()


def test_a_paused_subscription_does_nothing(cast: Cast, version: Version) -> None:
    subscription = subscribe(cast, OpenAlert(Severity.CRITICAL))
    subscription_pause(viewer=cast.viewer(cast.officer), subscription=subscription)
    assert subscriptions_fire(event_id=violating(cast, version).id) == 0


def test_an_engineer_cannot_subscribe(cast: Cast) -> None:
    with pytest.raises(NotAllowedError):
        subscribe(cast, OpenAlert(Severity.CRITICAL), viewer=cast.viewer(cast.engineer))


def test_a_mail_is_rung_for_until_it_arrived(cast: Cast, version: Version) -> None:
    subscribe(cast, OpenAlert(Severity.CRITICAL))
    subscriptions_fire(event_id=violating(cast, version).id)
    rung: list[Delivery] = []
    assert sendings_ring(kind=Delivery, ring=rung.append) == 2
    assert sendings_ring(kind=Delivery, ring=rung.append) == 0
    Delivery.objects.update(rung_at="2020-01-01T00:00Z")  # nobody heard
    assert sendings_ring(kind=Delivery, ring=rung.append) == 2
    Delivery.objects.update(delivered_at=Now(), rung_at=None)
    assert sendings_ring(kind=Delivery, ring=rung.append) == 0
