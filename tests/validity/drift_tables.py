"""Rows of the report on served models as their page states them."""

from __future__ import annotations

from typing import Any

WAYS = {"asked": "endpoint alone", "held": "with the registered weights"}


def size_rows(report: dict[str, Any]) -> list[str]:
    """False alarms in a year of daily looks at the edge of the null."""
    return [
        f"| {WAYS[r['way']]} | {r['wrong']} of {r['lives']:,} | {r['rate']:.2%} "
        f"| {r['upper']:.2%} |"
        for r in report["size"]
    ]


def unchanged_rows(report: dict[str, Any]) -> list[str]:
    """Small p-values of models that stayed."""
    return [
        f"| {r['way']} | {r['noise']} | {r['p_at_most_5_percent']} of {r['looks']:,} "
        f"| {r['lower']:.1%} to {r['upper']:.1%} | {r['p_at_most_1_percent']} "
        f"| {r['streams_with_p_at_most_5_percent']} of {r['streams']} |"
        for r in report["unchanged"]
    ]


def power_rows(report: dict[str, Any]) -> list[str]:
    """Looks from a change to the alarm."""
    return [
        f"| {r['change']} | {WAYS[r['way']]} | {r['found']} of {r['lives']} "
        f"| {r['lower']:.0%} to {r['upper']:.0%} | {_looks(r)} |"
        for r in report["power"]
    ]


def year_rows(report: dict[str, Any]) -> list[str]:
    """A year of daily looks: false alarms by noise, then delays by the power of one look."""
    return [
        *(
            f"| {r['noise']:g} | {r['looks_moved']:.1%} | {r['wrong']} of {r['lives']:,} "
            f"| {r['rate']:.2%} | {r['upper']:.2%} |"
            for r in report["year"]["unchanged"]
        ),
        *(
            f"| {r['power']:.0%} | {r['found']:,} of {r['lives']:,} "
            f"| {r['lower']:.1%} to {r['upper']:.1%} | {r['before']} | {r['median_days']:g} "
            f"| {r['ninth_decile_days']} |"
            for r in report["year"]["changed"]
        ),
    ]


def _looks(row: dict[str, Any]) -> str:
    middle = row["median_looks"]
    return f"{middle:g} ({row['slowest_looks']})" if middle is not None else "–"
