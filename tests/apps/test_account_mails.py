"""Mail about one's own account: kept as a row, sealed, sent by a worker to accounts alone."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from compliance.accounts.mails import account_mail_attempt, account_mails_undelivered
from compliance.accounts.models import AccountMail
from compliance.domain.sending import MAX_ATTEMPTS
from tests.cast import PASSWORD, Cast
from tests.mailing import mailed
from tests.second_factors import sign_in

pytestmark = pytest.mark.django_db
STRANGER = "stranger@northwind.example"
NEW = "another-entirely-new-phrase"


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    cache.clear()


def password_changed(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.officer)
    typed = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post(reverse("account_change_password"), typed)


def attempt(email: str, times: int, *, rightly: bool = False) -> str:
    """The page after the last of some attempts to sign in."""
    client = Client()
    typed = {"login": email, "password": PASSWORD if rightly else "not the password at all"}
    for _ in range(times):
        answer = client.post(reverse("account_login"), typed)
    return answer.content.decode()


def test_a_change_waits_for_no_mail_server_and_its_mail_is_tried_again(
    cast: Cast, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    password_changed(cast)
    cast.officer.refresh_from_db()
    assert cast.officer.check_password(NEW)
    row = AccountMail.objects.get()
    account_mail_attempt(mail_id=row.pk)
    row.refresh_from_db()
    assert (row.attempts, row.delivered_at) == (1, None)
    assert row.failed_because.startswith("ConnectionRefusedError")
    assert account_mails_undelivered() == {"waiting": 1, "given_up": 0}


def test_what_it_says_is_sealed_and_gone_once_it_was_given_up(
    cast: Cast, settings: Settings
) -> None:
    Client().post(reverse("account_reset_password"), {"email": cast.officer.email})
    row = AccountMail.objects.get()
    assert "password" not in row.sealed and row.sealed.startswith("gAAAA")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    AccountMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    account_mail_attempt(mail_id=row.pk)
    row.refresh_from_db()
    assert row.given_up and row.sealed == ""
    assert account_mails_undelivered() == {"waiting": 0, "given_up": 1}


def test_a_mail_that_was_sent_leaves_nothing(cast: Cast) -> None:
    Client().post(reverse("account_reset_password"), {"email": cast.officer.email})
    (sent,) = mailed()
    assert sent.to == [cast.officer.email]
    assert "/accounts/password/reset/key/" in str(sent.body)
    assert not AccountMail.objects.exists()


def test_the_same_is_done_for_an_address_that_is_nobodys_and_nothing_is_sent(cast: Cast) -> None:
    machine = cast.engineer
    machine.kind = "service"
    machine.save()
    gone = cast.rival_engineer
    gone.is_active = False
    gone.save()
    for email in (STRANGER, machine.email, gone.email):
        Client().post(reverse("account_reset_password"), {"email": email})
    assert STRANGER in AccountMail.objects.values_list("recipient", flat=True)
    assert mailed() == []
    assert not AccountMail.objects.exists()


def test_whose_account_is_locked_is_told_once_a_day(cast: Cast) -> None:
    attempt(cast.officer.email, 5)
    assert mailed() == []
    assert "Too many failed" in attempt(cast.officer.email, 1, rightly=True)
    attempt(cast.officer.email, 2)
    (told,) = mailed()
    assert told.to == [cast.officer.email]
    assert "5 attempts" in str(told.body) and "127.0.0.1" in str(told.body)


def test_that_an_address_is_locked_says_not_whether_it_is_somebodys(cast: Cast) -> None:
    assert "Too many failed" in attempt(STRANGER, 6)
    assert AccountMail.objects.get().recipient == STRANGER
    assert mailed() == []


def test_who_is_refused_for_others_failures_at_the_same_address_is_told_nothing(
    cast: Cast,
) -> None:
    for place in range(5):
        attempt(f"guess{place}@northwind.example", 2)
    assert "Too many failed" in attempt(cast.officer.email, 1, rightly=True)
    assert mailed() == []
