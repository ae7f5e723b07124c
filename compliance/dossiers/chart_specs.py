"""Vega-Lite specifications of the charts.

One specification serves page, print and download: only the palette differs. On the page the
colours are CSS custom properties, so the same drawing is readable in light and dark. A verdict
is told by shape as well as by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import altair as alt

from compliance.domain.verdicts import Part
from compliance.domain.vocabulary import Verdict

FONT = "system-ui, sans-serif"
SHAPES = {
    Verdict.COMPLIANT: "circle",
    Verdict.VIOLATING: "triangle-up",
    Verdict.INCONCLUSIVE: "square",
}
TIME_FORMAT = {
    "year": "%Y",
    "quarter": "%b %Y",
    "month": "%b %Y",
    "week": "%-d %b",
    "day": "%-d %b",
    "date": "%-d %b",
    "hours": "%-d %b %H:%M",
    "minutes": "%-d %b %H:%M",
}
NAME_LINES = 3
"""Versions that begin close together are named on so many lines, not upon each other."""
MINIMUM_SPAN = timedelta(hours=1)
"""Runs minutes apart are drawn on an axis of at least this length."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a chart, as anything CSS understands."""

    verdicts: dict[Verdict, str]
    ink: str
    muted: str
    grid: str
    limit: str
    beyond: str
    paper: str


def _property(name: str, fallback: str) -> str:
    return f"var(--assay-{name}, {fallback})"


PRINT = Palette(
    verdicts={
        Verdict.COMPLIANT: "#0f6e56",
        Verdict.VIOLATING: "#b3261e",
        Verdict.INCONCLUSIVE: "#7a5300",
    },
    ink="#1f2937",
    muted="#56606f",
    grid="#e3e6ea",
    limit="#1f2937",
    beyond="#f8ebea",
    paper="#ffffff",
)
PAGE = Palette(
    verdicts={name: _property(name.value, colour) for name, colour in PRINT.verdicts.items()},
    ink=_property("ink", PRINT.ink),
    muted=_property("muted", PRINT.muted),
    grid=_property("grid", PRINT.grid),
    limit=_property("limit", PRINT.limit),
    beyond=_property("beyond", PRINT.beyond),
    paper=_property("paper", PRINT.paper),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One result in a history: what was found, when, on which version."""

    at: datetime
    value: float
    lower: float
    upper: float
    limit: float
    verdict: Verdict
    version: str


def history_spec(points: Sequence[Point], *, palette: Palette) -> dict[str, Any]:
    """The Vega-Lite specification of one stress test's history, oldest point first.

    Value with its interval against the limit; the side beyond the limit is shaded while the
    limit stayed the same, and a version's first result is marked by a line with its name.
    """
    x = _time_axis([point.at for point in points])
    y = _value_scale(points)
    layers = [*_limit_layers(points, y, palette), *_version_layers(points, x, palette)]
    layers += _verdict_layers(points, x, y, palette)
    chart = alt.layer(*layers).properties(width=300, height=170)
    return styled(chart, palette)


def parts_spec(parts: Sequence[Part], *, limit: float, palette: Palette) -> dict[str, Any]:
    """The Vega-Lite specification of a result's parts: an interval each, against the limit."""
    rows = [
        {"part": part.name, "value": part.value, "lower": part.lower, "upper": part.upper}
        for part in parts
    ]
    low = min([limit, *(part.lower for part in parts)])
    high = max([limit, *(part.upper for part in parts)])
    scale = alt.Scale(domain=_padded(low, high), nice=False, zero=False)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("part:N", sort=None, title=None, axis=alt.Axis(labelLimit=160, grid=False))
    )
    x = alt.X("lower:Q", scale=scale, title=None, axis=alt.Axis(format="~g", tickCount=4))
    layers = [
        alt.Chart(alt.InlineData(values=[{"limit": limit}]))
        .mark_rule(strokeDash=[5, 3], strokeWidth=1.5, color=palette.limit)
        .encode(x=alt.X("limit:Q", scale=scale, title=None)),
        base.mark_rule(strokeWidth=2, color=palette.ink).encode(x=x, x2="upper:Q"),
        base.mark_tick(thickness=2, size=7, opacity=1, color=palette.ink).encode(x=x),
        base.mark_tick(thickness=2, size=7, opacity=1, color=palette.ink).encode(
            x=alt.X("upper:Q", scale=scale)
        ),
        base.mark_point(filled=True, size=45, opacity=1, color=palette.ink).encode(
            x=alt.X("value:Q", scale=scale)
        ),
    ]
    chart = alt.layer(*layers).properties(width=220, height=alt.Step(22))
    return styled(chart, palette)


