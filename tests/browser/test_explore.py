"""A chart is explored under the content policy, from the page's own files, by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Record, SignIn
from tests.browser.flaws import flaws
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
