"""Inviting somebody by mail, and what becomes of it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from compliance.accounts.models import Membership, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Role
from compliance.events.selectors import event_by_id
from compliance.events.services import event_record
from compliance.people.models import Invitation
from compliance.people.services.members import member_add

LIFETIME = timedelta(days=7)
_MAIL = """{who} invites you to {organization} on Assay, as {role}.

Accept it here, until {until}:
{link}

The link works once. If you did not expect this, ignore it: nothing happens.
"""


@transaction.atomic
def member_invite(
    *, viewer: Viewer, organization: Organization, email: str, role: Role, now: datetime
) -> Invitation:
    """Ask somebody to belong; a worker mails the link. An older invitation of theirs ends.

    Raises:
        InvalidInputError: the person belongs already.
        NotAllowedError, NotFoundError: the viewer manages no people there.
    """
    viewer.require(Action.MANAGE_PEOPLE, organization.id)
    address = email.strip().lower()
    if Membership.objects.filter(organization=organization, user__email__iexact=address).exists():
        raise InvalidInputError(
            field="email",
            problem=f"{address} belongs to {organization} already",
            fix="Change the role of that member instead",
        )
    Invitation.objects.filter(
        organization=organization, email=address, accepted_at=None, withdrawn_at=None
    ).update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        organization=organization,
        email=address,
        role=role.value,
        invited_by=viewer.user,
        invited_at=now,
        expires_at=now + LIFETIME,
    )
    event_record(
        event_type=EventType.MEMBER_INVITED,
        organization_id=organization.id,
        subject=f"invitation/{invitation.id}",
        payload={"invitation": str(invitation.id), "email": address, "role": role.value},
        actor=viewer.user,
    )
    return invitation


def invitation_mail(*, event_id: UUID) -> None:
    """Mail the link of the invitation that an event tells of, unless it has ended.

    The token is made here and only its SHA-256 is kept, so that neither the database nor a queue
    ever holds a link. An attempt that is repeated makes the link before it useless.

    Raises:
        OSError, SMTPException: it was not sent; the caller tries again later.
    """
    event = event_by_id(event_id=event_id)
    invitation = Invitation.objects.get(id=event.subject.partition("/")[2])
    if not invitation.is_open(timezone.now()):
        return
    token = secrets.token_urlsafe(32)
    invitation.sha256 = hashlib.sha256(token.encode()).hexdigest()
    invitation.save(update_fields=["sha256"])
    told = {
        "who": invitation.invited_by,
        "organization": invitation.organization,
        "role": invitation.role.replace("_", " "),
        "until": f"{invitation.expires_at:%d %B %Y, %H:%M} UTC",
        # In the query, which is not logged, and not in the path, which is.
        "link": f"{settings.PUBLIC_URL}/invitations/?{urlencode({'token': token})}",
    }
    send_mail(
        subject=f"[Assay] An invitation to {invitation.organization}",
        message=_MAIL.format_map(told),
        from_email=settings.DEFAULT_FROM_EMAIL,
        recipient_list=[invitation.email],
    )
    invitation.mailed_at = timezone.now()
    invitation.save(update_fields=["mailed_at"])


@transaction.atomic
def invitation_withdraw(*, viewer: Viewer, invitation: Invitation, now: datetime) -> Invitation:
    """End an invitation; one that was accepted or has ended stays as it was.

    Raises:
        NotAllowedError, NotFoundError: the viewer manages no people there.
    """
    viewer.require(Action.MANAGE_PEOPLE, invitation.organization_id)
    locked = Invitation.objects.select_for_update().get(id=invitation.id)
    if locked.is_open(now):
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
        event_record(
            event_type=EventType.MEMBER_UNINVITED,
            organization_id=locked.organization_id,
            subject=f"invitation/{locked.id}",
            payload={"invitation": str(locked.id), "email": locked.email},
            actor=viewer.user,
        )
    return locked


@transaction.atomic
def invitation_accept(*, invitation: Invitation, user: User, now: datetime) -> User:
    """Belong, as the person who was invited.

    Raises:
        NotAllowedError: somebody else was invited.
        NotFoundError: it was used or withdrawn meanwhile, or has expired.
    """
    if user.email.lower() != invitation.email:
        raise NotAllowedError(f"this invitation is for {invitation.email}")
    return _accept(invitation, now, name=user.name, password=None)


@transaction.atomic
def invitation_join(
    *, invitation: Invitation, name: str, password: str | None, now: datetime
) -> User:
    """Belong, as a person who is new; without a password they sign in by a passkey.

    Raises:
        NotAllowedError: the address is somebody's already, who signs in instead.
        NotFoundError: it was used or withdrawn meanwhile, or has expired.
    """
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise NotAllowedError(f"{invitation.email} has an account: sign in to accept")
    return _accept(invitation, now, name=name, password=password)


def _accept(invitation: Invitation, now: datetime, *, name: str, password: str | None) -> User:
    locked = Invitation.objects.select_for_update(of=("self",)).get(id=invitation.id)
    if not locked.is_open(now):
        raise NotFoundError("this invitation was used or withdrawn, or has expired")
    user = member_add(
        organization=locked.organization,
        email=locked.email,
        name=name,
        role=Role(locked.role),
        password=password,
    )
    locked.accepted_at, locked.accepted_by = now, user
    locked.save(update_fields=["accepted_at", "accepted_by"])
    return user
