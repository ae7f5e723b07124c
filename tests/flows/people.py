"""What everybody does first: follow the invitation in the mail, choose how to sign in."""

from __future__ import annotations

import re

from django.utils import timezone
from playwright.sync_api import Page

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import Role
from compliance.people.services import member_invite
from tests.cast import PASSWORD, Cast, administrator_of
from tests.flows.conftest import Mailbox, Wait
from tests.second_factors import totp_code


def invited(cast: Cast, organization: Organization, email: str, role: Role) -> None:
    """Invite somebody, as the organization's administrator does."""
    member_invite(
        viewer=cast.viewer(administrator_of(organization)),
        organization=organization,
        email=email,
        role=role,
        now=timezone.now(),
    )


def mailed(box: Mailbox, wait: Wait, email: str, words: str) -> str:
    """The text of the first mail to somebody that says ``words``, once a worker has sent it."""
    found: list[str] = []

    def arrived() -> bool:
        found[:] = [text for text in map(_text, _to(box, email)) if words in text]
        return bool(found)

    wait(arrived, what=f"a mail to {email} that says {words!r}")
    return found[0]


def join(page: Page, text: str, *, name: str, password: str | None = PASSWORD) -> None:
    """Follow the link of an invitation; without a password the next page adds a passkey."""
    link = re.search(r"/invitations/\?token=[\w-]+", text)
    assert link, text
    page.goto(link[0])
    page.get_by_label("Your name").fill(name)
    if password is not None:
        page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Join").click()


def authenticator(page: Page) -> None:
    """Set an authenticator app up, from the page that lists second factors."""
    page.get_by_role("link", name="Activate").click()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(totp_code(secret))
    page.get_by_role("button", name="Activate").click()
    page.get_by_role("heading", name="Recovery Codes").wait_for()


def _to(box: Mailbox, email: str) -> list:  # type: ignore[type-arg]
    return [one for one in list(box.messages) if one["To"] == email]


def _text(message) -> str:  # type: ignore[no-untyped-def]
    parts = message.get_payload() if message.is_multipart() else [message]
    return str(parts[0].get_payload(decode=True).decode())
