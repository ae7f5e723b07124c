"""Rows of the report on training orders as its page states them."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]


def order_size_rows(report: Report) -> list[str]:
    """False accusations by family of suspects."""
    return [
        f"| {r['case']} | {_beside(r)} | {r['wrong']} of {r['claims']:,} | {r['upper']:.2%} "
        f"| {_counts(r['at_levels'])} | {_counts(r.get('p_at_levels', []))} |"
        for r in report["size"]
    ]


def order_broken_rows(report: Report) -> list[str]:
    """Accusations by orders that are no shuffle."""
    return [
        f"| {r['case']} | {_beside(r)} | {r['wrong']} of {r['claims']} |" for r in report["broken"]
    ]


def order_power_rows(report: Report) -> list[str]:
    """What was found of a claimant's own descendants."""
    return [
        f"| {r['case']} | {r['passages']:,} | {_beside(r)} | {r['found']} of {r['suspects']} "
        f"| {r['lower']:.0%} to {r['upper']:.0%} | {r['median_correlation']:.3f} "
        f"| {r['median_log10_e']:.1f} | {r['median_p']:.2g} |"
        for r in report["power"]
    ]


def _beside(row: Report) -> str:
    return "yes" if row["reference"] else "no"


def _counts(found: list[int]) -> str:
    return " / ".join(map(str, found)) or "–"
