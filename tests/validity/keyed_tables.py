"""Rows of the reports on keyed data and distillation as their pages state them."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]


def size_rows(report: Report) -> list[str]:
    """False accusations, with the assumptions and without."""
    return [
        f"| {r['case']} | {r['wrong']} of {r['claims']:,} | {r['upper']:.2%} "
        f"| {' / '.join(map(str, r['at_levels']))} | {r['mean']:.3f} |"
        for r in report["size"] + report["broken"]
    ]


def power_rows(report: Report) -> list[str]:
    """What was found by the share of what was read."""
    return [
        f"| {r['share']:.0%}{_reference(r)} | {r['copies_read']:.1f} "
        f"| {r['found']} of {r['models']} | {r['lower']:.0%} to {r['upper']:.0%} "
        f"| {r['mean']:.3f} | {r['median_log10_e']:.1f} |"
        for r in report["power"]
    ]


def taught_rows(report: Report) -> list[str]:
    """Verdicts about suspects that no accused taught, and about its students."""
    return [
        *(
            f"| {r['case']} | {r['wrong']} of {r['claims']:,} | {r['upper']:.1%} |"
            for r in report["size"] + report["broken"]
        ),
        *(
            f"| {r['case']} | {r['found']} of {r['models']} "
            f"| {r['lower']:.0%} to {r['upper']:.0%} |"
            for r in report["power"]
        ),
    ]


def _reference(row: Report) -> str:
    return ", beside a reference" if row.get("reference") else ""
