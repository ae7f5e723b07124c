"""Rows of the engines' report as docs/statistics.md states them."""

import json
from typing import Any

from compliance.domain.statistics.planning import outlook_from_json
from tests.validity.report_tables import ROOT
from workers.catalogue import catalogue
from workers.contract import StressTest
from workers.plans import kept_plan


def committed() -> dict[str, Any]:
    report: dict[str, Any] = json.loads((ROOT / "workers/validity/engines.json").read_text())
    return report


def page() -> str:
    return (ROOT / "docs" / "statistics.md").read_text()


def newest() -> list[StressTest]:
    """The newest version of each stress test."""
    return list({test.identity.name: test for test in catalogue().values()}.values())


def plans() -> list[str]:
    """A row a true rate, of every stress test whose course is foreseen."""
    drawn = []
    for test in newest():
        for row in (kept_plan(test) or {}).get("outlooks", ()):
            r = outlook_from_json(row)
            drawn.append(
                f"| `{test.identity.name}` | {r.rate:.2%} | {r.compliant.value:.1%} "
                f"| {r.violating.value:.1%} | {r.items.median:,} | {r.items.ninetieth:,} "
                f"| {r.items.mean:,.0f} of {r.bank:,} | {r.saved_of_bank:z.0%} | {r.fixed:,} "
                f"| {r.saved_of_fixed:z.0%} |"
            )
    return drawn


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
    return [*plans(), *sizes(report), *powers(report), *traps(report)]


def _units(value: int | None) -> str:
    return "beyond the end" if value is None else f"{value:,}"
