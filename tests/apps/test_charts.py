"""Charts: what is drawn, for whom it is readable, and that nothing in it can act."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.core.cache import caches

from compliance.domain.verdicts import Part
from compliance.domain.vocabulary import Verdict
from compliance.dossiers.chart_specs import (
    PAGE,
    PRINT,
    SHAPES,
    Palette,
    Point,
    history_spec,
    parts_spec,
)
from compliance.dossiers.charts import history_chart, parts_chart

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 11, 2, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_cache() -> None:
    caches["drawings"].clear()


def points(*verdicts: Verdict) -> list[Point]:
    return [
        Point(
            at=START + timedelta(days=place),
            value=0.04 + 0.01 * place,
            lower=0.02 + 0.01 * place,
            upper=0.07 + 0.01 * place,
            limit=0.05,
            verdict=verdict,
            version="1.0",
        )
        for place, verdict in enumerate(verdicts)
    ]


def parts() -> list[Part]:
    return [
        Part("weapons", 40, 0.1, 0.06, 0.15, 3.0, -2.0),
        Part("fraud", 40, 0.02, 0.0, 0.06, -1.0, 2.0),
    ]


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  drawn by this code a moment ago


def marks(svg: str, role: str) -> list[ElementTree.Element]:
    """The drawn shapes inside the groups that Vega gives this role."""
    return [
        mark
        for group in read(svg).iter(f"{SVG}g")
        if role in group.get("class", "").split()
        for mark in group
    ]


def test_a_verdict_is_told_by_colour_and_by_shape() -> None:
    svg = history_chart(points(*Verdict), title="Refusal")
    drawn = {mark.get("fill"): mark.get("d") for mark in marks(svg, "mark-symbol")}
    assert set(drawn) == set(PAGE.verdicts.values())
    assert len(set(drawn.values())) == len(SHAPES) == len(Verdict)


def test_title_and_description_say_what_the_chart_shows() -> None:
    svg = history_chart(points(Verdict.COMPLIANT, Verdict.VIOLATING), title="Refusal")
    root = read(svg)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and title.text == "History of Refusal"
    assert description is not None and description.text is not None
    assert "1 compliant, 1 violating" in description.text
    assert "Newest: violating, 0.05 (interval 0.03 to 0.08), limit 0.05" in description.text
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_page_uses_custom_properties_and_print_plain_colours() -> None:
    for palette, custom in ((PAGE, True), (PRINT, False)):
        for spec in (
            history_spec(points(Verdict.COMPLIANT), palette=palette),
            parts_spec(parts(), limit=0.05, palette=palette),
        ):
            assert ("var(--assay-" in str(spec)) is custom


def test_names_cannot_become_markup() -> None:
    hostile = '</text><script>alert("1")</script>'
    history = [replace(point, version=hostile) for point in points(Verdict.COMPLIANT)]
    history += points(Verdict.VIOLATING)
    named = [replace(part, name=hostile) for part in parts()]
    for svg in (
        history_chart(history, title=hostile),
        parts_chart(named, limit=0.05, title=hostile),
    ):
        tags = {element.tag.removeprefix(SVG) for element in read(svg).iter()}
        assert tags <= {"svg", "title", "desc", "g", "path", "line", "text", "rect"}
        assert " style=" not in svg


def test_one_point_and_a_flat_history_are_drawn() -> None:
    flat = Point(START, 0.0, 0.0, 0.0, 0.0, Verdict.COMPLIANT, "1.0")
    later = replace(flat, at=START + timedelta(minutes=5))
    for history in ([flat], [flat, later]):
        svg = history_chart(history, title="Digest")
        assert len(marks(svg, "mark-symbol")) == len(history)
        assert "NaN" not in svg


def test_a_limit_that_changed_is_drawn_as_steps() -> None:
    history = points(Verdict.COMPLIANT, Verdict.COMPLIANT)
    changed = [history[0], replace(history[1], limit=0.1)]
    assert not marks(history_chart(history, title="t"), "mark-line")
    assert len(marks(history_chart(changed, title="t"), "mark-line")) == 1


def test_every_part_is_drawn_with_both_ends() -> None:
    svg = parts_chart(parts(), limit=0.05, title="Refusal")
    assert len(marks(svg, "mark-symbol")) == 2
    texts = [element.text for element in read(svg).iter(f"{SVG}text")]
    assert {"weapons", "fraud"} <= set(texts)
    assert "wholly above the limit: weapons" in svg


def test_equal_content_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Palette] = []

    def counted(history: list[Point], *, palette: Palette) -> dict[str, object]:
        drawn.append(palette)
        return history_spec(history, palette=palette)

    monkeypatch.setattr("compliance.dossiers.charts.history_spec", counted)
    first = history_chart(points(Verdict.COMPLIANT), title="Refusal")
    again = history_chart(points(Verdict.COMPLIANT), title="Refusal")
    other = history_chart(points(Verdict.VIOLATING), title="Refusal")
    assert first == again != other
    assert len(drawn) == 2


def test_nothing_to_draw_gives_nothing() -> None:
    assert history_chart([], title="t") == ""
    assert parts_chart([], limit=0.05, title="t") == ""
