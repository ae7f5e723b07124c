"""Letting another organization read a part of one's record, and ending it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from compliance.accounts.models import Grant, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotAllowedError
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
        InvalidInputError: naming kind, organization, models, jurisdiction or record_to.
        NotAllowedError, NotFoundError: the viewer may not grant there.
    """
    viewer.require(Action.GRANT, provider.id)
    opened = scope or GrantScope()
    if opened.kind is GrantKind.DISPUTE:
        raise _refusal("kind", "a dispute gives its grants itself", "Choose another")
    _check(opened, organization, provider.id)
    grant = Grant(
        organization=organization,
        provider=provider,
        jurisdiction=opened.jurisdiction,
        record_from=opened.record_from,
        record_to=opened.record_to,
        expires_at=expires_at,
    )
    return _give(grant, opened, viewer.user)


@transaction.atomic
def grant_end(*, viewer: Viewer, grant: Grant, now: datetime) -> Grant:
    """Let the organization read no further; one that has ended stays as it was.

    Raises:
        NotAllowedError, NotFoundError: the viewer may not grant there, or the grant is a dispute's.
    """
    viewer.require(Action.GRANT, grant.provider_id)
    if grant.dispute is not None:
        raise NotAllowedError("a dispute gave this grant, and it ends with the dispute")
    locked = Grant.objects.select_for_update().get(id=grant.id)
    if locked.expires_at is None or locked.expires_at > now:
        _end(locked, now, viewer.user)
    return locked


@transaction.atomic
def dispute_grant_give(
    *,
    dispute: UUID,
    organization: Organization,
    model: Model,
    runs: Sequence[UUID] = (),
    actor: User | None,
) -> Grant:
    """Let an organization read what a dispute is about: a model's record, or some runs alone.

    Who may ask for it, and when, is the dispute's to know; nobody but the dispute ends it.

    Args:
        model: whose provider's record it is.
        runs: nothing but these, with what they found.
    """
    scope = GrantScope(kind=GrantKind.DISPUTE, models=() if runs else [model])
    grant = Grant(
        organization=organization,
        provider=model.organization,
        of_runs=list(runs),
        dispute=dispute,
    )
    return _give(grant, scope, actor)


@transaction.atomic
def dispute_grants_end(*, dispute: UUID, now: datetime, actor: User | None) -> None:
    """End every grant that a dispute gave."""
    live = Grant.objects.select_for_update().filter(dispute=dispute, expires_at__isnull=True)
    for grant in live:
        _end(grant, now, actor)


def _give(grant: Grant, scope: GrantScope, actor: User | None) -> Grant:
    grant.kind, grant.granted_by = scope.kind.value, actor
    grant.save(force_insert=True)
    grant.of_models.set(scope.models)
    told = scope.to_json()
    if grant.dispute:
        told |= {"dispute": str(grant.dispute), "runs": [str(one) for one in grant.of_runs]}
    event_record(
        event_type=EventType.GRANT_GIVEN,
        organization_id=grant.provider_id,
        subject=f"grant/{grant.id}",
        payload={
            "grant": str(grant.id),
            "organization": grant.organization.slug,
            "scope": told,
            "expires_at": grant.expires_at.isoformat() if grant.expires_at else None,
        },
        actor=actor,
    )
    return grant


def _end(grant: Grant, now: datetime, actor: User | None) -> None:
    grant.expires_at = now
    grant.save(update_fields=["expires_at"])
    event_record(
        event_type=EventType.GRANT_ENDED,
        organization_id=grant.provider_id,
        subject=f"grant/{grant.id}",
        payload={"grant": str(grant.id), "organization": grant.organization.slug},
        actor=actor,
    )


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
