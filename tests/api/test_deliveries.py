"""Calls of webhooks as people see them: what became of each, made again, with a new secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from compliance.audits.models import Subscription, WebhookCall
from compliance.audits.services import (
    deliveries_replay,
    subscription_secret_rotate,
    subscriptions_fire,
    webhook_attempt,
)
from compliance.audits.services.deliveries import OVERLAP
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.sending import MAX_ATTEMPTS
from compliance.domain.subscriptions import CallWebhook
from compliance.registry.models import Version
from tests.api.conftest import Call
from tests.apps.test_subscriptions import Receiver, subscribe, violating
from tests.cast import Cast
from tests.serving import serving


@pytest.fixture
def standard() -> Any:
    """The reference library of Standard Webhooks, which shares no code with the sender."""
    return pytest.importorskip("standardwebhooks.webhooks")


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.ALLOW_INTERNAL = True
    with serving(Receiver()) as server:
        yield server


@pytest.fixture
def subscription(cast: Cast, receiver: Receiver) -> Subscription:
    return subscribe(cast, CallWebhook(receiver.url))


def called(cast: Cast, version: Version, subscription: Subscription) -> WebhookCall:
    """A call of the webhook that was attempted once."""
    event = violating(cast, version)
    subscriptions_fire(event_id=event.id)
    call = subscription.calls.get(event=event)
    webhook_attempt(call_id=call.id)
    call.refresh_from_db()
    return call


def test_an_independent_library_takes_our_signature_and_no_other(
    standard: Any, cast: Cast, version: Version, receiver: Receiver, subscription: Subscription
) -> None:
    call = called(cast, version, subscription)
    ((headers, body),) = receiver.heard
    told = standard.Webhook(subscription.secret).verify(body, headers)
    assert (told["type"], headers["webhook-id"]) == ("verdict.violating", str(call.id))
    with pytest.raises(standard.WebhookVerificationError):
        standard.Webhook(subscription.secret).verify(body + b" ", headers)


def test_for_a_day_after_a_change_either_secret_is_taken(
    standard: Any, cast: Cast, version: Version, receiver: Receiver, subscription: Subscription
) -> None:
    old = subscription.secret
    changed = subscription_secret_rotate(
        viewer=cast.viewer(cast.officer), subscription=subscription
    )
    assert changed.secret != old
    called(cast, version, subscription)
    headers, body = receiver.heard[-1]
    for secret in (old, changed.secret):
        standard.Webhook(secret).verify(body, headers)
    Subscription.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    called(cast, version, subscription)
    headers, body = receiver.heard[-1]
    standard.Webhook(changed.secret).verify(body, headers)
    with pytest.raises(standard.WebhookVerificationError):
        standard.Webhook(old).verify(body, headers)
    assert timedelta(hours=24) == OVERLAP


def test_what_failed_is_called_again_with_its_id_and_what_arrived_is_not(
    cast: Cast, version: Version, receiver: Receiver, subscription: Subscription
) -> None:
    arrived = called(cast, version, subscription)
    receiver.status = 500
    failed = called(cast, version, subscription)
    WebhookCall.objects.filter(id=failed.id).update(attempts=MAX_ATTEMPTS)
    since = failed.created_at - timedelta(seconds=1)
    receiver.status = 200
    officer = cast.viewer(cast.officer)
    replay = {"viewer": officer, "subscription": subscription}
    assert deliveries_replay(**replay, failed_since=timezone.now()) == 0
    assert deliveries_replay(**replay, failed_since=since) == 1
    webhook_attempt(call_id=failed.id)
    webhook_attempt(call_id=arrived.id)  # which is done, and stays so
    assert [headers["webhook-id"] for headers, _ in receiver.heard] == [
        str(arrived.id),
        str(failed.id),
        str(failed.id),
    ]
    failed.refresh_from_db()
    assert (failed.state, failed.failed_because) == ("arrived", "")
    assert deliveries_replay(**replay, call_id=arrived.id) == 1
    webhook_attempt(call_id=arrived.id)
    assert receiver.heard[-1][0]["webhook-id"] == str(arrived.id)


def test_a_call_of_another_subscription_is_not_replayed(
    cast: Cast, version: Version, receiver: Receiver, subscription: Subscription
) -> None:
    other = subscribe(cast, CallWebhook(receiver.url))
    call = called(cast, version, subscription)
    officer = cast.viewer(cast.officer)
    with pytest.raises(InvalidInputError, match="no such call"):
        deliveries_replay(viewer=officer, subscription=other, call_id=call.id)
    with pytest.raises(InvalidInputError, match="one call"):
        deliveries_replay(viewer=officer, subscription=other)
    engineer = cast.viewer(cast.engineer)
    with pytest.raises(NotAllowedError):
        deliveries_replay(viewer=engineer, subscription=subscription, call_id=call.id)
    with pytest.raises(NotAllowedError):
        subscription_secret_rotate(viewer=engineer, subscription=subscription)


def test_the_api_shows_replays_and_rotates(
    cast: Cast,
    call: Call,
    version: Version,
    receiver: Receiver,
    subscription: Subscription,
) -> None:
    receiver.status = 500
    made = called(cast, version, subscription)
    here, client = f"/api/v1/subscriptions/{subscription.id}", call(cast.officer)
    (row,) = client.get(f"{here}/deliveries?state=waiting").json()["rows"]
    assert (row["id"], row["attempts"], row["state"]) == (str(made.id), 1, "waiting")
    assert "status 500" in row["failed_because"]
    assert row["next_attempt_at"]
    assert client.get(f"{here}/deliveries?state=arrived").json()["rows"] == []
    again = client.post(f"{here}/replay", {"delivery": str(made.id)}, format="json")
    assert (again.status_code, again.json()) == (200, {"replayed": 1})
    seen = {"If-Match": client.get(here)["ETag"]}
    changed = client.post(f"{here}/rotate-secret", headers=seen)
    assert changed.json()["secret"].startswith("whsec_")
    assert changed.json()["secret"] != subscription.secret
    assert "secret" not in client.get(here).json()
    for who, status in ((cast.regulator, 403), (cast.outsider, 404)):
        for move in ("replay", "rotate-secret"):
            body = {"delivery": str(made.id)} if move == "replay" else None
            assert call(who).post(f"{here}/{move}", body, format="json").status_code == status
    assert call(cast.outsider).get(f"{here}/deliveries").status_code == 404


def test_the_page_shows_replays_and_tells_a_new_secret_once(
    cast: Cast,
    client: Client,
    version: Version,
    receiver: Receiver,
    subscription: Subscription,
) -> None:
    receiver.status = 500
    made = called(cast, version, subscription)
    client.force_login(cast.officer)
    here = f"/subscriptions/{subscription.id}/"
    assert here in client.get("/subscriptions/").content.decode()
    shown = client.get(here).content.decode()
    assert "it answered with status 500" in shown
    assert subscription.secret not in shown
    told = client.post(f"{here}replay/", {"delivery": made.id}, follow=True).content.decode()
    assert "1 call will be made again" in told
    made.refresh_from_db()
    assert (made.attempts, made.replayed_at is None) == (0, False)
    rotated = client.post(f"{here}rotate/")
    subscription.refresh_from_db()
    assert subscription.secret in rotated.content.decode()
    assert rotated["Cache-Control"] == "no-store"
    assert subscription.secret not in client.get(here).content.decode()
    client.force_login(cast.engineer)
    assert "Replay" not in client.get(here).content.decode()
    assert client.post(f"{here}rotate/").status_code == 403
