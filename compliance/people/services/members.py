"""Joining, changing role, leaving: each an event of the organization's record."""

from __future__ import annotations

from datetime import datetime

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from compliance.accounts.models import Membership, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import access_end
from compliance.domain.errors import NotAllowedError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Role
from compliance.events.services import event_record


@transaction.atomic
def member_add(
    *,
    organization: Organization,
    email: str,
    name: str,
    role: Role,
    password: str | None,
    actor: User | None = None,
) -> User:
    """Create a person with a role in an organization, or give an existing person the role.

    Args:
        password: of a person who is new; None for somebody who will sign in without one.
        actor: who asked for it; None for the person, or the installation itself.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email=email, password=password, name=name)
    held = Membership.objects.filter(user=user, organization=organization).first()
    if held is None:
        held = Membership.objects.create(user=user, organization=organization, role=role.value)
        _joined(held, actor or user)
    elif held.role != role.value:
        _change(held, role, actor or user)
    return user


@transaction.atomic
def member_change(*, viewer: Viewer, membership: Membership, role: Role) -> Membership:
    """Give a member another role.

    Raises:
        NotAllowedError: the viewer manages no people there, or nobody would be left who does.
        NotFoundError: the viewer may not know of the organization.
    """
    viewer.require(Action.MANAGE_PEOPLE, membership.organization_id)
    if membership.role != role.value:
        if role is not Role.ADMINISTRATOR:
            _keep_an_administrator(membership)
        _change(membership, role, viewer.user)
    return membership


@transaction.atomic
def member_remove(*, viewer: Viewer, membership: Membership, now: datetime) -> None:
    """End a membership with all that the person could read by it; everybody may leave themselves.

    Who then belongs nowhere is signed out everywhere, and their API tokens end.

    Raises:
        NotAllowedError: the viewer manages no people there, or nobody would be left who does.
        NotFoundError: the viewer may not know of the organization.
    """
    if membership.user_id != viewer.user.pk:
        viewer.require(Action.MANAGE_PEOPLE, membership.organization_id)
    _keep_an_administrator(membership)
    user, organization = membership.user, membership.organization
    event_record(
        event_type=EventType.MEMBER_LEFT,
        organization_id=organization.id,
        subject=f"membership/{membership.pk}",
        payload={"member": str(user.pk), "role": membership.role},
        actor=viewer.user,
    )
    membership.delete()
    SocialAccount.objects.filter(user=user, provider=organization.slug).delete()
    if not (user.is_staff or user.memberships.exists()):
        access_end(user=user, now=now)


def _joined(membership: Membership, actor: User) -> None:
    event_record(
        event_type=EventType.MEMBER_JOINED,
        organization_id=membership.organization_id,
        subject=f"membership/{membership.pk}",
        payload={
            "member": str(membership.user_id),
            "email": membership.user.email,
            "role": membership.role,
        },
        actor=actor,
    )


def _change(membership: Membership, role: Role, actor: User) -> None:
    before, membership.role = membership.role, role.value
    membership.save(update_fields=["role"])
    event_record(
        event_type=EventType.MEMBER_CHANGED,
        organization_id=membership.organization_id,
        subject=f"membership/{membership.pk}",
        payload={"member": str(membership.user_id), "before": before, "role": role.value},
        actor=actor,
    )


def _keep_an_administrator(membership: Membership) -> None:
    """Refuse that the last administrator goes; two who go at once are judged one by one."""
    if membership.role != Role.ADMINISTRATOR.value:
        return
    Organization.objects.select_for_update().get(id=membership.organization_id)
    others = Membership.objects.filter(
        organization_id=membership.organization_id, role=Role.ADMINISTRATOR.value
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise NotAllowedError(
            "this is the organization's only administrator; make somebody else one first"
        )
