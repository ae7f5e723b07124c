"""A run under way: the page follows it, and stops asking when there is no more to come."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from compliance.audits.services import shard_refuse
from tests.browser import record
from tests.browser.conftest import Record, SignIn
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

POLL_MS = 2_000


def test_the_run_page_follows_the_run_and_then_rests(
    audited: Record, cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.officer)
    names = ["safety.refusal", "bias.counterfactual_pairs"]
    run = record.request(cast.viewer(cast.officer), audited.version, names)
    run_path = f"/runs/{run.id}/"
    page.goto(run_path)
    expect(page.get_by_text("waiting for a worker")).to_be_visible()

    first, second = run.shards.order_by("position")
    lease = record.begin(first, record.COMPLIANT, share=0.5)
    expect(page.get_by_text("20 of 40 items ·")).to_be_visible()
    part = page.get_by_role("region", name=record.TITLES[first.test_name]).first
    expect(part.get_by_text("running")).to_be_visible()  # no part says that it waits
    shard_refuse(lease=lease, reason="the tokenizer has no chat template")
    expect(page.get_by_text("the tokenizer has no chat template").first).to_be_visible()
    record.finish(second, record.UNSURE)
    finding = page.get_by_role("region", name=record.TITLES[second.test_name]).first
    expect(finding.get_by_text("inconclusive", exact=True)).to_be_visible()

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2 * POLL_MS)
    assert [url for url in asked if run_path in url] == []
