"""Members, invitations and what ends with a membership."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import Membership, User
from compliance.accounts.selectors import token_by_text
from compliance.accounts.services import token_issue
from compliance.domain.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from compliance.people.models import Invitation
from compliance.people.selectors import invitation_by_token, member_get, own_organization
from compliance.people.services import (
    invitation_accept,
    invitation_join,
    invitation_mail,
    invitation_withdraw,
    member_add,
    member_change,
    member_invite,
    member_remove,
)
from tests.cast import PASSWORD, Cast, administrator_of

NEW = "new@northwind.example"


@pytest.fixture
def administrator(cast: Cast) -> User:
    return administrator_of(cast.northwind)


def invite(cast: Cast, administrator: User, email: str = NEW) -> Invitation:
    return member_invite(
        viewer=cast.viewer(administrator),
        organization=cast.northwind,
        email=email,
        role=Role.READER,
        now=timezone.now(),
    )


def mailed_token(invitation: Invitation) -> str:
    """The token in the mail that the invitation's event calls for."""
    event = Event.objects.get(type="member.invited", subject=f"invitation/{invitation.id}")
    invitation_mail(event_id=event.id)
    found = re.search(r"/invitations/\?token=([\w-]+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def membership(user: User) -> Membership:
    return Membership.objects.get(user=user)


def test_who_is_invited_joins_with_the_role_and_the_record_tells(
    cast: Cast, administrator: User
) -> None:
    invitation = invite(cast, administrator, "New@Northwind.example")
    token = mailed_token(invitation)
    assert mail.outbox[-1].to == [NEW]
    found = invitation_by_token(token=token, now=timezone.now())
    user = invitation_join(invitation=found, name="New", password=PASSWORD, now=timezone.now())
    assert cast.viewer(user).roles == {cast.northwind.id: Role.READER}
    told = Event.objects.filter(type__startswith="member.", actor__in=[administrator, user])
    told = told.order_by("occurred_at")
    assert [event.type for event in told] == ["member.invited", "member.joined"]
    assert not re.search(NEW, str([event.commitments for event in told]) + told[0].subject)


def test_neither_database_nor_link_give_the_token_away(cast: Cast, administrator: User) -> None:
    invitation = invite(cast, administrator)
    token = mailed_token(invitation)
    invitation.refresh_from_db()
    assert token not in str(Invitation.objects.filter(id=invitation.id).values().get())
    assert f"/invitations/{token}" not in str(mail.outbox[-1].body)  # paths are logged


def test_a_link_works_once(cast: Cast, administrator: User) -> None:
    token = mailed_token(invite(cast, administrator))
    invitation = invitation_by_token(token=token, now=timezone.now())
    invitation_join(invitation=invitation, name="New", password=PASSWORD, now=timezone.now())
    with pytest.raises(NotFoundError):
        invitation_by_token(token=token, now=timezone.now())
    user = User.objects.get(email=NEW)
    with pytest.raises(NotFoundError):  # whoever holds the row from before
        invitation_accept(invitation=invitation, user=user, now=timezone.now())


@pytest.mark.parametrize("end", ["expires", "withdrawn", "replaced", "mailed again"])
def test_a_link_ends(cast: Cast, administrator: User, end: str) -> None:
    invitation = invite(cast, administrator)
    token = mailed_token(invitation)
    now = timezone.now()
    if end == "expires":
        now += timedelta(days=7)
    elif end == "withdrawn":
        invitation_withdraw(viewer=cast.viewer(administrator), invitation=invitation, now=now)
        assert Event.objects.filter(type="member.uninvited").count() == 1
    elif end == "replaced":
        invite(cast, administrator)
    else:
        mailed_token(invitation)
    with pytest.raises(NotFoundError):
        invitation_by_token(token=token, now=now)


def test_a_withdrawn_invitation_is_not_mailed(cast: Cast, administrator: User) -> None:
    invitation = invite(cast, administrator)
    invitation_withdraw(
        viewer=cast.viewer(administrator), invitation=invitation, now=timezone.now()
    )
    event = Event.objects.get(type="member.invited")
    invitation_mail(event_id=UUID(str(event.id)))
    assert mail.outbox == []


def test_only_the_person_invited_accepts(cast: Cast, administrator: User) -> None:
    invitation = invite(cast, administrator, cast.outsider.email)
    with pytest.raises(NotAllowedError, match="is for"):
        invitation_accept(invitation=invitation, user=cast.rival_engineer, now=timezone.now())
    with pytest.raises(NotAllowedError, match="sign in"):
        invitation_join(invitation=invitation, name="x", password=PASSWORD, now=timezone.now())
    invitation_accept(invitation=invitation, user=cast.outsider, now=timezone.now())
    assert cast.viewer(cast.outsider).roles[cast.northwind.id] is Role.READER


def test_a_member_is_not_invited_again(cast: Cast, administrator: User) -> None:
    with pytest.raises(InvalidInputError, match="belongs to"):
        invite(cast, administrator, cast.officer.email.upper())


@pytest.mark.parametrize("who", ["officer", "engineer", "regulator", "outsider"])
def test_only_administrators_manage_people(cast: Cast, administrator: User, who: str) -> None:
    viewer = cast.viewer(getattr(cast, who))
    refused = (NotAllowedError, NotFoundError)
    with pytest.raises(refused):
        invite(cast, getattr(cast, who))
    with pytest.raises(refused):
        member_change(viewer=viewer, membership=membership(administrator), role=Role.READER)
    with pytest.raises(refused):
        member_remove(viewer=viewer, membership=membership(administrator), now=timezone.now())


def test_who_reads_a_record_by_a_grant_does_not_see_its_people(
    cast: Cast, administrator: User
) -> None:
    with pytest.raises(NotFoundError):
        own_organization(viewer=cast.viewer(cast.regulator), slug="northwind")
    with pytest.raises(NotFoundError):
        member_get(viewer=cast.viewer(cast.regulator), membership_id=membership(cast.officer).pk)


def test_a_changed_role_counts_at_once(cast: Cast, administrator: User) -> None:
    held = membership(cast.engineer)
    member_change(viewer=cast.viewer(administrator), membership=held, role=Role.READER)
    assert cast.viewer(cast.engineer).roles[cast.northwind.id] is Role.READER
    event = Event.objects.get(type="member.changed")
    assert (event.payload["before"], event.payload["role"]) == ("engineer", "reader")


def test_the_last_administrator_stays(cast: Cast, administrator: User) -> None:
    viewer, held = cast.viewer(administrator), membership(administrator)
    with pytest.raises(NotAllowedError, match="only administrator"):
        member_change(viewer=viewer, membership=held, role=Role.READER)
    with pytest.raises(NotAllowedError, match="only administrator"):
        member_remove(viewer=viewer, membership=held, now=timezone.now())
    member_change(viewer=viewer, membership=membership(cast.officer), role=Role.ADMINISTRATOR)
    member_remove(viewer=viewer, membership=held, now=timezone.now())
    assert not Membership.objects.filter(user=administrator).exists()


@pytest.fixture
def open_session(cast: Cast) -> Iterator[Client]:
    """The engineer, signed in by the form."""
    client = Client()
    body = {"login": cast.engineer.email, "password": PASSWORD}
    assert client.post("/accounts/login/", body).status_code == 302
    assert client.get("/people/").status_code == 302
    yield client


def test_leaving_ends_sessions_and_tokens_at_once(
    cast: Cast, administrator: User, open_session: Client
) -> None:
    later = timezone.now() + timedelta(days=1)
    token = token_issue(user=cast.engineer, name="ci", expires_at=later)
    held = membership(cast.engineer)
    member_remove(viewer=cast.viewer(administrator), membership=held, now=timezone.now())
    answer = open_session.get("/people/")
    assert answer.status_code == 302 and "/accounts/login/" in answer["Location"]
    assert token_by_text(text=token, now=timezone.now()) is None
    assert not UserSession.objects.filter(user=cast.engineer).exists()
    assert Event.objects.get(type="member.left").payload["member"] == str(cast.engineer.pk)


def test_who_belongs_elsewhere_stays_signed_in(
    cast: Cast, administrator: User, open_session: Client
) -> None:
    member_add(
        organization=cast.rival, email=cast.engineer.email, name="", role=Role.READER, password=None
    )
    held = Membership.objects.get(user=cast.engineer, organization=cast.northwind)
    member_remove(viewer=cast.viewer(administrator), membership=held, now=timezone.now())
    assert cast.northwind.id not in cast.viewer(cast.engineer).readable
    assert open_session.get("/people/").status_code == 302
    assert "rival" in open_session.get("/people/")["Location"]


def test_everybody_may_leave(cast: Cast) -> None:
    held = membership(cast.engineer)
    member_remove(viewer=cast.viewer(cast.engineer), membership=held, now=timezone.now())
    assert not cast.viewer(cast.engineer).readable
