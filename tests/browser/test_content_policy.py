"""Pages that libraries write work under the policy of content that they are told."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Record, SignIn
from tests.cast import Cast, administrator_of

LISTS = ("audits/run", "accounts/user", "accounts/accountmail", "events/event")


def test_the_admin_and_the_apis_page_work_without_inline_scripts(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    """Whatever a policy refuses is an error of the console, on which ``sign_in`` fails."""
    operator = administrator_of(cast.northwind)
    operator.is_staff = operator.is_superuser = True
    operator.save()
    page = sign_in(operator)
    for row in LISTS:
        page.goto(f"/admin/{row}/")
        expect(page.get_by_role("main").or_(page.locator("#main")).first).to_be_visible()
    _dialog_opens(page, f"/admin/accounts/user/{cast.officer.pk}/change/")
    _operation_is_tried(page)
    for path in ("portal/portal.css", "unfold/js/app.js"):
        answer = page.request.get(f"/static/{path}")
        assert answer.status == 200
        assert "object-src 'none'" in answer.headers["content-security-policy"]


def _dialog_opens(page: Page, path: str) -> None:
    """By Alpine and htmx, from the row's own page."""
    page.goto(path)
    page.get_by_role("link", name="Mail a link to a new password").click()
    expect(page.get_by_text("The person chooses it.")).to_be_visible()


def _operation_is_tried(page: Page) -> None:
    page.goto("/api/docs/")
    page.locator("#operations-model-model_list button").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
