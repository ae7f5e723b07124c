"""One journey for each kind of person, on real pages in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from compliance.alerts.models import Alert
from compliance.audits.models import Run, Schedule
from tests.browser import record
from tests.browser.conftest import Record, SignIn
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_officer_reads_the_verdict_and_schedules_the_next(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.officer)
    verdicts = page.get_by_role("region", name="Newest verdicts")
    expect(verdicts.get_by_text("violating", exact=True)).to_have_count(1)
    verdicts.get_by_role("link", name="Refusal of hazardous requests").click()
    finding = page.get_by_role("region", name="Refusal of hazardous requests").first
    expect(finding).to_contain_text("0.15 to 0.27")
    expect(finding).to_contain_text("from the provider's own declaration, section 4")
    expect(finding).to_contain_text("e ≥ 1,000")

    page.get_by_role("link", name="Schedules").click()
    page.get_by_role("link", name="New schedule").click()
    page.get_by_label("Name").fill("Nightly safety")
    for name in ("Refusal of hazardous requests", "Weights are the registered ones"):
        page.get_by_label(name).check()
    page.get_by_label("Judge of their answers").select_option("words@1")
    page.get_by_label("Share for people to label").fill("0.2")
    page.get_by_label("Cron expression").fill("30 2 * * *")
    expect(page.locator("#forecasts")).to_contain_text("All items are asked, so that people")
    page.get_by_label("Time zone").fill("Europe/Brussels")
    preview = page.get_by_role("status", name="Next five firings")
    expect(preview.get_by_role("listitem")).to_have_count(5)
    expect(preview).to_contain_text("02:30 CE")
    page.get_by_role("button", name="Save the schedule").click()
    expect(page.get_by_role("heading", name="Nightly safety")).to_be_visible()

    schedule = Schedule.objects.get(name="Nightly safety")
    assert (schedule.cron, schedule.time_zone) == ("30 2 * * *", "Europe/Brussels")
    assert [spec["name"] for spec in schedule.battery] == [
        "provenance.weights_digest",
        "safety.refusal",
    ]
    chosen = [spec["parameters"] for spec in schedule.battery]
    assert chosen == [{}, {"judge": "words@1", "audited": 0.2}]
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused since")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_an_officer_labels_answers_and_asks_for_the_verdict_by_them(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    shard = record.request_audited(cast.viewer(cast.officer), audited.version)
    page = sign_in(cast.officer)
    page.goto(f"/runs/{shard.run_id}/")
    page.get_by_role("link", name="Label the drawn answers").click()
    drawn = re.compile(r"0 of \d+ drawn answers")
    expect(page.get_by_text(drawn)).to_be_visible()
    expect(page.get_by_role("button", name="Judge anew")).to_have_count(0)
    for place, word in enumerate(("compliance", "refusal"), 1):
        page.get_by_label(re.compile(word)).check()
        page.get_by_role("button", name="Keep the label").click()
        expect(page.get_by_text(re.compile(f"{place} of \\d+ drawn answers"))).to_be_visible()
    page.get_by_role("button", name="Judge anew by 2 labels").click()
    expect(page.get_by_text("from people's labels")).to_be_visible()
    expect(page.get_by_text("by 2 labels")).to_be_visible()
    assert [*shard.labels.values_list("outcome", flat=True)] == ["compliance", "refusal"]


def test_an_engineer_runs_stress_tests_and_answers_the_alert(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.engineer)
    page.get_by_role("link", name="Alerts 1 open").click()
    page.get_by_role("link", name=re.compile("violates")).click()
    found = page.get_by_role("region", name="What was found")
    expect(found).to_contain_text("0.21, 99.9% confidence sequence 0.15 to 0.27")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    page.get_by_label("Reason").fill("Retraining without the roleplay data.")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("The alert is acknowledged.")).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    page.get_by_label("Reason").fill("Version 1.1 replaces it.")
    page.get_by_role("button", name="Resolve").click()
    became = page.get_by_role("region", name="What became of it")
    expect(became).to_contain_text("Version 1.1 replaces it.")
    assert Alert.objects.get(id=audited.alert.id).state == "resolved"

    page.goto(f"/versions/{audited.version.id}/")
    for name in ("Counterfactual pairs", "Weights are the registered ones"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Run these stress tests").click()
    expect(page.get_by_text("waiting for a worker")).to_be_visible()
    run = Run.objects.exclude(id=audited.run.id).get()
    assert {shard.test_name for shard in run.shards.all()} == {
        "bias.counterfactual_pairs",
        "provenance.weights_digest",
    }
    page.get_by_text("Cancel the run").click()
    page.get_by_label("Reason").fill("Started by mistake.")
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_text("The run is cancelled")).to_be_visible()
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Started by mistake.")


def test_a_regulator_reads_everything_and_can_change_nothing(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.regulator)
    page.get_by_role("link", name="Models").click()
    page.get_by_role("link", name="Assistant", exact=True).click()
    chart = page.get_by_role("img", name="History of Refusal of hazardous requests")
    expect(chart).to_be_visible()
    table = page.get_by_role("table", name="Every result behind the charts")
    row = table.get_by_role("row").filter(has_text="Refusal of hazardous requests")
    expect(row).to_contain_text("violating")
    expect(row).to_contain_text("40 of 40")
    assert _actions(page) == []

    row.get_by_role("link", name=re.compile("^Run of")).click()
    page.get_by_text("40 items with the model's answers").first.click()
    items = page.get_by_role("table", name="Items as they were asked").first
    expect(items.get_by_role("row")).to_have_count(1 + 25)
    page.get_by_label("Label", exact=True).first.select_option("compliance")
    expect(items.get_by_role("row")).to_have_count(1 + 8)
    expect(items).to_contain_text("Sure. First, you would")
    assert _actions(page) == []

    page.goto(f"/alerts/{audited.alert.id}/")
    assert _actions(page) == []
    for closed in ("/models/register/", "/schedules/new/"):
        answered = page.goto(closed)
        assert answered is not None and answered.status == 403
        expect(page.get_by_role("heading", name="Not allowed")).to_be_visible()


def test_an_outsider_does_not_learn_that_anything_exists(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.outsider)
    for path in (
        f"/models/{audited.version.model_id}/",
        f"/versions/{audited.version.id}/",
        f"/runs/{audited.run.id}/",
        f"/runs/{audited.run.id}/progress/",
        f"/schedules/{audited.schedule.id}/",
        f"/alerts/{audited.alert.id}/",
    ):
        answered = page.goto(path)
        assert answered is not None and answered.status == 404, path
    for path in ("/", "/models/", "/runs/", "/schedules/", "/alerts/"):
        page.goto(path)
        assert "northwind" not in page.content().lower(), path


def test_the_pages_work_without_scripts(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.engineer, scripts=False)
    page.goto(f"/runs/{audited.run.id}/")
    page.get_by_text("40 items with the model's answers").first.click()
    page.get_by_role("link", name="Open the items").first.click()
    page.get_by_label("Part", exact=True).select_option("fraud")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("status")).to_contain_text("10 items")
    page.goto(f"/alerts/{audited.alert.id}/")
    page.get_by_label("Reason").fill("Seen.")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("The alert is acknowledged.")).to_be_visible()


def test_colours_follow_the_system_and_the_toggle_is_remembered(
    audited: Record, cast: Cast, sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in(cast.officer, scheme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Use light colours").click()
    page.goto("/models/")
    expect(root).to_have_attribute("data-bs-theme", "light")


def test_the_main_way_needs_no_mouse(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.officer)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto(f"/runs/{audited.run.id}/")
    page.get_by_text("What is needed to recompute it").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Spec digest").first).to_be_visible()
    page.get_by_text("officer", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()


def _actions(page: Page) -> list[str]:
    """What could change something: buttons and forms of the page's content, but not filters."""
    buttons = page.get_by_role("main").get_by_role("button").all_inner_texts()
    forms = page.locator("main form[method=post]").count()
    return [text for text in buttons if text not in ("Filter", "Explore")] + ["form"] * forms
