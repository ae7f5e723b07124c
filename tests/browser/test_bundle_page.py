"""The page in a bundle, opened from a disk without a network: it asks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from compliance.domain.verify.archive import read_archive
from compliance.domain.verify.bundle import bundle_build
from tests.browser.flaws import flaws
from tests.browsing import watch
from tests.domain.verify.bundles import SmallLog, bundle


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """``index.html`` of a bundle as a file, in a browser of 360 pixels that is offline."""
    parts = read_archive(bundle_build(bundle(SmallLog(), count=24, asked=24)))
    file = tmp_path / "index.html"
    file.write_bytes(parts["index.html"])
    context = chromium.new_context(viewport={"width": 360, "height": 800}, offline=True)
    troubles: list[str] = []
    page = watch(context.new_page(), troubles, file.as_uri())
    requests: list[str] = []
    page.on("request", lambda asked: requests.append(asked.url))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert requests == [file.as_uri()]
    assert troubles == []


def test_it_opens_from_a_disk_asks_for_nothing_and_can_be_read(opened: Page) -> None:
    page = opened
    expect(page.get_by_role("heading", level=1)).to_have_text("safety.letters: violating")
    expect(page.get_by_text("It proves nothing by itself")).to_be_visible()
    assert page.evaluate("document.scripts.length") == 0
    ground = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert ground == "light dark"
    assert flaws(page) == []
