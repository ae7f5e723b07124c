"""What is wrong with a page as it stands: axe in light and in dark, and a phone's width."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONTRAST = ["color-contrast"]
"""All that differs between light and dark."""
PHONE = 360
SETTLED = """async () => {
    const drawn = () => new Promise(requestAnimationFrame);
    await drawn(), await drawn();  // until then no change of colour has begun
    const ends = (one) => one.effect.getComputedTiming().endTime !== Infinity;
    const running = document.getAnimations().filter((one) => one.playState === "running");
    await Promise.allSettled(running.filter(ends).map((one) => one.finished));
}"""
"""Colours that change slowly are looked at when they have changed."""
UNFOLDED = """() => {
    const closed = [...document.querySelectorAll("main details:not([open]) > summary")];
    closed.forEach((one) => one.click());
    return closed.length;
}"""
TOO_WIDE = """() => {
    const room = document.documentElement.clientWidth;
    const out = [...document.querySelectorAll("details[open] > *")]
        .filter((one) => one.getBoundingClientRect().left < 0);  // which makes no page wider
    if (document.documentElement.scrollWidth > room) {
        out.push(...[...document.querySelectorAll("body :not(.scroller, .scroller *)")]
            .filter((one) => one.getBoundingClientRect().right > room));
    }
    return out.map((one) => one.outerHTML.slice(0, 120));
}"""
"""What leaves a page at its side."""


def flaws(page: Page, *, practices: bool = True) -> list[str]:
    """All that is found; without ``practices`` by WCAG alone. Colours are light afterwards."""
    rules = [*WCAG, "best-practice"] if practices else WCAG
    dark = [f"in dark, {one}" for one in _violations(page, "dark", CONTRAST)]
    return [*dark, *_violations(page, "light", rules), *_too_wide(page)]


def unfold(page: Page) -> None:
    """Open what is folded, so that it is looked at too."""
    while page.evaluate(UNFOLDED):
        page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Open the items")).to_have_count(0)  # htmx has put the items there


def _violations(page: Page, scheme: Literal["light", "dark"], rules: list[str]) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    page.evaluate(SETTLED)
    answered = Axe().run(page, options={"runOnly": rules}).response
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in answered["violations"]
        for node in violation["nodes"]
    ]


def _too_wide(page: Page) -> list[str]:
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": PHONE, "height": before["height"]})
    wide: list[str] = page.evaluate(TOO_WIDE)
    page.set_viewport_size(before)
    return [f"wider than a phone: {one}" for one in wide]
