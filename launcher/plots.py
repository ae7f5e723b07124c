"""``python -m launcher.plots``: draws what was measured of each stress test, for its docs page.

``docs/plots/<name>.svg`` is drawn from ``workers/validity/<name>.json`` alone, so a test can tell
whether plot and report agree. Above, how often a verdict was wrong, with its exact
(Clopper-Pearson) bound against the level promised; below, what was found of what was there to find,
with Wilson's interval, whose coverage is nearer to 95% where few are counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import altair as alt
import vl_convert
from altair.typing import ChartType

from compliance.domain.statistics.binomial import clopper_pearson, wilson
from compliance.domain.vocabulary import Verdict
from compliance.dossiers.chart_specs import PRINT, styled
from compliance.dossiers.charts import VEGA_LITE_VERSION
from launcher.supervisor import ROOT

FOLDER = ROOT / "docs" / "plots"
REPORTS = ROOT / "workers" / "validity"
WIDTH, STEP = 380, 17
WRONG = "Wrong, with its Clopper-Pearson bound; the tick is the level promised"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that was measured: between its bounds, beside the level promised, if one is."""

    case: str
    rate: float
    lower: float
    upper: float
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a case's lives ended with a verdict."""

    case: str
    verdict: str
    lives: float


def main() -> None:
    """Draw every plot again."""
    FOLDER.mkdir(exist_ok=True)
    for name in names():
        (FOLDER / f"{name}.svg").write_text(plot(name))


def names() -> list[str]:
    """The reports that are plotted: those of every test's newest version, and the engines'."""
    return sorted(path.stem for path in REPORTS.glob("*.json") if "@" not in path.stem)


def plot(name: str) -> str:
    """The SVG of one report."""
    report = json.loads((REPORTS / f"{name}.json").read_text())
    drawn = (
        _rates(list(_wrong(report)), WRONG),
        _rates(list(_anywhere(report)), "Wrong in any of 120 streams over a life"),
        _rates(list(_found(report)), "Found, with its 95% Wilson interval"),
        _rates(
            list(_soon(report)), "Decided after this share of what was planned: median, nine tenths"
        ),
        _stacked(list(_shares(report))),
    )
    panels = [panel for panel in drawn if panel is not None]
    chart = alt.vconcat(*panels).resolve_scale(x="independent", y="independent")
    spec = styled(chart, PRINT)
    spec["background"] = PRINT.paper
    return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE_VERSION)) + "\n"


def _wrong(report: Mapping[str, Any]) -> Iterator[Rate]:
    """What must not happen: wrong verdicts, false alarms."""
    level = report["design"].get("alpha")
    for row in report.get("size", ()):
        subject = _named(row, "engine", "case", "way")
        verdict = f", wrongly {row['wrong_verdict']}" if "wrong_verdict" in row else ""
        promised = row.get("alpha", level)
        yield Rate(subject + verdict, row["rate"], row["rate"], row["upper"], promised)
    for row in report.get("false_alarms", ()):
        if "files" in row:
            rate = row["violating"] / row["files"]
            yield Rate(row["effect"], rate, row["lower"], row["upper"], row["alpha"])
        for one in row.get("levels", ()):
            if one["statistic"] != "verdict":
                continue
            yield Rate(
                f"{row['arm']}, at {one['alpha']:.1%}",
                one["alarms_disjoint"] / row["disjoint_pairs"],
                one["disjoint_lower"],
                one["disjoint_upper"],
                one["alpha"],
            )
    for row in report.get("cases", ()):
        if not row["derives"]:
            yield Rate(row["case"], row["rate"], row["lower"], row["upper"], level)


def _found(report: Mapping[str, Any]) -> Iterator[Rate]:
    """What is to be found, where a finding is yes or no."""
    for row in report.get("power", ()):
        if "detected" in row:
            yield _scored(row["effect"], row["detected"], row["pairs"])
        elif "files" in row:
            yield _scored(row["effect"], row["violating"], row["files"])
        elif "found" in row:
            of = next(row[key] for key in ("lives", "suspects", "models") if key in row)
            yield _scored(_named(row, "change", "case", "way"), row["found"], of)
    for row in report.get("cases", ()):
        if row["derives"]:
            yield _scored(row["case"], row["leads"], row["suspects"])


