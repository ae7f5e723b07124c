"""Writes on people and organizations."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from compliance.accounts.models import ApiToken, Grant, Membership, Organization, User
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import OrganizationKind, Role

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


@transaction.atomic
def member_add(
    *, organization: Organization, email: str, name: str, role: Role, password: str
) -> User:
    """Create a person with a role in an organization, or give an existing person the role."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email=email, password=password, name=name)
    Membership.objects.update_or_create(
        user=user, organization=organization, defaults={"role": role.value}
    )
    return user


def member_remove(*, user: User, organization: Organization) -> None:
    """Take a person's role in an organization away, with all that they could read by it."""
    Membership.objects.filter(user=user, organization=organization).delete()


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
