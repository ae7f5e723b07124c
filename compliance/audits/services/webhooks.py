"""Calling the webhooks of subscriptions."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from compliance.audits.models import Subscription, WebhookCall
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType, envelope
from compliance.events.sending import sending_claim, sending_settle
from compliance.outbound.client import Limits, OutboundClient, OutboundError
from compliance.outbound.webhooks import signed_headers

LIMITS = Limits(attempts=1, seconds=20.0, body_bytes=64 << 10)
"""One attempt: the row keeps the next."""


def webhook_attempt(*, call_id: UUID) -> None:
    """Call a webhook, if it is due; a failure is kept and tried again."""
    call = sending_claim(kind=WebhookCall, row_id=call_id)
    if call is not None:
        sending_settle(row=call, failed_because=_post(call))


def _post(call: WebhookCall) -> str:
    """Send; why it failed, or nothing."""
    subscription = call.subscription
    body = _body(call)
    headers = signed_headers(
        secrets=_secrets(subscription),
        message_id=str(call.id),
        timestamp=int(time.time()),
        body=body,
    )
    try:
        with OutboundClient(
            subscription.url,
            field="url",
            allow_internal=settings.ALLOW_INTERNAL,
            limits=LIMITS,
        ) as client:
            answer = client.post(subscription.url, body, headers=headers)
    except (OutboundError, InvalidInputError) as error:
        return str(error)
    return "" if answer.ok else f"it answered with status {answer.status}"


def _secrets(subscription: Subscription) -> list[str]:
    until = subscription.old_secret_until
    overlaps = until is not None and until > timezone.now()
    return [subscription.secret, *([subscription.old_secret] if overlaps else [])]


def _body(call: WebhookCall) -> bytes:
    event = call.event
    told = envelope(
        event_id=event.id,
        event_type=EventType(event.type),
        source=settings.PUBLIC_URL,
        subject=event.subject,
        occurred_at=event.occurred_at,
        payload=event.payload,
    )
    return json.dumps({**told, **_links(event.payload)}).encode()


def _links(payload: Mapping[str, Json]) -> dict[str, Json]:
    """Where a person reads on: extension attributes, whose names are lowercase (CloudEvents)."""
    links: dict[str, Json] = {}
    for name, said in (("page", "path"), ("evidence", "evidence")):
        path = payload.get(said)
        if isinstance(path, str) and path.startswith("/"):
            links[name] = f"{settings.PUBLIC_URL}{path}"
    if result := payload.get("result"):
        links["bundle"] = f"{settings.PUBLIC_URL}/results/{result}/bundle/"
    return links
