"""Charts as accessible SVG, drawn on the server; each stands above the table it was drawn from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import vl_convert
from django.core.cache import caches
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from compliance.domain.verdicts import Estimate, Part
from compliance.domain.vocabulary import Verdict
from compliance.dossiers.chart_specs import PAGE, Point, history_spec, parts_spec

VEGA_LITE_VERSION = "6.4"
_CHARTED_PARTS = 40
"""Beyond so many, intervals are read in the table alone."""


def history_chart(points: Sequence[Point], *, title: str) -> SafeString:
    """One stress test's history as SVG for the page; empty for no points."""
    if not points:
        return SafeString()
    counts = {verdict: sum(point.verdict is verdict for point in points) for verdict in Verdict}
    last = points[-1]
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    description = (
        f"{len(points)} results, oldest to newest: {told}. Newest: {last.verdict.value}, "
        f"{last.value:.3g} (interval {last.lower:.3g} to {last.upper:.3g}), "
        f"limit {last.limit:.3g}. The table below holds every figure."
    )
    return svg(
        lambda: history_spec(points, palette=PAGE),
        key=[(point.at.isoformat(), *_figures(point)) for point in points],
        title=f"History of {title}",
        description=description,
    )


def parts_charted(estimate: Estimate) -> Sequence[Part]:
    """The parts of an estimate that are drawn: none where there is one alone, or too many."""
    return estimate.parts if 1 < len(estimate.parts) <= _CHARTED_PARTS else ()


def parts_chart(parts: Sequence[Part], *, limit: float, title: str) -> SafeString:
    """The intervals of a result's parts as SVG for the page; empty for no parts."""
    if not parts:
        return SafeString()
    above = [part.name for part in parts if part.lower > limit]
    told = f"wholly above the limit: {', '.join(above)}" if above else "none wholly above the limit"
    return svg(
        lambda: parts_spec(parts, limit=limit, palette=PAGE),
        key=[limit, *((part.name, part.value, part.lower, part.upper) for part in parts)],
        title=f"Parts of {title}",
        description=(
            f"Intervals of {len(parts)} parts against the limit {limit:.3g}; {told}. "
            "The table of parts holds every figure."
        ),
    )


def svg(
    spec: Callable[[], dict[str, Any]],
    *,
    key: object,
    title: str,
    description: str,
    fixed: bool = False,
) -> SafeString:
    """An accessible inline SVG, drawn once for each content.

    Args:
        key: what the drawing depends on, as JSON-able values; equal keys draw equally.
        fixed: keep its own size instead of the room there is.
    """
    content = json.dumps([VEGA_LITE_VERSION, key, title, description, fixed])
    digest = hashlib.sha256(content.encode()).hexdigest()

    def draw() -> str:
        drawn = vl_convert.vegalite_to_svg(spec(), vl_version=VEGA_LITE_VERSION)
        ident = f"chart-{digest[:12]}"
        return _accessible(drawn, ident=ident, title=title, told=description, fixed=fixed)

    # Vega escapes every text it draws, and _accessible escapes title and description.
    drawing = caches["drawings"].get_or_set(f"chart:{digest}", draw, timeout=None)
    return mark_safe(str(drawing))  # noqa: S308


def _accessible(drawn: str, *, ident: str, title: str, told: str, fixed: bool) -> str:
    box = re.search(r'viewBox="([\d. ]+)"', drawn)
    room = box.group(1) if box else "0 0 300 170"
    size = 'width="{2}" height="{3}" '.format(*room.split()) if fixed else ""
    looks = "assay-graph" if fixed else "assay-chart"
    body = drawn[drawn.index(">") + 1 :]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{looks}" role="img" focusable="false" '
        f'{size}viewBox="{room}" '
        f'aria-labelledby="{ident}-title {ident}-desc">'
        f'<title id="{ident}-title">{escape(title)}</title>'
        f'<desc id="{ident}-desc">{escape(told)}</desc>{body}'
    )


def _figures(point: Point) -> tuple[float, float, float, float, str, str]:
    return (
        point.value,
        point.lower,
        point.upper,
        point.limit,
        point.verdict.value,
        point.version,
    )
