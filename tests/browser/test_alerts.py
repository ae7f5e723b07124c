"""Alerts in a real browser: routes, windows, and all that an officer does about one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from compliance.alerts.models import Alert, AlertRoute, Delivery, MaintenanceWindow
from compliance.events.models import Event
from compliance.portal.alert_forms import TYPES
from tests.alerting import lived
from tests.browser.conftest import Record, SignIn
from tests.cast import Cast
from workers.routes import ROUTES

pytestmark = pytest.mark.django_db(transaction=True)


def later(hours: int) -> str:
    """A moment as the browser's picker wants it."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_a_route_may_take_whatever_raises_an_alert_by_itself() -> None:
    raised = {one.value for one, tasks in ROUTES.items() if "alerts.open" in tasks}
    assert {value for value, _ in TYPES} == raised


def test_an_officer_routes_alerts_and_is_told_what_is_wrong(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.officer)
    page.goto("/alerts/routes/")
    page.get_by_role("link", name="New route").click()
    page.get_by_label("Name").fill("Model desk")
    page.get_by_label("Sent by", exact=True).select_option("service")
    page.get_by_label("Address").fill("jsons://127.0.0.1/hook")
    page.get_by_role("button", name="Save the route").click()
    expect(page.get_by_text("leads to the internal address 127.0.0.1")).to_be_visible()
    page.get_by_label("Address").fill("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    page.get_by_role("button", name="Save the route").click()
    expect(page.get_by_role("heading", name="Model desk", level=1)).to_be_visible()
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in page.content()
    page.get_by_role("button", name="Send a try").click()
    expect(page.get_by_role("region", name="Newest deliveries")).to_contain_text("tried")
    assert Delivery.objects.filter(route=AlertRoute.objects.get(), occasion="tried").exists()
    page.get_by_label("Name").fill("Model desk, by Slack")
    page.get_by_label("This route is").select_option("no")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.get_by_text("The route is changed.")).to_be_visible()
    route = AlertRoute.objects.get()
    assert (route.name, route.enabled, route.channel) == ("Model desk, by Slack", False, "service")


def test_an_officer_sets_a_window_and_ends_it(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.officer)
    page.goto("/alerts/windows/")
    page.get_by_label("To (UTC)").fill(later(2))
    page.get_by_label("Reason").fill("New hardware")
    page.get_by_role("button", name="Set the window").click()
    expect(page.get_by_text("in force")).to_be_visible()
    page.goto("/alerts/")
    expect(page.get_by_role("note")).to_contain_text("New hardware")
    page.goto("/alerts/windows/")
    page.get_by_role("button", name="End “New hardware” now").click()
    expect(page.get_by_text("The window is over.")).to_be_visible()
    expect(page.get_by_text("in force")).to_have_count(0)
    assert MaintenanceWindow.objects.get().ends_at <= datetime.now(UTC)


def test_an_alert_is_put_off_given_away_and_answered(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.officer)
    page.goto(f"/alerts/{audited.alert.id}/")
    _unfold(page, "Give it to somebody")
    page.get_by_label("Give it to").select_option("engineer@northwind.example")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("The alert is assigned.")).to_be_visible()
    _unfold(page, "Put it off")
    page.get_by_label("Until (UTC)").fill(later(-2))
    page.get_by_label("Why it can wait").fill("The engineer is back at nine.")
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("An alert is put off until a moment to come.")).to_be_visible()
    page.get_by_label("Until (UTC)").fill(later(2))
    page.get_by_role("button", name="Snooze").click()
    expect(page.get_by_text("The alert is put off.")).to_be_visible()
    _unfold(page, "Answer it, to the regulator too")
    page.get_by_label("Your answer").fill("A checkpoint from before the safety training.")
    page.get_by_role("button", name="Answer").click()
    alert = Alert.objects.get(id=audited.alert.id)
    expect(page.get_by_role("region", name="What became of it")).to_contain_text("safety training")
    assert (alert.state, alert.assignee) == ("snoozed", cast.engineer)
    told = Event.objects.filter(subject=f"alert/{alert.id}").values_list("type", flat=True)
    assert {"alert.assigned", "alert.snoozed", "alert.answered"} <= set(told)


def test_a_regulator_reads_the_answer_and_all_that_became_of_it(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    lived(cast.viewer(cast.officer), audited.alert)
    page = sign_in(cast.regulator)
    page.goto(f"/alerts/{audited.alert.id}/")
    became = page.get_by_role("region", name="What became of it")
    for said in (
        "answered by officer",
        "before the safety training",
        "put off by officer",
        "silenced by officer",
        "moves to new hardware",
        "escalated to Head of compliance",
        "found again",
    ):
        expect(became).to_contain_text(said)
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)
    page.goto("/alerts/routes/")
    expect(page.get_by_text("Model desk")).to_have_count(0)


def test_what_does_not_arrive_is_shown_on_today(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    lived(cast.viewer(cast.officer), audited.alert)
    page = sign_in(cast.officer)
    failing = page.get_by_role("region", name="Messages that do not arrive")
    expect(failing).to_contain_text("Model desk")
    failing.get_by_text("1 attempt").first.click()
    expect(failing).to_contain_text("Connection error")


def _unfold(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).first.click()
