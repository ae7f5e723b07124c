"""Signing in by an organization's own identity provider, against a real one."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from compliance.accounts.models import Membership, User
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from compliance.people.models import IdentityProvider
from compliance.people.services import (
    identity_provider_enable,
    identity_provider_set,
    member_add,
    member_invite,
    member_remove,
)
from tests.cast import Cast, administrator_of
from tests.identity_provider import CLIENT, SECRET, Provider, provider_serving
from tests.second_factors import totp_code, totp_give

ENTRY = "/accounts/oidc/northwind/login/"
NEW = {"sub": "77", "email": "new@northwind.example", "name": "New", "email_verified": True}


@pytest.fixture
def provider(cast: Cast, settings: Settings) -> Iterator[Provider]:
    settings.ALLOW_INTERNAL = True
    with provider_serving() as running:
        row_set(cast, running, joining_role=None)
        yield running


def row_set(cast: Cast, running: Provider, joining_role: Role | None) -> IdentityProvider:
    return identity_provider_set(
        organization=cast.northwind,
        issuer=running.issuer,
        client_id=CLIENT,
        secret=SECRET,
        email_domain="northwind.example",
        joining_role=joining_role,
    )


def come(provider: Provider, **claims: object) -> tuple[Client, httpx.Response]:
    """Sign in as the provider's person; returns the browser and the last answer."""
    provider.claims = {**NEW, **claims}
    client = Client()
    start = client.get(ENTRY)
    assert start.status_code == 302, start.content
    sent_back = httpx.get(start["Location"]).headers["Location"]
    split = urlsplit(sent_back)
    return client, client.get(f"{split.path}?{split.query}")  # type: ignore[return-value]


def refused(provider: Provider, why: str, **claims: object) -> None:
    client, answer = come(provider, **claims)
    assert answer.status_code == 403
    assert why in answer.content.decode()
    assert client.get("/people/").status_code == 302
    assert client.get("/people/").headers["Location"].startswith("/accounts/login/")


def engineer_claims(cast: Cast) -> dict[str, object]:
    return {"sub": "12", "email": cast.engineer.email}


def test_a_member_signs_in_and_nothing_of_the_claims_is_kept(
    cast: Cast, provider: Provider
) -> None:
    client, answer = come(provider, **engineer_claims(cast))
    assert answer.headers["Location"] == "/"
    assert client.get("/models/").status_code == 200
    account = SocialAccount.objects.get(user=cast.engineer)
    assert (account.provider, account.uid, account.extra_data) == ("northwind", "12", {})
    again, _ = come(provider, **engineer_claims(cast))
    assert again.get("/models/").status_code == 200
    assert SocialAccount.objects.get().extra_data == {}


def test_the_secret_is_sealed(cast: Cast, provider: Provider) -> None:
    assert SECRET not in str(IdentityProvider.objects.values().get())


def test_an_administrator_sees_it_under_people_without_the_secret(
    cast: Cast, provider: Provider
) -> None:
    client = Client()
    for user, sees in ((administrator_of(cast.northwind), True), (cast.engineer, False)):
        client.force_login(user)
        shown = client.get("/people/northwind/").content.decode()
        assert (provider.issuer in shown) is sees
        assert (f"<dd>{'northwind.example'}</dd>" in shown) is sees
        assert SECRET not in shown
    client.force_login(administrator_of(cast.rival))
    assert "sign in by password or passkey" in client.get("/people/rival/").content.decode()


def test_who_was_not_invited_is_refused(provider: Provider) -> None:
    refused(provider, "has not invited")
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_who_was_invited_joins_with_the_invitations_role(cast: Cast, provider: Provider) -> None:
    member_invite(
        viewer=cast.viewer(administrator_of(cast.northwind)),
        organization=cast.northwind,
        email=str(NEW["email"]),
        role=Role.READER,
        now=timezone.now(),
    )
    client, _ = come(provider)
    user = User.objects.get(email=NEW["email"])
    assert cast.viewer(user).roles == {cast.northwind.id: Role.READER}
    assert not user.has_usable_password()
    assert client.get("/models/").status_code == 200


def test_who_comes_of_the_domain_gets_the_role_that_was_chosen(
    cast: Cast, provider: Provider
) -> None:
    row_set(cast, provider, joining_role=Role.READER)
    client, _ = come(provider)
    user = User.objects.get(email=NEW["email"])
    assert cast.viewer(user).roles == {cast.northwind.id: Role.READER}
    assert Event.objects.filter(type="member.joined", actor=user).count() == 1
    held = Membership.objects.get(user=user)
    administrator = administrator_of(cast.northwind)
    member_remove(viewer=cast.viewer(administrator), membership=held, now=timezone.now())
    assert client.get("/models/")["Location"].startswith("/accounts/login/")
    refused(provider, "do not belong")  # the domain's role does not bring them back


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email": "engineer@rival.example"}, "its own domain"),
        ({"email": "officer@northwind.example.evil.example"}, "its own domain"),
        ({"email_verified": False, "email": "engineer@northwind.example"}, "not verified"),
        ({"email": ""}, "its own domain"),
    ],
)
def test_a_provider_speaks_for_its_own_domain(
    cast: Cast, provider: Provider, claims: dict[str, object], why: str
) -> None:
    refused(provider, why, **claims)


