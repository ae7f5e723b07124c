"""Letting another organization read a part of one's record, and ending it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from compliance.accounts.models import Grant, Organization
from compliance.accounts.selectors import Viewer
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import GrantKind
from compliance.events.services import event_record

if TYPE_CHECKING:
    from compliance.registry.models import Model

JURISDICTION = re.compile(r"[A-Z]{2}")
"""ISO 3166-1 alpha-2, and EU, which that standard reserves for the European Union."""


@dataclass(frozen=True, slots=True)
class GrantScope:
    """What a grant opens.

    Attributes:
        models: of the provider; only with the kind ``models``.
        jurisdiction: only with the kind ``jurisdiction``.
        record_from, record_to: what happened in that time, if not in any.
    """

    kind: GrantKind = GrantKind.RECORD
    models: Sequence[Model] = ()
    jurisdiction: str = ""
    record_from: datetime | None = None
    record_to: datetime | None = None

    def to_json(self) -> dict[str, Json]:
        """As an event tells it."""
        return {
            "kind": self.kind.value,
            "models": [str(model.id) for model in self.models],
            "jurisdiction": self.jurisdiction,
            "record_from": self.record_from.isoformat() if self.record_from else None,
            "record_to": self.record_to.isoformat() if self.record_to else None,
        }


@transaction.atomic
def grant_give(
    *,
    viewer: Viewer,
    organization: Organization,
    provider: Organization,
    scope: GrantScope | None = None,
    expires_at: datetime | None = None,
) -> Grant:
    """Let ``organization`` read a part of ``provider``'s record; all of it without a scope.

    Raises:
        InvalidInputError: naming organization, models, jurisdiction or record_to.
        NotAllowedError, NotFoundError: the viewer may not grant there.
    """
    viewer.require(Action.GRANT, provider.id)
    opened = scope or GrantScope()
    _check(opened, organization, provider.id)
    grant = Grant.objects.create(
        organization=organization,
        provider=provider,
        kind=opened.kind.value,
        jurisdiction=opened.jurisdiction,
        record_from=opened.record_from,
        record_to=opened.record_to,
        granted_by=viewer.user,
        expires_at=expires_at,
    )
    grant.of_models.set(opened.models)
    event_record(
        event_type=EventType.GRANT_GIVEN,
        organization_id=provider.id,
        subject=f"grant/{grant.id}",
        payload={
            "grant": str(grant.id),
            "organization": organization.slug,
            "scope": opened.to_json(),
            "expires_at": expires_at.isoformat() if expires_at else None,
        },
        actor=viewer.user,
    )
    return grant


@transaction.atomic
def grant_end(*, viewer: Viewer, grant: Grant, now: datetime) -> Grant:
    """Let the organization read no further; one that has ended stays as it was.

    Raises:
        NotAllowedError, NotFoundError: the viewer may not grant there.
    """
    viewer.require(Action.GRANT, grant.provider_id)
    locked = Grant.objects.select_for_update().get(id=grant.id)
    if locked.expires_at is None or locked.expires_at > now:
        locked.expires_at = now
        locked.save(update_fields=["expires_at"])
        event_record(
            event_type=EventType.GRANT_ENDED,
            organization_id=locked.provider_id,
            subject=f"grant/{locked.id}",
            payload={"grant": str(locked.id), "organization": grant.organization.slug},
            actor=viewer.user,
        )
    return locked


def jurisdictions_check(codes: Sequence[str]) -> None:
    """Refuse what is no code of a jurisdiction.

    Raises:
        InvalidInputError: naming jurisdictions.
    """
    for code in codes:
        if not JURISDICTION.fullmatch(code):
            raise InvalidInputError(
                field="jurisdictions",
                problem=f"'{code}' is no code of a jurisdiction",
                fix="Give two capital letters of ISO 3166-1, like DE, or EU",
            )


def _check(scope: GrantScope, organization: Organization, provider_id: UUID) -> None:
    if organization.id == provider_id:
        raise _refusal("organization", "it reads its own record already", "Choose another")
    if bool(scope.models) != (scope.kind is GrantKind.MODELS):
        raise _refusal(
            "models", "a grant of kind models names some, and no other does", "Name at least one"
        )
    if any(model.organization_id != provider_id for model in scope.models):
        raise _refusal("models", "one is not the provider's", "Name models of the provider")
    if bool(scope.jurisdiction) != (scope.kind is GrantKind.JURISDICTION):
        raise _refusal(
            "jurisdiction",
            "a grant of kind jurisdiction names one, and no other does",
            "Give two capital letters of ISO 3166-1, like DE, or EU",
        )
    if scope.jurisdiction:
        jurisdictions_check([scope.jurisdiction])
    if scope.record_from and scope.record_to and scope.record_from >= scope.record_to:
        raise _refusal("record_to", "it is not after the beginning", "Give a later time")


def _refusal(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
