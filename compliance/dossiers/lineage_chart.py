"""A model's family drawn: declared parents above their children, and what the tests say between.

Boxes are versions. A line that is whole was declared, a dashed one was not; the sign in its middle
tells by shape and colour how declaration and tests stand to each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt
from django.utils.safestring import SafeString

from compliance.audits.kinship import Family
from compliance.domain.kinship import Agreement, Kinship
from compliance.domain.vocabulary import Verdict
from compliance.dossiers.chart_specs import PAGE, Palette, styled
from compliance.dossiers.charts import svg

DRAWN = 40
"""Versions that are drawn at most; the table below holds every pair."""
_BOX_W, _BOX_H, _GAP_X, _GAP_Y = 150, 44, 16, 62
SIGNS = {
    Agreement.CONFIRMED: "✓",
    Agreement.CONTRADICTED: "!",
    Agreement.UNCONFIRMED: "?",
    Agreement.DECLARED_ONLY: "·",
}
SHAPES = {
    Agreement.CONFIRMED: "circle",
    Agreement.CONTRADICTED: "triangle-up",
    Agreement.UNCONFIRMED: "square",
    Agreement.DECLARED_ONLY: "circle",
}


class Place(NamedTuple):
    """Column and row of a box."""

    column: float
    row: int


class _Plane(NamedTuple):
    """Where everything is drawn, in pixels from the upper left."""

    across: alt.Scale
    down: alt.Scale

    def at(self, x: str, y: str) -> dict[str, Any]:
        return {
            "x": alt.X(f"{x}:Q", scale=self.across, axis=None),
            "y": alt.Y(f"{y}:Q", scale=self.down, axis=None),
        }


def lineage_chart(family: Family, *, title: str) -> SafeString:
    """The family as SVG for the page; empty for no version."""
    places = laid_out(family)
    if not places:
        return SafeString()
    counts = {one: sum(k.agreement is one for k in family.kinships) for one in Agreement}
    told = ", ".join(f"{count} {one.value}" for one, count in counts.items() if count)
    pairs = [[k.child, k.other, str(k.relation), k.agreement.value] for k in family.kinships]
    return svg(
        lambda: lineage_spec(family, palette=PAGE),
        key=[pairs, sorted(family.own), places],
        title=f"Lineage of {title}",
        description=(
            f"{len(places)} versions; pairs: {told or 'none'}. The table below holds every pair."
        ),
        fixed=True,
    )


def laid_out(family: Family) -> dict[str, Place]:
    """A place for each version: parents above children, under the middle of their parents."""
    pairs = [(one.child, one.other) for one in family.kinships]
    declared = [(one.child, one.other) for one in family.kinships if one.relation]
    labels = dict.fromkeys([*sorted(family.own), *(name for pair in pairs for name in pair)])
    drawn = list(labels)[:DRAWN]
    rows = _rows(drawn, pairs, declared)
    by_row: dict[int, list[str]] = defaultdict(list)
    for label in drawn:
        by_row[rows[label]].append(label)
    places: dict[str, Place] = {}
    widest = max((len(one) for one in by_row.values()), default=0)
    for row in sorted(by_row):
        ordered = sorted(by_row[row], key=lambda label: (_middle(label, pairs, places), label))
        start = (widest - len(ordered)) / 2
        places |= {label: Place(start + at, row) for at, label in enumerate(ordered)}
    return places


def _rows(
    drawn: Sequence[str], pairs: Sequence[tuple[str, str]], declared: Sequence[tuple[str, str]]
) -> dict[str, int]:
    """Each child below its parents; who is in no declared pair, above whom it resembles."""
    related = {name for pair in declared for name in pair}
    rows = dict.fromkeys([*drawn, *(name for pair in pairs for name in pair)], 0)
    for _ in drawn:  # as often as the longest line can be; declared lineage has no cycles
        for child, parent in declared:
            rows[child] = max(rows[child], rows[parent] + 1)
    for child, other in pairs:
        if other not in related:
            rows[other] = max(rows[child] - 1, 0)
    return {label: min(rows[label], len(drawn)) for label in drawn}


def _middle(label: str, pairs: Sequence[tuple[str, str]], places: Mapping[str, Place]) -> float:
    above = [places[other].column for child, other in pairs if child == label and other in places]
    return sum(above) / len(above) if above else 0.0


def lineage_spec(family: Family, *, palette: Palette) -> dict[str, Any]:
    """The Vega-Lite specification of the drawing."""
    places = laid_out(family)
    width = (max(p.column for p in places.values()) + 1) * (_BOX_W + _GAP_X)
    height = (max(p.row for p in places.values()) + 1) * (_BOX_H + _GAP_Y) - _GAP_Y
    plane = _Plane(
        alt.Scale(domain=[0, width], nice=False, zero=False),
        alt.Scale(domain=[0, height], nice=False, zero=False, reverse=True),
    )
    drawn = [one for one in family.kinships if {one.child, one.other} <= set(places)]
    layers = [*_lines(drawn, places, plane, palette), *_boxes(family, places, plane, palette)]
    chart = alt.layer(*layers).properties(width=width, height=height)
    return styled(chart, palette)


def _lines(
    drawn: Sequence[Kinship], places: Mapping[str, Place], plane: _Plane, palette: Palette
) -> list[alt.Chart]:
    if not drawn:
        return []
    rows = [_line(one, places) for one in drawn]
    kinds = [one.value for one in Agreement]
    hues = [_colours(palette)[one] for one in Agreement]
    colour = alt.Color("agreement:N", scale=alt.Scale(domain=kinds, range=hues), legend=None)
    shape = alt.Scale(domain=kinds, range=[SHAPES[one] for one in Agreement])
    data = alt.Chart(alt.InlineData(values=rows))
    dash = alt.StrokeDash(
        "declared:N", scale=alt.Scale(domain=[True, False], range=[[1, 0], [5, 4]]), legend=None
    )
    sign = data.encode(**plane.at("mx", "my"))
    return [
        data.mark_rule(strokeWidth=2).encode(
            **plane.at("x", "y"), x2="x2:Q", y2="y2:Q", color=colour, strokeDash=dash
        ),
        sign.mark_point(filled=True, size=380, opacity=1).encode(
            color=colour, shape=alt.Shape("agreement:N", scale=shape, legend=None)
        ),
        sign.mark_text(fontSize=12, fontWeight="bold", dy=1, color=palette.paper).encode(
            text="sign:N"
        ),
        sign.mark_text(align="left", dx=15, fontSize=11, color=palette.muted).encode(text="said:N"),
    ]


def _line(one: Kinship, places: Mapping[str, Place]) -> dict[str, Any]:
    """From the lower edge of the upper box to the upper edge of the lower; sideways in one row."""
    ends = sorted([places[one.other], places[one.child]], key=lambda place: place[::-1])
    (x, y), (x2, y2) = (_corner(place) for place in ends)
    if ends[0].row == ends[1].row:
        x, y, y2 = x + _BOX_W, y + _BOX_H / 2, y2 + _BOX_H / 2
    else:
        x, x2, y = x + _BOX_W / 2, x2 + _BOX_W / 2, y + _BOX_H
    return {
        "x": x,
        "y": y,
        "x2": x2,
        "y2": y2,
        "mx": (x + x2) / 2,
        "my": (y + y2) / 2,
        "agreement": one.agreement.value,
        "declared": one.relation is not None,
        "sign": SIGNS[one.agreement],
        "said": one.relation.value.replace("_", " ") if one.relation else "not declared",
    }


def _boxes(
    family: Family, places: Mapping[str, Place], plane: _Plane, palette: Palette
) -> list[alt.Chart]:
    rows = []
    for label, place in places.items():
        x, y = _corner(place)
        path, _, version = label.rpartition(" ")
        owner, _, slug = path.partition("/")
        rows.append(
            {
                "x": x,
                "y": y,
                "x2": x + _BOX_W,
                "y2": y + _BOX_H,
                "mx": x + _BOX_W / 2,
                "my": y + _BOX_H / 2,
                "owner": owner,
                "name": f"{slug} {version}",
                "own": label in family.own,
            }
        )
    stroke = alt.StrokeWidth(
        "own:N", scale=alt.Scale(domain=[True, False], range=[2.5, 1]), legend=None
    )
    data = alt.Chart(alt.InlineData(values=rows))
    text = data.encode(**plane.at("mx", "my"))
    return [
        data.mark_rect(fill=palette.paper, stroke=palette.ink, cornerRadius=6).encode(
            **plane.at("x", "y"), x2="x2:Q", y2="y2:Q", strokeWidth=stroke
        ),
        text.mark_text(
            dy=-8, fontSize=12, fontWeight=600, limit=_BOX_W - 12, color=palette.ink
        ).encode(text="name:N"),
        text.mark_text(dy=10, fontSize=11, limit=_BOX_W - 12, color=palette.muted).encode(
            text="owner:N"
        ),
    ]


def _corner(place: Place) -> tuple[float, float]:
    return place.column * (_BOX_W + _GAP_X) + _GAP_X / 2, place.row * (_BOX_H + _GAP_Y)


def _colours(palette: Palette) -> dict[Agreement, str]:
    return {
        Agreement.CONFIRMED: palette.verdicts[Verdict.COMPLIANT],
        Agreement.CONTRADICTED: palette.verdicts[Verdict.VIOLATING],
        Agreement.UNCONFIRMED: palette.verdicts[Verdict.INCONCLUSIVE],
        Agreement.DECLARED_ONLY: palette.muted,
    }