def test_a_provider_does_not_open_another_organizations_record(
    cast: Cast, provider: Provider
) -> None:
    come(provider, **engineer_claims(cast))
    member_add(
        organization=cast.rival, email=cast.engineer.email, name="", role=Role.READER, password=None
    )
    refused(provider, "not its alone", **engineer_claims(cast))


def test_a_provider_does_not_sign_staff_in(cast: Cast, provider: Provider) -> None:
    cast.engineer.is_staff = True
    cast.engineer.save()
    refused(provider, "not its alone", **engineer_claims(cast))


def test_an_account_stays_with_the_subject_it_was_given_to(cast: Cast, provider: Provider) -> None:
    come(provider, **engineer_claims(cast))
    refused(provider, "somebody else before", sub="12", email=cast.officer.email)


def test_a_second_factor_is_asked_for_all_the_same(cast: Cast, provider: Provider) -> None:
    totp_give(cast.engineer)
    client, answer = come(provider, **engineer_claims(cast))
    assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})
    assert client.get("/models/").status_code == 200


def test_user_information_about_somebody_else_is_refused(cast: Cast, provider: Provider) -> None:
    provider.info_changes = {"sub": "another"}
    refused(provider, "somebody else", **engineer_claims(cast))


@pytest.mark.parametrize("change", [{"iss": "https://evil.example"}, {"aud": "x"}, {"exp": 1}])
def test_a_token_of_another_issuer_for_another_or_too_late_is_refused(
    cast: Cast, provider: Provider, change: dict[str, object]
) -> None:
    provider.token_changes = change
    client, _ = come(provider, **engineer_claims(cast))
    assert client.get("/models/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("nonce", ["of another attempt", None, ""])
def test_a_token_of_another_attempt_to_sign_in_is_refused(
    cast: Cast, provider: Provider, nonce: str | None
) -> None:
    provider.token_changes = {"nonce": nonce}
    refused(provider, "another attempt", **engineer_claims(cast))


def test_each_attempt_has_a_nonce_of_its_own(cast: Cast, provider: Provider) -> None:
    client, _ = come(provider, **engineer_claims(cast))
    client.post("/accounts/logout/")
    nonces = set()
    for browser in (client, Client()):
        asked = parse_qs(urlsplit(browser.get(ENTRY)["Location"]).query)
        nonces |= set(asked["nonce"])
    assert len(nonces) == 2 and min(map(len, nonces)) >= 43
    made_up = browser.get(f"{ENTRY}?auth_params=nonce%3Dchosen")["Location"]
    back = urlsplit(httpx.get(made_up).headers["Location"])
    assert browser.get(f"{back.path}?{back.query}").status_code == 403


def test_a_document_that_names_another_issuer_changes_nothing(
    cast: Cast, provider: Provider
) -> None:
    provider.changes = {"issuer": "https://evil.example"}
    provider.token_changes = {"iss": "https://evil.example"}
    client, _ = come(provider, **engineer_claims(cast))
    assert client.get("/models/")["Location"].startswith("/accounts/login/")


def test_a_switched_off_provider_signs_nobody_in(cast: Cast, provider: Provider) -> None:
    row = IdentityProvider.objects.get()
    identity_provider_enable(provider=row, enabled=False)
    assert Client().get(ENTRY).status_code == 404


def test_an_issuer_inside_the_house_is_refused_when_it_is_set(cast: Cast) -> None:
    for issuer in ("https://127.0.0.1/oidc", "https://169.254.169.254", "http://93.184.215.14"):
        with pytest.raises(InvalidInputError, match="issuer"):
            row_set(cast, Provider(issuer=issuer), joining_role=None)


def test_no_call_reaches_inside_the_house(
    cast: Cast, provider: Provider, settings: Settings
) -> None:
    """Not the issuer that was allowed once, nor what its document names."""
    settings.ALLOW_INTERNAL = False
    refusal = Client().get(ENTRY)
    assert refusal.status_code == 502 and "does not answer" in refusal.content.decode()
    assert provider.asked == []
    settings.ALLOW_INTERNAL = True
    provider.changes = {"token_endpoint": "http://169.254.169.254/latest/meta-data"}
    client, _ = come(provider, **engineer_claims(cast))
    assert client.get("/models/")["Location"].startswith("/accounts/login/")


def test_the_address_leads_to_the_provider_by_a_page_of_ours(
    cast: Cast, provider: Provider
) -> None:
    client = Client()
    there = client.post("/sign-in/organization/", {"email": "anybody@Northwind.example"})
    assert f'content="0; url={ENTRY}"' in there.content.decode()
    nowhere = client.post("/sign-in/organization/", {"email": "a@elsewhere.example"})
    assert nowhere.status_code == 422
