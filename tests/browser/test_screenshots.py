"""Pictures of every page, for people to look at: ``make bench NAME=screenshots``.

They go to ``ASSAY_SCREENSHOTS``, outside of the tree; without it the pages are drawn and forgotten.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from compliance.accounts.models import User
from tests.browser.conftest import Record, SignIn
from tests.browser.test_accessibility import OUTSIDE, paths
from tests.browser.test_admin import pages
from tests.cast import Cast

__all__ = ["pages", "paths"]
pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

LOOKS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    named = os.environ.get("ASSAY_SCREENSHOTS")
    return Path(named) if named else tmp_path


def test_screenshots_of_every_page(
    paths: list[str],
    pages: dict[str, str],
    audited: Record,
    cast: Cast,
    operator: User,
    sign_in: SignIn,
    chromium: Browser,
    live_site: str,
    folder: Path,
) -> None:
    reader = [path for path in paths if path == "/" or "dossier" in path or "questions" in path]
    reader += ["/matrix/", f"/models/{audited.version.model_id}/ask/"]
    outside = chromium.new_page(base_url=live_site)
    _draw(outside, [*OUTSIDE], folder, "outside")
    outside.context.close()
    _draw(sign_in(cast.officer), paths, folder, "officer")
    _draw(sign_in(cast.regulator), reader, folder, "regulator")
    room = [*pages, f"/admin/audits/run/{audited.run.id}/change/"]
    _draw(sign_in(operator), room, folder, "operator")


def _draw(page: Page, paths: list[str], folder: Path, who: str) -> None:
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for place, path in enumerate(paths):
            page.goto(path)
            page.wait_for_load_state("networkidle")
            named = re.sub(r"[0-9a-f-]{36}|[^a-z0-9]+", "-", path)
            name = re.sub("-+", "-", named).strip("-") or "home"
            picture = folder / f"{width}-{scheme}" / who / f"{place:02d}-{name}.png"
            page.screenshot(path=picture, full_page=True)
