"""The plots in the docs are those of the committed reports."""

from __future__ import annotations

import pytest

from launcher.plots import FOLDER, names, plot
from tests.validity.report_tables import ROOT


@pytest.mark.parametrize("name", names())
def test_the_plot_is_of_the_committed_report(name: str) -> None:
    drawn = (FOLDER / f"{name}.svg").read_text()
    assert drawn == plot(name), "run: python -m launcher.plots"


def test_every_page_shows_its_plot_and_none_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(names())
    for name in names():
        page = "statistics.md" if name == "engines" else f"stress_tests/{name}.md"
        assert f"plots/{name}.svg)" in (ROOT / "docs" / page).read_text(), page
