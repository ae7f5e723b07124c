"""Rows of the engines' report as docs/statistics.md states them."""

import json
from typing import Any

from tests.validity.report_tables import ROOT


def committed() -> dict[str, Any]:
    report: dict[str, Any] = json.loads((ROOT / "workers/validity/engines.json").read_text())
    return report


def page() -> str:
    return (ROOT / "docs" / "statistics.md").read_text()


def plans(report: dict[str, Any]) -> list[str]:
    return [
        f"| `{r['test']}` | {r['rate']:.2%} | {r['compliant']:.1%} | {r['violating']:.1%} "
        f"| {r['median']:,} | {r['ninth_decile']:,} | {r['mean']:,.0f} | {r['saved_of_bank']:z.0%} "
        f"| {r['fixed']:,} | {r['saved_of_fixed']:z.0%} |"
        for r in report["plans"]
    ]


def sizes(report: dict[str, Any]) -> list[str]:
    return [
        f"| {r['engine']} | {r['case']} | {r['wrong_verdict']} "
        f"| {r['wrong']:,} of {r['streams']:,} | {r['rate']:.2%} | {r['upper']:.2%} "
        f"| {r['any_uncorrected']} of {r['lives']} | {r['any_bonferroni']} of {r['lives']} |"
        for r in report["size"]
    ]


def powers(report: dict[str, Any]) -> list[str]:
    return [
        f"| {r['engine']} | {r['case']} | {r['verdict']} | {r['decided']} of {r['streams']} "
        f"| {_units(r['median'])} | {_units(r['ninth_decile'])} "
        f"| {r['family_decided']} of {r['streams']} | {_units(r['family_median'])} | {r['unit']}s |"
        for r in report["power"]
    ]


def traps(report: dict[str, Any]) -> list[str]:
    found = report["traps"]
    return [
        *(
            f"| {r['rule']} | {r['after_1']:.3f} | {r['after_12']:.3f} | {r['after_52']:.3f} "
            f"| {r['after_260']:.3f} |"
            for r in found["looks"]
        ),
        *(f"| {r['icc']} | {r['naive']:.3f} | {r['engine']:.4f} |" for r in found["clusters"]),
        *(
            f"| {r['rule']} | {_units(r['median_delay'])} | {r['never']} of {r['streams']} |"
            for r in found["good_past"]
        ),
        *(f"| {r['sees']:.0%} | {r['called_compliant']:.3f} |" for r in found["judge"]),
        *(
            f"| {r['rule']} | {r['false_discovery_rate']:.4f} | {r['power']:.3f} |"
            for r in found["one_shot"]
        ),
        *(f"| {r['rule']} | {r['alarms']:.3f} |" for r in found["baseline"]),
    ]


def rows(report: dict[str, Any]) -> list[str]:
    """Every row of every table."""
    return [*plans(report), *sizes(report), *powers(report), *traps(report)]


def _units(value: int | None) -> str:
    return "beyond the end" if value is None else f"{value:,}"
