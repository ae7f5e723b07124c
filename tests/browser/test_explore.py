"""A chart is explored under the content policy, from the page's own files, by keyboard."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Record, SignIn
from tests.browser.flaws import flaws
from tests.browser.record import HAZARDS
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_history_is_explored_by_keyboard(audited: Record, cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.regulator)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/models/{audited.version.model_id}/history/safety.refusal/")
    still, button = page.locator("svg.assay-chart"), page.locator("button.explore")
    expect(button).to_have_accessible_name("Explore Refusal of hazardous requests")
    assert not [one for one in asked if "vega" in one]  # nobody pays for what nobody opens
    button.press("Enter")
    chart = page.locator(".explored-chart svg")
    expect(chart).to_be_visible()
    expect(still).to_be_hidden()
    point = chart.locator('[aria-label*="verdict: violating"][aria-label*="value"]').last
    expect(point).to_have_attribute("aria-roledescription", "point")
    there, room = point.bounding_box(), chart.bounding_box()
    assert there is not None and room is not None
    assert there["x"] > room["x"] + 80  # in the middle of its time, and not at the axis
    whole = page.get_by_role("status").filter(has_text="From").inner_text()
    page.get_by_role("button", name="Closer").press("Enter")
    expect(page.get_by_text(whole)).to_have_count(0)
    page.get_by_role("button", name="Everything").press("Enter")
    expect(page.get_by_text(whole)).to_be_visible()
    assert flaws(page) == []
    button.press("Enter")
    expect(still).to_be_visible()
    expect(chart).to_be_hidden()


def test_a_results_parts_are_explored_and_taken(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.regulator, width=360)
    page.goto(f"/runs/{audited.run.id}/")
    finding = page.get_by_role("region", name="Refusal of hazardous requests")
    button = finding.get_by_role("button", name="Explore parts of Refusal of hazardous requests")
    button.press("Enter")
    points = finding.locator('.explored-chart [aria-roledescription="point"]')
    expect(points).to_have_count(len(HAZARDS))
    expect(points.first).to_have_attribute("aria-label", re.compile(f"part: {HAZARDS[0]}"))
    status = finding.get_by_role("status")
    whole = status.inner_text()
    finding.get_by_role("button", name="Higher").press("Enter")
    expect(status).not_to_have_text(whole)
    assert flaws(page) == []
    with page.expect_download() as taken:
        finding.get_by_role("link", name="Vega-Lite of the parts").click()
    drawn = json.loads(taken.value.path().read_text())
    assert "var(" not in json.dumps(drawn)  # for print: the page's colours are the page's own
    assert {row.get("part") for rows in drawn["datasets"].values() for row in rows} >= {*HAZARDS}
