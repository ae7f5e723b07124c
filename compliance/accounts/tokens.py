"""API tokens: issued with scopes and an end, shown once, used, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import ApiToken, User
from compliance.accounts.selectors import Viewer, machine_get
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.rights import FULL_SCOPES, TokenScope
from compliance.domain.vocabulary import UserKind
from compliance.events.services import event_record

TOKEN_PREFIX = "assay_"  # noqa: S105 - lets secret scanners recognise a leaked token
TOKEN_SHOWN = 12
"""Characters of a token that are kept, to recognise it by."""
TOKEN_DAYS_MOST = 366
USE_TOLD_EVERY = timedelta(minutes=1)
"""Last use is kept to the minute: one UPDATE a minute, however often a token is used."""


@transaction.atomic
def token_issue(
    *,
    user: User,
    name: str,
    expires_at: datetime,
    scopes: Collection[TokenScope] = FULL_SCOPES,
    actor: User | None = None,
) -> str:
    """Issue an API token; the returned text is shown once and not kept.

    Args:
        actor: who issues it, if not its owner.

    Raises:
        InvalidInputError: naming scopes or expires_at.
    """
    _check(expires_at, scopes)
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=text[:TOKEN_SHOWN],
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        scopes=sorted(scope.value for scope in set(scopes)),
        expires_at=expires_at,
    )
    told: dict[str, Json] = {"scopes": [*token.scopes], "expires_at": expires_at.isoformat()}
    _tell(EventType.TOKEN_ISSUED, token, actor or user, told)
    return text


def machine_token_issue(
    *,
    viewer: Viewer,
    machine_id: int,
    name: str,
    expires_at: datetime,
    scopes: Collection[TokenScope],
) -> str:
    """Issue a token to a service account of an organization where the viewer employs them.

    Raises:
        InvalidInputError: naming scopes or expires_at.
        NotFoundError: no such account that the viewer may see.
    """
    machine = machine_get(viewer=viewer, machine_id=machine_id)
    return token_issue(
        user=machine.user, name=name, expires_at=expires_at, scopes=scopes, actor=viewer.user
    )


@transaction.atomic
def token_revoke(*, token: ApiToken, now: datetime, actor: User | None = None) -> ApiToken:
    """Refuse the token from now on; one that has expired stays as it was."""
    if token.expires_at > now:
        token.expires_at = now
        token.save(update_fields=["expires_at"])
        _tell(EventType.TOKEN_REVOKED, token, actor or token.user, {})
    return token


def token_use(*, token: ApiToken, now: datetime) -> None:
    """Keep when the token was last used, to the minute."""
    if token.last_used_at is None or now - token.last_used_at >= USE_TOLD_EVERY:
        ApiToken.objects.filter(id=token.id).update(last_used_at=now)


def _check(expires_at: datetime, scopes: Collection[TokenScope]) -> None:
    now = timezone.now()
    if expires_at > now + timedelta(days=TOKEN_DAYS_MOST):
        raise InvalidInputError(
            field="expires_at",
            problem=f"a token lives for at most {TOKEN_DAYS_MOST} days from now",
            fix="Choose an earlier end",
        )
    if not scopes:
        raise InvalidInputError(
            field="scopes",
            problem="a token without scopes opens nothing",
            fix="Choose some",
        )


def _tell(event_type: EventType, token: ApiToken, actor: User, told: dict[str, Json]) -> None:
    """A machine's token is its organization's matter; a person's own are that person's."""
    if token.user.kind != UserKind.SERVICE.value:
        return
    event_record(
        event_type=event_type,
        organization_id=token.user.memberships.get().organization_id,
        subject=f"token/{token.id}",
        payload={"token": str(token.id), "owner": token.user.email, **told},
        actor=actor,
    )
