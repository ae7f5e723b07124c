"""Inviting, joining by a passkey, leaving; setting up a second factor; every page of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from django.conf import settings as live_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django import Settings

from compliance.accounts.models import User
from compliance.domain.vocabulary import Role
from compliance.events.models import Event
from compliance.people.models import IdentityProvider
from compliance.people.services import invitation_mail, member_add, member_invite
from tests.browser.conftest import SignIn
from tests.browser.flaws import flaws, unfold
from tests.browsing import TIMEOUT_MS, passkeys
from tests.cast import PASSWORD, Cast, administrator_of
from tests.flows.conftest import Mailbox, mailbox
from tests.second_factors import totp_code

__all__ = ["mailbox"]
pytestmark = pytest.mark.django_db(transaction=True)

NEW = "new@northwind.example"
PAGES = (
    "/people/northwind/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/reauthenticate/",
    "/accounts/sessions/",
    "/accounts/password/change/",
)


@pytest.fixture
def administrator(transactional_db: None, cast: Cast) -> User:
    return administrator_of(cast.northwind)


@pytest.fixture
def elsewhere(chromium: Browser, live_site: str) -> Iterator[BrowserContext]:
    """Another browser, with a passkey store of its own, at a name that passkeys can be for."""
    context = chromium.new_context(base_url=live_site.replace("127.0.0.1", "localhost"))
    context.set_default_timeout(TIMEOUT_MS)
    yield context
    context.close()


def mailed_link(settings: Settings, box: Mailbox) -> str:
    """The path of the link that the invitation's mail holds, by a real server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    invitation_mail(event_id=Event.objects.get(type="member.invited").id)
    message: EmailMessage = box.messages[-1]
    assert message["To"] == NEW
    text = message.get_payload(decode=True).decode()  # type: ignore[union-attr]
    found = re.search(rf"{live_settings.PUBLIC_URL}(/invitations/\?token=[\w-]+)", text)
    assert found, text
    return found[1]


def test_from_invitation_to_passkey_to_leaving(
    cast: Cast,
    administrator: User,
    sign_in: SignIn,
    elsewhere: BrowserContext,
    mailbox: Mailbox,
    settings: Settings,
) -> None:
    desk = sign_in(administrator)
    desk.get_by_text(administrator.name, exact=True).click()
    desk.get_by_role("link", name="People").click()
    desk.get_by_label("E-mail address").fill(NEW)
    desk.get_by_label("Role").last.select_option("reader")
    desk.get_by_role("button", name="Send the invitation").click()
    expect(desk.get_by_text("not mailed yet")).to_be_visible()

    page = elsewhere.new_page()
    passkeys(page)
    page.goto(mailed_link(settings, mailbox))
    page.get_by_label("Your name").fill("New Person")
    page.get_by_role("button", name="Join").click()
    page.get_by_role("heading", name="Add a passkey").wait_for()
    expect(page.get_by_label("It signs in without a password")).to_be_checked()
    page.wait_for_load_state()  # until its script listens
    page.get_by_role("main").get_by_role("button", name="Add").click()
    page.get_by_role("heading", name="Recovery Codes").wait_for()

    elsewhere.clear_cookies()
    page.goto("/accounts/login/")
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("heading", name="Today", level=1).wait_for()
    expect(page.get_by_text("New Person", exact=True)).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("signs in by itself")).to_be_visible()
    assert flaws(page) == []

    desk.reload()
    desk.get_by_label("Change or remove New Person").click()
    desk.get_by_role("button", name="Remove New Person").click()
    expect(desk.get_by_text("New Person no longer belongs")).to_be_visible()
    page.goto("/models/")
    page.get_by_role("heading", name="Sign in", level=1).wait_for()


def test_a_regulator_sets_an_authenticator_up_before_anything_else(
    cast: Cast, chromium: Browser, live_site: str
) -> None:
    user = member_add(
        organization=cast.authority,
        email="bare@authority.example",
        name="bare",
        role=Role.REGULATOR,
        password=PASSWORD,
    )
    context = chromium.new_context(base_url=live_site, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("A second factor is asked for here").wait_for()
    assert flaws(page) == []
    page.goto("/models/")
    page.get_by_role("link", name="Activate").click()
    assert flaws(page) == []
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(totp_code(secret))
    page.get_by_role("button", name="Activate").click()
    page.get_by_role("heading", name="Recovery Codes").wait_for()
    page.goto("/models/")
    page.get_by_role("heading", name="Models", level=1).wait_for()
    context.close()


def test_what_stays_open_in_another_tab_is_emptied_by_signing_out(
    cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.officer)
    other = page.context.new_page()
    other.goto("/models/")
    other.get_by_role("heading", name="Models", level=1).wait_for()
    page.locator(".person-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    other.get_by_role("heading", name="Sign in", level=1).wait_for()


def test_every_page_of_people_and_accounts_is_accessible(
    cast: Cast, administrator: User, sign_in: SignIn
) -> None:
    member_invite(
        viewer=cast.viewer(administrator),
        organization=cast.northwind,
        email="a-rather-long-address-of-somebody@a-long-department.northwind.example",
        role=Role.COMPLIANCE_OFFICER,
        now=timezone.now(),
    )
    IdentityProvider.objects.create(
        organization=cast.northwind,
        issuer="https://a-long-name-of-a-provider.identity.northwind.example/realms/everybody",
        client_id="assay",
        email_domain="northwind.example",
    )
    Client().force_login(administrator)  # another session, to be ended
    page = sign_in(administrator, width=360)
    found = {}
    for path in PAGES:
        page.goto(path)
        unfold(page)
        found[path] = flaws(page)
    assert {path: all_ for path, all_ in found.items() if all_} == {}


def test_the_second_step_of_signing_in_is_accessible(
    cast: Cast, chromium: Browser, live_site: str
) -> None:
    page = chromium.new_page(base_url=live_site, viewport={"width": 360, "height": 800})
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(cast.regulator.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").wait_for()
    assert flaws(page) == []
    page.context.close()
