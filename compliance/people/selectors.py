"""Who belongs to an organization, who was invited, who signs in by which identity provider."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from compliance.accounts.models import Membership, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotFoundError
from compliance.domain.rights import Action
from compliance.people.models import IdentityProvider, Invitation


def own_organizations(*, viewer: Viewer) -> QuerySet[Organization]:
    """The organizations that the viewer belongs to."""
    return Organization.objects.filter(id__in=viewer.roles)


def own_organization(*, viewer: Viewer, slug: str) -> Organization:
    """One organization that the viewer belongs to; who may read its record is not enough.

    Raises:
        NotFoundError: the viewer does not belong to it.
    """
    found = own_organizations(viewer=viewer).filter(slug=slug).first()
    if found is None:
        raise NotFoundError(f"you belong to no organization '{slug}'")
    return found


def member_list(*, organization: Organization) -> QuerySet[Membership]:
    """An organization's members, by address."""
    members = Membership.objects.filter(organization=organization)
    return members.select_related("user").order_by("user__email")


def member_get(*, viewer: Viewer, membership_id: int) -> Membership:
    """One membership of an organization that the viewer belongs to.

    Raises:
        NotFoundError: there is none that the viewer may know of.
    """
    found = (
        Membership.objects.select_related("user", "organization")
        .filter(id=membership_id, organization__in=viewer.roles)
        .first()
    )
    if found is None:
        raise NotFoundError("there is no such member that you may see")
    return found


def invitation_list(*, organization: Organization, now: datetime) -> QuerySet[Invitation]:
    """Invitations that can still be accepted, newest first."""
    return Invitation.objects.select_related("invited_by").filter(
        organization=organization,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now,
    )


def invitation_get(*, viewer: Viewer, invitation_id: UUID) -> Invitation:
    """One invitation to an organization that the viewer belongs to.

    Raises:
        NotFoundError: there is none that the viewer may know of.
    """
    found = (
        Invitation.objects.select_related("organization")
        .filter(id=invitation_id, organization__in=viewer.roles)
        .first()
    )
    if found is None:
        raise NotFoundError("there is no such invitation that you may see")
    return found


def invitation_by_token(*, token: str, now: datetime) -> Invitation:
    """The invitation that a link names.

    Raises:
        NotFoundError: it was accepted, withdrawn or mailed anew, it has expired, or never was.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = Invitation.objects.select_related("organization").filter(sha256=digest).first()
    if found is None or not found.is_open(now):
        raise NotFoundError(
            "this invitation was used, withdrawn or replaced, or has expired; ask for a new one"
        )
    return found


def person_by_email(*, email: str) -> User | None:
    """The person with an address, however it is capitalised."""
    return User.objects.filter(email__iexact=email).first()


def identity_provider_for(*, email: str) -> IdentityProvider | None:
    """Whom people with such an address sign in by."""
    domain = email.rpartition("@")[2].lower()
    return identity_provider_list().filter(email_domain=domain).first()


def identity_provider_of(*, viewer: Viewer, organization: Organization) -> IdentityProvider | None:
    """What the operator set for an organization, in use or not, for whoever manages its people.

    Raises:
        NotFoundError, NotAllowedError: the viewer does not.
    """
    viewer.require(Action.MANAGE_PEOPLE, organization.id)
    return IdentityProvider.objects.filter(organization=organization).first()


def identity_provider_list() -> QuerySet[IdentityProvider]:
    """The identity providers in use."""
    return IdentityProvider.objects.select_related("organization").filter(enabled=True)
