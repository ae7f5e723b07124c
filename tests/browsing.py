"""Watching a real browser: whatever goes wrong on a page, or leaves the site, is written down."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

TIMEOUT_MS = 20_000
expect.set_options(timeout=TIMEOUT_MS)


def watch(page: Page, troubles: list[str], site: str) -> Page:
    """Note every error of the page's console and scripts, and every request to elsewhere."""
    page.set_default_timeout(TIMEOUT_MS)
    page.on("console", lambda said: _note(troubles, said.type, said.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda asked: _note_foreign(troubles, asked.url, site))
    return page


def passkeys(page: Page) -> Any:
    """Give the browser an authenticator that verifies its user (WebAuthn automation, 11)."""
    driver = page.context.new_cdp_session(page)
    driver.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    driver.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return driver


def _note(troubles: list[str], kind: str, text: str) -> None:
    # A page that is rightly answered 404, 403 or 422 is logged by Chromium as an error too.
    expected = any(f"status of {status}" in text for status in (403, 404, 409, 422))
    if kind == "error" and not expected:
        troubles.append(text)


def _note_foreign(troubles: list[str], url: str, site: str) -> None:
    if not url.startswith((site, "data:", "blob:")):
        troubles.append(f"a request left the site: {url}")
