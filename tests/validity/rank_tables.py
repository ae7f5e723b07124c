"""Rows of the reports on texts ranked among their equals as their pages state them."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]


def rank_size_rows(report: Report) -> list[str]:
    """False accusations by what the models read."""
    return [
        f"| {r['case']} | {r['wrong']} of {r['claims']:,} | {r['upper']:.2%} "
        f"| {_counts(r['at_levels'])} | {r['mean_rank']:.3f} |"
        for r in report["size"] + report["broken"]
    ]


def rank_power_rows(report: Report) -> list[str]:
    """What was found by how often the published texts were read."""
    return [
        f"| {r['copies']} | {r['found']} of {r['models']} | {r['lower']:.0%} to {r['upper']:.0%} "
        f"| {r['mean_rank']:.3f} | {r['median_log10_e']:.1f} |"
        for r in report["power"]
    ]


def _counts(found: list[int]) -> str:
    return " / ".join(map(str, found))
