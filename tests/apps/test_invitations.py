"""The page that an invitation's link leads to."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client
from django.utils import timezone

from compliance.accounts.models import User
from compliance.domain.vocabulary import Role
from compliance.people.models import Invitation
from compliance.people.services import member_invite
from tests.cast import PASSWORD, Cast, administrator_of
from tests.mailing import mailed

TOKEN = "a-token-of-this-test"
LINK = f"/invitations/?token={TOKEN}"
NEW = "new@northwind.example"


def invited(cast: Cast, email: str = NEW, role: Role = Role.READER) -> Invitation:
    invitation = member_invite(
        viewer=cast.viewer(administrator_of(cast.northwind)),
        organization=cast.northwind,
        email=email,
        role=role,
        now=timezone.now(),
    )
    invitation.sha256 = hashlib.sha256(TOKEN.encode()).hexdigest()
    invitation.save()
    return invitation


def test_opening_the_link_does_nothing(cast: Cast) -> None:
    invitation = invited(cast)
    for _ in range(2):
        answer = Client().get(LINK)
        assert answer.status_code == 200 and "as <strong>reader" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_a_new_person_chooses_a_password_and_is_signed_in(cast: Cast) -> None:
    invited(cast)
    client = Client()
    weak = client.post(LINK, {"name": "New", "password": "too short"})
    assert weak.status_code == 422 and not User.objects.filter(email=NEW).exists()
    answer = client.post(LINK, {"name": "New", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert client.get("/models/").status_code == 200
    assert Client().get(LINK).status_code == 404


def test_a_new_person_without_a_password_is_led_to_a_passkey(cast: Cast) -> None:
    invited(cast, role=Role.ADMINISTRATOR)
    client = Client()
    answer = client.post(LINK, {"name": "New", "password": ""})
    assert answer["Location"] == "/accounts/2fa/webauthn/add/"
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/models/")["Location"] == "/accounts/2fa/"
    assert not User.objects.get(email=NEW).has_usable_password()


def test_who_chose_no_password_gets_one_by_mail_and_strangers_get_none(cast: Cast) -> None:
    invited(cast)
    Client().post(LINK, {"name": "New", "password": ""})
    for email in (NEW, "stranger@northwind.example"):
        Client().post("/accounts/password/reset/", {"email": email})
    assert [message.to for message in mailed()] == [[NEW]]


def test_who_has_an_account_signs_in_first(cast: Cast) -> None:
    invited(cast, email=cast.outsider.email)
    client = Client()
    assert "Sign in to accept" in client.get(LINK).content.decode()
    assert client.post(LINK, {"name": "x", "password": PASSWORD}).status_code == 404
    client.force_login(cast.outsider)
    assert client.post(LINK)["Location"] == "/"
    assert cast.northwind.id in cast.viewer(cast.outsider).roles


@pytest.mark.parametrize("who", ["rival_engineer", "regulator"])
def test_somebody_else_is_refused(cast: Cast, who: str) -> None:
    invited(cast)
    client = Client()
    client.force_login(getattr(cast, who))
    assert client.post(LINK).status_code == 404
    assert cast.northwind.id not in cast.viewer(getattr(cast, who)).roles


@pytest.mark.parametrize("query", ["", "?token=", "?token=unknown", "?token=%00"])
def test_an_unknown_link_says_what_to_do(db: None, query: str) -> None:
    answer = Client().get(f"/invitations/{query}")
    assert answer.status_code == 404 and "ask for a new one" in answer.content.decode()
