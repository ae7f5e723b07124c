"""The officer's way by keyboard alone: the focus is seen, and nothing traps or drops it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from compliance.alerts.models import Alert
from compliance.audits.models import Schedule
from tests.browser.conftest import Record, SignIn
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

MOST_STOPS = 90
SEEN = """async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const one = document.activeElement;
    const drawn = [one, one.closest("label")].filter(Boolean).some((part) => {
        const style = getComputedStyle(part);
        return parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none"
            || style.boxShadow !== "none";
    });
    const box = one.getBoundingClientRect();
    const across = box.right > 0 && box.left < innerWidth;
    const inside = across && box.bottom > 0 && box.top < innerHeight;
    return drawn && inside ? "" : one.outerHTML.slice(0, 160);
}"""
STOP = "() => document.activeElement === document.body ? '' : document.activeElement.outerHTML"


def still(page: Page) -> Page:
    """Without smooth scrolling, so that where the focus goes is in view at once."""
    page.emulate_media(reduced_motion="reduce")
    return page


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus; every stop on the way must show that it has it."""
    unseen = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(STOP):
            unseen.append(page.evaluate(SEEN))
        if wanted.evaluate("one => one === document.activeElement"):
            assert [one for one in unseen if one] == []
            return
    pytest.fail(f"{MOST_STOPS} times Tab do not lead to {wanted}")


def follow(page: Page, link: Locator) -> None:
    """Go to a link or button by Tab, and on by Enter."""
    tab_to(page, link)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_reading_a_verdict_and_its_answers(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = still(sign_in(cast.officer))
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    verdicts = page.get_by_role("region", name="Newest verdicts")
    follow(page, verdicts.get_by_role("link", name="Refusal of hazardous requests"))
    finding = page.get_by_role("region", name="Refusal of hazardous requests", exact=True)
    fold = finding.locator("summary").filter(has_text="items with the model's answers")
    tab_to(page, fold)
    page.keyboard.press("Enter")
    items = finding.get_by_role("table", name="Items as they were asked")
    expect(items).to_be_visible()
    expect(fold).to_be_focused()  # what htmx brought took nothing away
    label = finding.get_by_label("Label", exact=True)
    tab_to(page, label)
    page.keyboard.press("c")  # compliance
    expect(items.get_by_role("row")).to_have_count(1 + 8)
    expect(finding.get_by_label("Label", exact=True)).to_be_focused()


def test_writing_a_schedule(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = still(sign_in(cast.officer))
    follow(page, page.get_by_role("link", name="Schedules"))
    follow(page, page.get_by_role("link", name="New schedule"))
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("By keyboard")
    tab_to(page, page.get_by_label("Counterfactual pairs"))
    page.keyboard.press("Space")
    expect(page.get_by_label("Counterfactual pairs")).to_be_checked()
    expect(page.get_by_label("Counterfactual pairs")).to_be_focused()
    cron = page.get_by_label("Cron expression")
    tab_to(page, cron)
    page.keyboard.type("30 2 * * *")
    firings = page.get_by_role("status", name="Next five firings")
    expect(firings.get_by_role("listitem")).to_have_count(5)
    expect(cron).to_be_focused()
    follow(page, page.get_by_role("button", name="Save the schedule"))
    page.get_by_role("heading", name="By keyboard").wait_for()
    assert len(Schedule.objects.get(name="By keyboard").battery) == 1


def test_answering_an_alert(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = still(sign_in(cast.officer))
    follow(page, page.get_by_role("region", name="Alerts to answer").get_by_role("link").first)
    tab_to(page, page.get_by_label("Reason"))
    page.keyboard.type("Seen.")
    follow(page, page.get_by_role("button", name="Acknowledge"))
    expect(page.get_by_text("The alert is acknowledged.")).to_be_visible()
    fold = page.locator("summary").filter(has_text="Give it to somebody")
    tab_to(page, fold)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Give it to"))
    page.keyboard.type("eng")
    follow(page, page.get_by_role("button", name="Assign"))
    expect(page.get_by_text("The alert is assigned.")).to_be_visible()
    assert Alert.objects.get(id=audited.alert.id).assignee == cast.engineer


def test_no_page_traps_the_focus(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = still(sign_in(cast.officer))
    for path in (
        "/",
        f"/runs/{audited.run.id}/",
        "/schedules/new/",
        f"/alerts/{audited.alert.id}/",
        f"/models/{audited.version.model_id}/dossier/",
    ):
        page.goto(path)
        footer = page.get_by_role("contentinfo").get_by_role("link", name="Check a proof")
        tab_to(page, footer)
        page.keyboard.press("Shift+Tab")
        expect(footer).not_to_be_focused()
