"""Rows of the reports on suspects ranked among controls as their pages state them."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]


def size_rows(report: Report) -> list[str]:
    """Wrong verdicts by family and number of controls."""
    return [
        f"| {r['case']} | {r['controls']} | {r['alpha']:.0%} | {r['wrong']} of {r['claims']} "
        f"({r['rate']:.1%}) | {r['lower']:.1%} | {r['upper']:.1%} |"
        for r in report["size"]
    ]


def broken_rows(report: Report) -> list[str]:
    """Verdicts on suspects that derive from nobody, among controls that are not like them."""
    return [
        f"| {r['case']} | {r['wrong']} of {r['claims']} ({r['rate']:.0%}) "
        f"| {r['lower']:.1%} to {r['upper']:.1%} |"
        for r in report["broken"]
    ]


def power_rows(report: Report) -> list[str]:
    """What was found of every way to derive."""
    return [
        f"| {r['effect']} | {r['detected']} of {r['pairs']} ({r['lower']:.0%} to {r['upper']:.0%}) "
        f"| {r['detected_strictly']} | {_alike(r)} | {r['closeness_median']:.3f} "
        f"| {r['controls_median']:.3f} | {r['alike_median']:.3f} |"
        for r in report["power"]
    ]


def _alike(row: Report) -> str:
    if row["detected_alike"] is None:
        return "–"
    return (
        f"{row['detected_alike']} of {row['pairs']} ({row['alike_lower']:.0%} to "
        f"{row['alike_upper']:.0%}), {row['controls_alike']} controls"
    )
