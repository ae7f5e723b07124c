"""Writes on people and organizations."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from compliance.accounts.grants import (
    GrantScope,
    dispute_grant_give,
    dispute_grants_end,
    grant_end,
    grant_give,
    jurisdictions_check,
)
from compliance.accounts.machines import ClientSecret, client_issue, machine_add, machine_end
from compliance.accounts.models import ApiToken, Organization, User
from compliance.accounts.readings import (
    list_reading_tell,
    model_reading_tell,
    reading_tell,
    subject_reading_tell,
)
from compliance.accounts.selectors import Viewer
from compliance.accounts.tokens import (
    TOKEN_DAYS_MOST,
    TOKEN_SHOWN,
    machine_token_issue,
    token_issue,
    token_revoke,
    token_use,
)
from compliance.domain.errors import InvalidInputError, NotFoundError
from compliance.domain.vocabulary import OrganizationKind

__all__ = [
    "TOKEN_DAYS_MOST",
    "TOKEN_SHOWN",
    "ClientSecret",
    "GrantScope",
    "access_end",
    "client_issue",
    "dispute_grant_give",
    "dispute_grants_end",
    "grant_end",
    "grant_give",
    "jurisdictions_check",
    "list_reading_tell",
    "machine_add",
    "machine_end",
    "machine_token_issue",
    "model_reading_tell",
    "organization_create",
    "reading_tell",
    "second_factors_reset",
    "session_end",
    "subject_reading_tell",
    "token_issue",
    "token_revoke",
    "token_use",
]


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
def access_end(*, user: User, now: datetime) -> None:
    """Sign a person out everywhere and end their API tokens."""
    for session in UserSession.objects.filter(user=user):
        session.end()
    ApiToken.objects.filter(user=user, expires_at__gt=now).update(expires_at=now)


@transaction.atomic
def session_end(*, viewer: Viewer, session_id: int) -> None:
    """Sign the viewer out of one of their own sessions.

    Raises:
        NotFoundError: they have no such session.
    """
    session = UserSession.objects.filter(user=viewer.user, id=session_id).first()
    if session is None:
        raise NotFoundError(f"you have no session {session_id}")
    session.end()


@transaction.atomic
def second_factors_reset(*, user: User, now: datetime) -> None:
    """Take a person's second factors away, who has lost them, and whatever was open by them."""
    Authenticator.objects.filter(user=user).delete()
    access_end(user=user, now=now)
