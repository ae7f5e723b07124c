"""Writes on people and organizations."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from compliance.accounts.models import ApiToken, Grant, Organization, User
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import OrganizationKind

TOKEN_PREFIX = "assay_"  # noqa: S105 - lets secret scanners recognise a leaked token
TOKEN_SHOWN = 12
"""Characters of a token that are kept, to recognise it by."""


def organization_create(*, slug: str, name: str, kind: OrganizationKind) -> Organization:
    """Create an organization.

    Raises:
        InvalidInputError: the slug is taken.
    """
    if Organization.objects.filter(slug=slug).exists():
        raise InvalidInputError(
            field="slug", problem=f"'{slug}' is taken", fix="Choose another slug"
        )
    return Organization.objects.create(slug=slug, name=name, kind=kind.value)


def grant_give(
    *, organization: Organization, provider: Organization, expires_at: datetime | None = None
) -> Grant:
    """Let ``organization`` read ``provider``'s record."""
    grant, _ = Grant.objects.update_or_create(
        organization=organization, provider=provider, defaults={"expires_at": expires_at}
    )
    return grant


def grant_end(*, grant: Grant, now: datetime) -> Grant:
    """Let the organization read no further; one that has ended stays as it was."""
    if grant.expires_at is None or grant.expires_at > now:
        grant.expires_at = now
        grant.save(update_fields=["expires_at"])
    return grant


def token_issue(*, user: User, name: str, expires_at: datetime) -> str:
    """Issue an API token; the returned text is shown once and not kept."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name,
        prefix=token[:TOKEN_SHOWN],
        sha256=hashlib.sha256(token.encode()).hexdigest(),
        expires_at=expires_at,
    )
    return token


def token_revoke(*, token: ApiToken, now: datetime) -> ApiToken:
    """Refuse the token from now on; one that has expired stays as it was."""
    if token.expires_at > now:
        token.expires_at = now
        token.save(update_fields=["expires_at"])
    return token


@transaction.atomic
def access_end(*, user: User, now: datetime) -> None:
    """Sign a person out everywhere and end their API tokens."""
    for session in UserSession.objects.filter(user=user):
        session.end()
    ApiToken.objects.filter(user=user, expires_at__gt=now).update(expires_at=now)


@transaction.atomic
def second_factors_reset(*, user: User, now: datetime) -> None:
    """Take a person's second factors away, who has lost them, and whatever was open by them."""
    Authenticator.objects.filter(user=user).delete()
    access_end(user=user, now=now)