def _anywhere(report: Mapping[str, Any]) -> Iterator[Rate]:
    """What many streams come to, with the family's bound and without."""
    level = report["design"].get("alpha")
    for row in report.get("size", ()):
        if "any_bonferroni" not in row:
            continue
        subject = f"{row['engine']}, {row['case']}, {row['wrong_verdict']}"
        rate = row["any_bonferroni"] / row["lives"]
        yield Rate(f"{subject}: e-Bonferroni", rate, rate, row["bonferroni_upper"], level)
        yield _exact(f"{subject}: each alone", row["any_uncorrected"], row["lives"])


def _soon(report: Mapping[str, Any]) -> Iterator[Rate]:
    """How long an engine takes: the median, and the ninth decile as the upper end."""
    for row in report.get("power", ()):
        if "decided" in row:
            case = f"{row['engine']}, {row['case']}: {row['verdict']}"
            median, late = (
                (row[key] or row["planned"]) / row["planned"] for key in ("median", "ninth_decile")
            )
            yield Rate(case, median, median, late)


def _named(row: Mapping[str, Any], *keys: str) -> str:
    """A row by what tells it from the others."""
    told = [row[key] for key in keys if key in row]
    if "controls" in row:
        told.append(f"{row['controls']} controls")
    if "copies" in row:
        told.append(f"read {row['copies']} times")
    if "reference" in row:
        told.append("beside a reference" if row["reference"] else "without a reference")
    return ", ".join(told)


def _scored(case: str, found: int, of: int) -> Rate:
    """With its 95% Wilson interval."""
    lower, upper = wilson(found, of)
    return Rate(case, found / of, round(lower, 4), round(upper, 4))


def _exact(case: str, found: int, of: int) -> Rate:
    """With its 95% Clopper-Pearson interval."""
    lower, upper = clopper_pearson(found, of)
    return Rate(case, found / of, round(lower, 4), round(upper, 4))


def _shares(report: Mapping[str, Any]) -> Iterator[Share]:
    for row in report.get("power", ()):
        if "lives" not in row or "compliant" not in row:
            continue
        for verdict in Verdict:
            yield Share(row["case"], verdict.value, row[verdict.value] / row["lives"])


def _rates(rates: list[Rate], title: str) -> ChartType | None:
    if not rates:
        return None
    rows = [{**asdict(one), "place": place} for place, one in enumerate(rates)]
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=_cases())
    top = max(max(one.upper, one.level or 0.0) for one in rates) or 1.0
    axis = alt.Axis(format="~%", tickCount=5)
    x = alt.X("lower:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, top], nice=False))
    layers = [
        base.mark_rule(color=PRINT.muted, strokeWidth=2).encode(x=x, x2="upper:Q"),
        base.mark_point(filled=True, size=45, color=PRINT.ink, opacity=1).encode(x="rate:Q"),
    ]
    if any(one.level is not None for one in rates):
        red = PRINT.verdicts[Verdict.VIOLATING]
        layers.append(base.mark_tick(color=red, thickness=2, size=STEP - 4).encode(x="level:Q"))
    return alt.layer(*layers).properties(title=_title(title), width=WIDTH, height=alt.Step(STEP))


def _stacked(shares: list[Share]) -> ChartType | None:
    if not shares:
        return None
    order = {verdict.value: place for place, verdict in enumerate(Verdict)}
    rows = [{**asdict(one), "order": order[one.verdict]} for one in shares]
    colours = alt.Scale(
        domain=[verdict.value for verdict in Verdict],
        range=[PRINT.verdicts[verdict] for verdict in Verdict],
    )
    bars: ChartType = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(stroke=PRINT.paper)
        .encode(
            y=_cases(),
            x=alt.X("lives:Q", title=None, axis=alt.Axis(format="~%"), stack="zero"),
            color=alt.Color(
                "verdict:N", scale=colours, legend=alt.Legend(title=None, orient="bottom")
            ),
            order=alt.Order("order:O"),
        )
        .properties(title=_title("How lives ended"), width=WIDTH, height=alt.Step(STEP))
    )
    return bars


def _cases() -> alt.Y:
    return alt.Y("case:N", sort=None, title=None, axis=alt.Axis(labelLimit=520, grid=False))


def _title(text: str) -> alt.TitleParams:
    return alt.TitleParams(text, anchor="start", fontSize=13, color=PRINT.ink)


if __name__ == "__main__":
    main()
