"""The operator's room in a browser: axe finds nothing, and nothing is wider than a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from compliance.accounts.models import User
from tests.browser.conftest import Record, SignIn
from tests.browser.flaws import flaws

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


def test_no_flaw_is_found_in_the_admin(
    pages: dict[str, str], operator: User, sign_in: SignIn
) -> None:
    page = sign_in(operator)
    found = {}
    for path, heading in pages.items():
        shown(page, path, heading)
        found[path] = flaws(page, practices=False)
    assert {path: said for path, said in found.items() if said} == {}


def test_no_flaw_is_found_in_a_dialog_of_the_admin(
    audited: Record, operator: User, sign_in: SignIn
) -> None:
    page = sign_in(operator)
    shown(page, f"/admin/audits/schedule/{audited.schedule.id}/change/", "View schedule")
    page.get_by_role("link", name="Pause").click()
    expect(page.get_by_text("Nothing is run by it until it is resumed.")).to_be_visible()
    assert flaws(page, practices=False) == []
