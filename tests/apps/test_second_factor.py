"""Who must have a second factor, and what nobody does without confirming that it is they."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from compliance.accounts.models import User
from compliance.accounts.second_factor import second_factor_missing
from compliance.accounts.selectors import token_by_text
from compliance.accounts.services import (
    machine_add,
    machine_token_issue,
    second_factors_reset,
    token_issue,
)
from compliance.accounts.sudo import DangerousAct
from compliance.domain.rights import FULL_SCOPES, SecondFactorFor
from compliance.domain.vocabulary import Role
from compliance.env import Env
from compliance.people.models import Invitation
from compliance.people.services import member_add
from tests.cast import PASSWORD, Cast, administrator_of
from tests.second_factors import SECRET, sign_in, totp_code, totp_give

SETUP = "/accounts/2fa/"


@pytest.fixture
def bare(cast: Cast) -> User:
    """A regulator without a second factor."""
    return member_add(
        organization=cast.authority,
        email="bare@authority.example",
        name="bare",
        role=Role.REGULATOR,
        password=PASSWORD,
    )


def enter(user: User) -> Client:
    """Somebody signed in by the form, as far as a password leads."""
    client = Client()
    body = {"login": user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", body).status_code == 302
    return client


def test_a_recovery_code_signs_in_once(cast: Cast) -> None:
    first, second = RecoveryCodes.activate(cast.regulator).get_unused_codes()[:2]

    def signed_in(code: str) -> bool:
        client = enter(cast.regulator)
        assert client.get("/models/").status_code == 302  # by the password alone nobody is in
        client.post("/accounts/2fa/authenticate/", {"code": code})
        return client.get("/models/").status_code == 200

    assert signed_in(first)
    assert not signed_in(first)
    assert not signed_in("0" * len(first))
    assert signed_in(second)


def test_regulators_reviewers_administrators_and_staff_owe_one(cast: Cast) -> None:
    def owes(role: Role) -> bool:
        person = member_add(
            organization=cast.rival,
            email=f"{role}@rival.example",
            name="",
            role=role,
            password=None,
        )
        return second_factor_missing(user=person)

    asked = {role for role in Role if owes(role)}
    assert asked == {Role.REGULATOR, Role.REVIEWER, Role.ADMINISTRATOR}
    cast.engineer.is_staff = True
    cast.engineer.save()
    assert second_factor_missing(user=cast.engineer)
    assert not second_factor_missing(user=cast.regulator)


def test_a_machine_owes_none_whatever_its_role(cast: Cast) -> None:
    administrator = cast.viewer(administrator_of(cast.authority))
    later = timezone.now() + timedelta(days=1)
    machine = machine_add(
        viewer=administrator,
        organization_id=cast.authority.id,
        name="nightly",
        role=Role.REGULATOR,
    )
    token = machine_token_issue(
        viewer=administrator,
        machine_id=machine.user_id,
        name="nightly",
        expires_at=later,
        scopes=FULL_SCOPES,
    )
    assert not second_factor_missing(user=machine.user)
    found = token_by_text(text=token, now=timezone.now())
    assert found is not None and found.user == machine.user


@pytest.mark.parametrize("path", ["/", "/models/", "/admin/", "/accounts/sessions/", "/nowhere/"])
def test_without_it_only_the_setup_is_reached(bare: User, path: str) -> None:
    client = Client()
    client.force_login(bare)
    answer = client.get(path)
    assert (answer.status_code, answer.headers.get("Location")) == (302, SETUP)


def test_without_it_the_api_and_htmx_are_told(bare: User) -> None:
    client = Client()
    client.force_login(bare)
    told = client.get("/api/v1/models")
    assert told.status_code == 403
    assert told["Content-Type"] == "application/problem+json" and SETUP in told.json()["detail"]
    assert client.get("/models/", headers={"HX-Request": "true"})["HX-Redirect"] == SETUP


def test_the_setup_opens_everything(bare: User) -> None:
    client = Client()
    sign_in(client, bare)
    page = client.get(f"{SETUP}totp/activate/").content.decode()
    secret = page.split('id="authenticator_secret"')[1].split('value="')[1].split('"')[0]
    answer = client.post(f"{SETUP}totp/activate/", {"code": totp_code(secret)})
    assert answer.status_code == 302
    assert client.get("/").status_code == 200
    kept = Authenticator.objects.get(user=bare, type="totp").data["secret"]
    assert secret not in kept and kept.startswith("gAAAA")  # sealed


def test_a_token_is_no_way_round_it(cast: Cast, bare: User) -> None:
    later = timezone.now() + timedelta(days=1)
    owed, held = (
        token_issue(user=user, name="ci", expires_at=later) for user in (bare, cast.regulator)
    )
    assert token_by_text(text=owed, now=timezone.now()) is None
    found = token_by_text(text=held, now=timezone.now())
    assert found is not None and found.user == cast.regulator


def test_an_installation_may_do_without_and_says_so(bare: User, settings: Settings) -> None:
    settings.MFA_REQUIRED = SecondFactorFor.NOBODY
    client = Client()
    client.force_login(bare)
    assert "ASSAY_MFA_REQUIRED=nobody" in client.get("/").content.decode()


def test_everybody_owes_one_unless_the_operator_says_otherwise(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSAY_MFA_REQUIRED")
    settings.MFA_REQUIRED = Env().mfa_required
    for person in (cast.officer, cast.engineer, cast.outsider):
        assert second_factor_missing(user=person)
        client = Client()
        client.force_login(person)
        assert client.get("/models/")["Location"] == SETUP
    assert not second_factor_missing(user=cast.regulator)
    assert not second_factor_missing(user=totp_give(cast.officer))
    later = timezone.now() + timedelta(days=1)
    owed = token_issue(user=cast.engineer, name="ci", expires_at=later)
    assert token_by_text(text=owed, now=timezone.now()) is None


def test_where_passkeys_are_asked_for_an_authenticator_app_opens_nothing(
    cast: Cast, settings: Settings
) -> None:
    settings.MFA_REQUIRED = SecondFactorFor.PASSKEYS
    client = Client()
    sign_in(client, cast.regulator)  # who has an app
    assert client.get("/models/")["Location"] == SETUP
    assert client.get(f"{SETUP}webauthn/add/").status_code == 200
    Authenticator.objects.create(user=cast.regulator, type="webauthn", data={"name": "key"})
    assert client.get("/models/")["Location"] == f"{SETUP}webauthn/reauthenticate/"
    proved_by_passkey(client)
    assert client.get("/models/").status_code == 200


def proved_by_passkey(client: Client) -> None:
    """What allauth notes in a session when a passkey was used."""
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "type": "webauthn", "at": 0}]
    session.save()


def test_a_password_alone_does_not_sign_in_who_has_a_second_factor(cast: Cast) -> None:
    client = Client()
    body = {"login": cast.regulator.email, "password": PASSWORD}
    assert client.post("/accounts/login/", body)["Location"].startswith(f"{SETUP}authenticate/")
    assert client.get("/people/")["Location"].startswith("/accounts/login/")
    step = client.post(f"{SETUP}authenticate/", {"code": "000000"})
    assert step.status_code == 200
    assert client.post(f"{SETUP}authenticate/", {"code": totp_code()}).status_code == 302
    assert client.get("/").status_code == 200


def test_a_code_is_used_once(cast: Cast) -> None:
    code = totp_code()
    for expected in (302, 200):
        client = Client()
        client.post("/accounts/login/", {"login": cast.reviewer.email, "password": PASSWORD})
        answer = client.post(f"{SETUP}authenticate/", {"code": code})
        assert answer.status_code == expected


def test_guessing_is_stopped_and_the_right_password_too(cast: Cast) -> None:
    cache.clear()
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"login": cast.engineer.email, "password": "wrong"})
    body = {"login": cast.engineer.email, "password": PASSWORD}
    assert "Too many failed" in client.post("/accounts/login/", body).content.decode()
    assert client.get("/people/")["Location"].startswith("/accounts/login/")
    other = {"login": cast.officer.email, "password": PASSWORD}
    assert client.post("/accounts/login/", other).status_code == 302
    cache.clear()


def test_short_and_common_passwords_are_refused(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.engineer)
    for weak in ("14-characters!", "123456789987654321", "engineer@northwind"):
        body = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        answer = client.post("/accounts/password/change/", body)
        assert answer.status_code == 200, weak


def test_nobody_changes_their_own_address(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.engineer)
    body = {"email": "officer2@northwind.example", "action_add": ""}
    assert client.post("/accounts/email/", body)["Location"] == SETUP
    assert not EmailAddress.objects.filter(email=body["email"]).exists()


def test_lost_second_factors_are_reset_with_all_that_was_open(cast: Cast) -> None:
    client = enter(cast.officer)
    second_factors_reset(user=totp_give(cast.officer), now=timezone.now())
    assert client.get("/models/")["Location"].startswith("/accounts/login/")
    assert not Authenticator.objects.filter(user=cast.officer).exists()


def test_who_is_invited_to_more_is_asked_for_more(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.engineer)
    assert client.get("/models/").status_code == 200
    member_add(
        organization=cast.northwind,
        email=cast.engineer.email,
        name="",
        role=Role.ADMINISTRATOR,
        password=None,
    )
    assert client.get("/models/")["Location"] == SETUP


def test_other_sessions_are_listed_and_ended(cast: Cast) -> None:
    here, elsewhere = enter(cast.engineer), enter(cast.engineer)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Sign out all others" in page
    here.post("/accounts/sessions/")
    assert here.get("/models/").status_code == 200
    assert elsewhere.get("/models/")["Location"].startswith("/accounts/login/")


# Dangerous acts ---------------------------------------------------------------------------------


def invite_body(cast: Cast) -> tuple[str, dict[str, str]]:
    body = {"email": "new@northwind.example", "role": "reader"}
    return f"/people/{cast.northwind.slug}/invite/", body


@pytest.mark.parametrize("ago", [None, 301.0])
def test_a_dangerous_act_waits_for_a_confirmation_and_is_then_done(
    cast: Cast, ago: float | None
) -> None:
    client = Client()
    sign_in(client, administrator_of(cast.northwind), confirmed_ago=ago)
    answer = client.post(*invite_body(cast))
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    assert not Invitation.objects.exists()
    confirmed = client.post(answer["Location"], {"password": PASSWORD}, follow=True)
    assert "is invited" in confirmed.content.decode()
    assert Invitation.objects.get().email == "new@northwind.example"


def test_a_wrong_password_confirms_nothing(cast: Cast) -> None:
    client = Client()
    sign_in(client, administrator_of(cast.northwind), confirmed_ago=None)
    answer = client.post(*invite_body(cast))
    client.post(answer["Location"], {"password": "wrong"})
    assert not Invitation.objects.exists()


def test_a_confirmation_counts_for_five_minutes(cast: Cast) -> None:
    client = Client()
    sign_in(client, administrator_of(cast.northwind), confirmed_ago=295)
    client.post(*invite_body(cast))
    assert Invitation.objects.exists()


def test_every_page_that_changes_people_or_access_is_guarded() -> None:
    guarded = {
        pattern.name: pattern.callback.dangerous
        for pattern in get_resolver("compliance.portal.urls").url_patterns
        if hasattr(pattern.callback, "dangerous")
    }
    assert guarded["member-invite"] is guarded["invitation-withdraw"] is DangerousAct.INVITE
    assert guarded["member-change"] is guarded["member-remove"] is DangerousAct.MEMBERSHIP
    assert guarded["grant-give"] is guarded["grant-end"] is DangerousAct.GRANT
    assert guarded["dispute-rule"] is DangerousAct.RULING
    tokens = ("tokens", "token-revoke", "machines", "machine", "machine-end")
    assert {guarded[name] for name in tokens} == {DangerousAct.TOKEN}


def test_what_tokens_there_are_is_seen_without_a_confirmation_and_none_is_issued(
    cast: Cast,
) -> None:
    client = Client()
    sign_in(client, cast.officer, confirmed_ago=None)
    assert client.get("/tokens/").status_code == 200
    answer = client.post("/tokens/", {"name": "ci", "days": "9", "scopes": ["read"]})
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]
    assert not cast.officer.api_tokens.exists()
    sign_in(client, cast.officer)
    client.post("/tokens/", {"name": "ci", "days": "9", "scopes": ["read"]})
    assert cast.officer.api_tokens.count() == 1


def test_the_admin_asks_too(cast: Cast) -> None:
    operator = administrator_of(cast.northwind)
    operator.is_staff = operator.is_superuser = True
    operator.save()
    client = Client()
    sign_in(client, operator, confirmed_ago=None)
    for row in ("accounts/grant", "accounts/apitoken", "accounts/membership"):
        assert "reauthenticate" in client.get(f"/admin/{row}/add/")["Location"], row
    remove = reverse("admin:accounts_membership_remove", args=[operator.memberships.get().pk])
    asked = {"_form_submitted": "on"}
    answer = client.post(remove, asked, headers={"HX-Request": "true"})
    assert "reauthenticate" in answer["HX-Redirect"]
    assert operator.memberships.exists()


def test_secrets_sealed_by_an_earlier_key_stay_readable(cast: Cast, settings: Settings) -> None:
    client = Client()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "x" * 40
    client.post("/accounts/login/", {"login": cast.regulator.email, "password": PASSWORD})
    answer = client.post(f"{SETUP}authenticate/", {"code": totp_code(SECRET)})
    assert answer.status_code == 302
