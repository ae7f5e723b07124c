"""The operator's room in a browser: axe finds nothing, and nothing is wider than a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from compliance.accounts.models import User
from tests.browser.conftest import Record, SignIn
from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.django_db(transaction=True)

FORMS = {
    "/admin/audits/schedule/add/": "Add schedule",
    "/admin/audits/subscription/add/": "Add subscription",
    "/admin/alerts/alertroute/add/": "Add alert route",
    "/admin/alerts/maintenancewindow/add/": "Add maintenance window",
}


@pytest.fixture
def pages(audited: Record) -> dict[str, str]:
    """One page of each kind, by address, with the title that says that it was shown."""
    result = audited.run.shards.get(test_name="safety.refusal").result
    return {
        "/admin/": "Site administration",
        "/admin/audits/result/": "Select result to view",
        f"/admin/audits/result/{result.id}/change/": "View result",
        f"/admin/audits/result/{result.id}/reverify/": "Re-verify",
        f"/admin/audits/schedule/{audited.schedule.id}/change/": "View schedule",
        **FORMS,
    }


def shown(page: Page, path: str, title: str) -> None:
    answered = page.goto(path)
    assert answered is not None and answered.status == 200, path
    expect(page).to_have_title(re.compile(re.escape(title)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_admin(
    pages: dict[str, str], operator: User, sign_in: SignIn, scheme: str
) -> None:
    page = sign_in(operator, scheme=scheme)
    found = {}
    for path, heading in pages.items():
        shown(page, path, heading)
        found[path] = violations(page, scheme, practices=False)
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_dialog_of_the_admin(
    audited: Record, operator: User, sign_in: SignIn, scheme: str
) -> None:
    page = sign_in(operator, scheme=scheme)
    shown(page, f"/admin/audits/schedule/{audited.schedule.id}/change/", "View schedule")
    page.get_by_role("link", name="Pause").click()
    expect(page.get_by_text("Nothing is run by it until it is resumed.")).to_be_visible()
    assert violations(page, scheme, practices=False) == []


def test_the_admin_is_not_wider_than_a_phone(
    pages: dict[str, str], operator: User, sign_in: SignIn
) -> None:
    page = sign_in(operator, width=360)
    wide = {}
    for path, heading in pages.items():
        shown(page, path, heading)
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    assert set(wide.values()) == {360}, wide
