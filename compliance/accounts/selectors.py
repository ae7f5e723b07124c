"""Who is looking, and what they may see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from compliance.accounts.models import ApiToken, Grant, Membership, Organization, User
from compliance.accounts.second_factor import second_factor_missing
from compliance.domain.errors import NotAllowedError, NotFoundError
from compliance.domain.rights import Action, allowed
from compliance.domain.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with their roles and the providers whose record they may read."""

    user: User
    roles: Mapping[UUID, Role]
    readable: frozenset[UUID]

    def may(self, action: Action, organization_id: UUID) -> bool:
        """Whether the rights table lets this person act in that organization."""
        if action is Action.READ_RECORD:
            return organization_id in self.readable
        role = self.roles.get(organization_id)
        return role is not None and allowed(action, role)

    def require(self, action: Action, organization_id: UUID) -> None:
        """Refuse what the rights table does not allow.

        Raises:
            NotFoundError: the viewer may not even know of the organization's record.
            NotAllowedError: the viewer may read it and do no more.
        """
        if organization_id not in self.readable:
            raise NotFoundError("there is nothing by that name that you may see")
        if not self.may(action, organization_id):
            raise NotAllowedError(f"your role does not include: {action.value.replace('_', ' ')}")


def viewer_get(*, user: User, now: datetime) -> Viewer:
    """The viewer that ``user`` is at ``now``; an inactive user reads nothing."""
    if not user.is_active:
        return Viewer(user=user, roles={}, readable=frozenset())
    roles = {
        membership.organization_id: Role(membership.role)
        for membership in Membership.objects.filter(user=user)
    }
    granted = (
        Grant.objects.filter(organization__in=roles)
        .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        .values_list("provider_id", flat=True)
    )
    return Viewer(user=user, roles=roles, readable=frozenset(roles) | frozenset(granted))


def operator_viewer(*, user: User) -> Viewer:
    """The viewer that a member of staff is in the admin: an administrator of everybody's record.

    Only the admin asks for it. In the portal and the API the same person is what their
    memberships say.

    Raises:
        NotAllowedError: the user is no active member of staff.
    """
    if not (user.is_active and user.is_staff):
        raise NotAllowedError("only the operator's staff may do this")
    everybody = list(Organization.objects.values_list("id", flat=True))
    roles = dict.fromkeys(everybody, Role.ADMINISTRATOR)
    return Viewer(user=user, roles=roles, readable=frozenset(everybody))


def organization_list(*, viewer: Viewer) -> QuerySet[Organization]:
    """The organizations whose record the viewer may read."""
    return Organization.objects.filter(id__in=viewer.readable)


def organization_get(*, viewer: Viewer, slug: str) -> Organization:
    """One organization, by its slug.

    Raises:
        NotFoundError: no such organization, or the viewer may not know of its record.
    """
    organization = organization_list(viewer=viewer).filter(slug=slug).first()
    if organization is None:
        raise NotFoundError(f"no organization '{slug}' that you may see")
    return organization


def user_by_token(*, token: str, now: datetime) -> User | None:
    """The active owner of an unexpired API token, or None; none who owes a second factor."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = (
        ApiToken.objects.select_related("user")
        .filter(sha256=digest, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if found is None or second_factor_missing(user=found.user):
        return None  # a token must be no way round what the role asks for
    return found.user


def alert_answerers(*, organization_id: UUID) -> QuerySet[User]:
    """Those who answer for an organization's alerts."""
    roles = [role.value for role in Role if allowed(Action.ANSWER_ALERT, role)]
    return User.objects.filter(
        memberships__organization_id=organization_id, memberships__role__in=roles, is_active=True
    ).order_by("email")


def alert_recipients(*, organization_id: UUID) -> list[str]:
    """E-mail addresses of those who answer for an organization's alerts."""
    answerers = alert_answerers(organization_id=organization_id)
    return list(answerers.values_list("email", flat=True))
