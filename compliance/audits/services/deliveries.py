"""What somebody does about calls of webhooks: asks for them again, changes the secret."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Subscription, WebhookCall
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Effect
from compliance.events.sending import sendings_again
from compliance.events.services import event_record
from compliance.outbound.webhooks import secret_from

KEY_BYTES = 32
OVERLAP = timedelta(hours=24)
"""For so long the old secret signs beside the new one, and a receiver may know either."""


def secret_new() -> str:
    """A secret that nobody else has."""
    return secret_from(secrets.token_bytes(KEY_BYTES))


@transaction.atomic
def deliveries_replay(
    *,
    viewer: Viewer,
    subscription: Subscription,
    call_id: UUID | None = None,
    failed_since: datetime | None = None,
) -> int:
    """Call again: one call whatever became of it, or all that failed since; returns how many.

    A call keeps its id, so that a receiver which had heard it after all can tell.

    Raises:
        InvalidInputError: not exactly one of the two is given, or there is no such call.
        NotAllowedError, NotFoundError: the viewer may not schedule in this organization.
    """
    viewer.require(Action.SCHEDULE, subscription.organization_id)
    if (call_id is None) == (failed_since is None):
        raise InvalidInputError(
            field="delivery",
            problem="one call is named, or a moment from which on",
            fix="Give delivery or failed_since",
        )
    failed = Q(delivered_at__isnull=True, attempts__gt=0, created_at__gte=failed_since)
    among = Q(subscription=subscription) & (failed if call_id is None else Q(id=call_id))
    WebhookCall.objects.filter(among).update(replayed_at=timezone.now())
    again = sendings_again(kind=WebhookCall, among=among)
    if call_id is not None and not again:
        raise InvalidInputError(
            field="delivery", problem="there is no such call", fix="Name one of this subscription"
        )
    _changed(viewer, subscription, {"replayed": again})
    return again


@transaction.atomic
def subscription_secret_rotate(*, viewer: Viewer, subscription: Subscription) -> Subscription:
    """Give a webhook a new secret; the old one signs beside it for OVERLAP.

    Raises:
        InvalidInputError: the subscription calls no webhook.
        NotAllowedError, NotFoundError: the viewer may not schedule in this organization.
    """
    viewer.require(Action.SCHEDULE, subscription.organization_id)
    if subscription.effect != Effect.WEBHOOK.value:
        raise InvalidInputError(
            field="subscription", problem="it calls no webhook", fix="Name one that does"
        )
    subscription.old_secret = subscription.secret
    subscription.old_secret_until = timezone.now() + OVERLAP
    subscription.secret = secret_new()
    subscription.save(update_fields=["old_secret", "old_secret_until", "secret"])
    _changed(viewer, subscription, {"secret": "rotated"})
    return subscription


def _changed(viewer: Viewer, subscription: Subscription, changes: dict[str, Json]) -> None:
    event_record(
        event_type=EventType.SUBSCRIPTION_CHANGED,
        organization_id=subscription.organization_id,
        subject=f"subscription/{subscription.id}",
        payload={"subscription": str(subscription.id), "changes": changes},
        actor=viewer.user,
        model_id=subscription.model_id,
    )
