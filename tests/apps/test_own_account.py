"""What ends a session, what a person is mailed about their sign-ins, what no password may be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from compliance.accounts.models import User
from compliance.domain.vocabulary import OrganizationKind
from compliance.registry.passwords import words_check
from compliance.registry.services import model_register
from tests.cast import PASSWORD, Cast
from tests.mailing import mailed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def signed_in(user: User, client: Client | None = None, password: str = PASSWORD) -> Client:
    client = client or Client()
    client.post(reverse("account_login"), {"login": user.email, "password": password})
    return client


def inside(client: Client, **headers: str) -> bool:
    return client.get(reverse("portal:models"), headers=headers).status_code == 200


def test_signing_out_clears_what_the_browser_kept(cast: Cast) -> None:
    client = signed_in(cast.officer)
    assert not client.get(reverse("portal:home")).has_header("Clear-Site-Data")
    out = client.post(reverse("account_logout"))
    assert out["Clear-Site-Data"] == '"cache"'
    assert not client.get(reverse("account_login")).has_header("Clear-Site-Data")


def test_a_session_ends_an_hour_after_it_was_last_used(cast: Cast) -> None:
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        client = signed_in(cast.officer)
        assert inside(client)
        for _ in range(3):
            clock.shift(HOUR - timedelta(minutes=2))
            assert inside(client)
        clock.shift(HOUR + timedelta(minutes=2))
        assert not inside(client)
        assert not inside(client)


def test_what_a_page_asks_by_itself_keeps_no_session(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(cast.officer)
        assert inside(client)
        for _ in range(3):
            clock.shift(HOUR / 3 - timedelta(seconds=1))
            assert inside(client, **{"HX-Request": "true"})
        clock.shift(timedelta(minutes=2))
        assert not inside(client)


def test_without_the_setting_a_session_lasts_unused(cast: Cast, settings: Settings) -> None:
    settings.IDLE_SECONDS = 0
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(cast.officer)
        clock.shift(12 * HOUR)
        assert inside(client)


def test_one_session_is_ended_by_its_button_and_no_other_persons(cast: Cast) -> None:
    here, there, other = (signed_in(one) for one in (cast.officer, cast.officer, cast.engineer))
    rows = UserSession.objects.order_by("pk").values_list("pk", "user", named=True)
    _, second, third = (row.pk for row in rows)
    shown = here.get(reverse("usersessions_list")).content.decode()
    ends = [reverse("portal:session-end", args=[one]) for one in (second, third)]
    assert ends[0] in shown and shown.count("/end/") == 1  # none for the one that is looked from
    assert here.post(ends[0]).status_code == 302
    assert here.post(ends[1]).status_code == 404
    assert inside(here) and inside(other) and not inside(there)


def test_a_session_tells_when_it_was_last_used(cast: Cast) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in(cast.officer)
        assert inside(client)
        clock.shift(HOUR / 2)
        assert inside(client)
        used = timezone.now()
        clock.shift(timedelta(seconds=30))
        assert inside(client)  # written to the minute alone
        shown = client.get(reverse("usersessions_list")).content.decode()
    (session,) = UserSession.objects.all()
    assert abs(session.last_seen_at - used) < timedelta(seconds=1)
    assert f'last used <time datetime="{used:%Y-%m-%dT%H:%M}' in shown


def test_a_browser_that_is_new_to_somebody_is_told_of_once(cast: Cast) -> None:
    first = signed_in(cast.officer)
    assert mailed() == []  # the first sign-in of all is nobody else's
    first.post(reverse("account_logout"))
    signed_in(cast.officer, first)
    assert mailed() == []
    second = signed_in(cast.officer)
    (told,) = mailed()
    assert told.to == [cast.officer.email]
    assert "new browser" in told.subject
    assert "did not" not in told.body and "127.0.0.1" in told.body
    signed_in(cast.engineer, second)
    signed_in(cast.officer, second)
    assert len(mailed()) == 1


def test_a_cookie_that_was_made_up_makes_no_browser_known(cast: Cast) -> None:
    signed_in(cast.officer)
    forger = Client()
    forger.cookies["browser"] = f"{cast.officer.pk}:forged:signature"
    signed_in(cast.officer, forger)
    assert len(mailed()) == 1


@pytest.mark.parametrize("failed", [2, 3])
def test_a_sign_in_after_three_failed_ones_is_told_of(cast: Cast, failed: int) -> None:
    client = signed_in(cast.officer)
    client.post(reverse("account_logout"))
    for _ in range(failed):
        signed_in(cast.officer, Client(), "not the password at all")
    signed_in(cast.officer, client)
    client.post(reverse("account_logout"))
    signed_in(cast.officer, client)
    told = [str(message.body) for message in mailed()]
    assert len(told) == failed - 2
    assert all("3 attempts with a wrong password" in one for one in told)
    assert all("not used with before" not in one for one in told)


def test_a_person_is_told_of_a_changed_password(cast: Cast) -> None:
    client = signed_in(cast.officer)
    new = "another-entirely-new-phrase"
    typed = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), typed)
    assert [message.to for message in mailed()] == [[cast.officer.email]]


@pytest.mark.parametrize(
    "password",
    [
        "assay-northwind-2026!",
        "NorthwindNorthwind",
        "smolassistant-2026-07",
        "password.compliance1",
    ],
)
def test_a_password_of_words_of_this_place_is_refused(cast: Cast, password: str) -> None:
    model_register(
        viewer=cast.viewer(cast.engineer),
        organization_id=cast.northwind.id,
        slug="smol",
        name="Smol Assistant",
    )
    with pytest.raises(ValidationError, match="mostly of the names"):
        validate_password(password, cast.officer)


def test_other_organizations_words_and_what_has_enough_beside_them_pass(cast: Cast) -> None:
    assert cast.rival.kind == OrganizationKind.PROVIDER.value
    validate_password("rival-university-2026", cast.officer)
    validate_password("assay northwind horse battery", cast.officer)
    with pytest.raises(ValidationError):
        words_check("rival-authority-2026", [cast.rival, cast.authority])
