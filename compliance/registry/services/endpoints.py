"""Limits of endpoints."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from compliance.accounts.selectors import Viewer
from compliance.domain.endpoints import RequestLimit, origin_of
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.events.services import event_record
from compliance.registry.models import EndpointLimit


@transaction.atomic
def endpoint_limit_set(
    *, viewer: Viewer, organization_id: UUID, url: str, limit: RequestLimit
) -> EndpointLimit:
    """Say how hard an organization's endpoint may be asked, in place of what was said before.

    Raises:
        InvalidInputError: naming origin, requests_at_once or requests_per_minute.
        NotAllowedError, NotFoundError: the viewer may not register there.
    """
    viewer.require(Action.REGISTER, organization_id)
    limit.check()
    row, _ = EndpointLimit.objects.update_or_create(
        organization_id=organization_id,
        origin=origin_of(url),
        defaults={
            "requests_at_once": limit.at_once,
            "requests_per_minute": limit.per_minute,
            "changed_by": viewer.user,
        },
    )
    event_record(
        event_type=EventType.ENDPOINT_LIMITED,
        organization_id=organization_id,
        subject=f"endpoint/{row.id}",
        payload={
            "origin": row.origin,
            "requests_at_once": limit.at_once,
            "requests_per_minute": limit.per_minute,
        },
        actor=viewer.user,
    )
    return row