def _time_axis(moments: Sequence[datetime]) -> alt.X:
    span = max(max(moments) - min(moments), MINIMUM_SPAN)
    middle = min(moments) + (max(moments) - min(moments)) / 2
    reach = span * 0.54
    domain = [_instant(middle - reach), _instant(middle + reach)]
    return alt.X(
        "at:T",
        scale=alt.Scale(type="utc", domain=domain, nice=False),
        axis=alt.Axis(format=TIME_FORMAT, tickCount=3, labelOverlap=True, grid=False),
        title=None,
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _value_scale(points: Sequence[Point]) -> alt.Scale:
    low = min(min(point.lower, point.limit) for point in points)
    high = max(max(point.upper, point.limit) for point in points)
    bottom, top = _padded(low, high)
    several = len({point.version for point in points}) > 1
    names_room = 0.12 * (top - bottom) if several else 0  # for the versions' names above
    return alt.Scale(domain=[bottom, top + names_room], nice=False, zero=False)


def _padded(low: float, high: float) -> list[float]:
    if low == high == 0:  # a share without a limit above 0 has nothing below
        return [-0.008, 0.1]
    room = 0.08 * (high - low) or 0.1 * abs(high)
    return [low - room, high + room]


def _limit_layers(points: Sequence[Point], scale: alt.Scale, palette: Palette) -> list[alt.Chart]:
    limits = {point.limit for point in points}
    axis = alt.Axis(format="~g", tickCount=5)
    if len(limits) > 1:
        rows = [{"at": _instant(point.at), "limit": point.limit} for point in points]
        stepped = alt.Chart(alt.InlineData(values=rows)).mark_line(
            interpolate="step-after", strokeDash=[5, 3], strokeWidth=1.5, color=palette.limit
        )
        y = alt.Y("limit:Q", scale=scale, axis=axis, title=None)
        return [stepped.encode(x=_time_axis([point.at for point in points]), y=y)]
    rows = [{"limit": points[0].limit, "top": scale.domain[1]}]
    one = alt.Chart(alt.InlineData(values=rows))
    y = alt.Y("limit:Q", scale=scale, axis=axis, title=None)
    return [
        one.mark_rect(color=palette.beyond, opacity=1).encode(y=y, y2="top:Q"),
        one.mark_rule(strokeDash=[5, 3], strokeWidth=1.5, color=palette.limit).encode(y=y),
    ]


def _version_layers(points: Sequence[Point], x: alt.X, palette: Palette) -> list[alt.Chart]:
    names = list(dict.fromkeys(point.version for point in points))
    if len(names) < 2:
        return []
    first = {point.version: point.at for point in reversed(points)}
    rows = [{"at": _instant(first[name]), "version": name} for name in names]
    rules = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    names_below_each_other = [
        alt.Chart(alt.InlineData(values=rows[line::NAME_LINES]))
        .mark_text(
            align="left", baseline="top", dx=3, dy=3 + 13 * line, fontSize=11, color=palette.muted
        )
        .encode(x=x, y=alt.value(0), text="version:N")
        for line in range(min(NAME_LINES, len(rows)))
    ]
    return [rules.mark_rule(color=palette.grid, strokeWidth=1), *names_below_each_other]


def _verdict_layers(
    points: Sequence[Point], x: alt.X, scale: alt.Scale, palette: Palette
) -> list[alt.Chart]:
    rows = [
        {
            "at": _instant(point.at),
            "value": point.value,
            "lower": point.lower,
            "upper": point.upper,
            "verdict": point.verdict.value,
        }
        for point in points
    ]
    verdicts = [verdict.value for verdict in Verdict]
    colours = [palette.verdicts[verdict] for verdict in Verdict]
    shapes = [SHAPES[verdict] for verdict in Verdict]
    colour = alt.Color("verdict:N", scale=alt.Scale(domain=verdicts, range=colours), legend=None)
    shape = alt.Shape("verdict:N", scale=alt.Scale(domain=verdicts, range=shapes), legend=None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x, color=colour)
    y = {end: alt.Y(f"{end}:Q", scale=scale, title=None) for end in ("value", "lower", "upper")}
    return [
        base.mark_rule(strokeWidth=2).encode(y=y["lower"], y2="upper:Q"),
        base.mark_tick(thickness=2, size=7, opacity=1, orient="horizontal").encode(y=y["lower"]),
        base.mark_tick(thickness=2, size=7, opacity=1, orient="horizontal").encode(y=y["upper"]),
        base.mark_point(filled=True, size=90, opacity=1).encode(y=y["value"], shape=shape),
    ]


def styled(chart: alt.TopLevelMixin, palette: Palette) -> dict[str, Any]:
    """The specification of a chart in the house's look."""
    dressed = cast(alt.LayerChart, chart).configure(
        font=FONT,
        background="transparent",
        padding={"left": 8, "right": 14, "top": 4, "bottom": 4},
        axis=alt.AxisConfig(
            labelColor=palette.muted,
            labelFontSize=12,
            gridColor=palette.grid,
            domainColor=palette.grid,
            tickColor=palette.grid,
        ),
        view=alt.ViewConfig(stroke=None),
    )
    return cast(dict[str, Any], dressed.to_dict())
