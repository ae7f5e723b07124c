"""Rows of the report on training orders as their page states them."""

from __future__ import annotations

from typing import Any


def design(report: dict[str, Any]) -> str:
    """How the models of the study were made."""
    about = report["design"]
    return (
        f"{about['claimants']} claimants (tiny Llamas of byte vocabulary) trained on the same "
        f"{about['passages']:,} passages of 32 bytes, {about['steps']} steps of 8, each once and "
        "each in an order of its own. The reference of a claim is another claimant's model."
    )


def size_rows(report: dict[str, Any]) -> list[str]:
    """False accusations."""
    return [
        f"| {r['case']} | {r['wrong']} of {r['claims']:,} | {r['upper']:.2%} "
        f"| {r['p_at_most_5_percent']} |"
        for r in report["size"]
    ]


def power_rows(report: dict[str, Any]) -> list[str]:
    """What was found of a claimant's own descendants."""
    return [
        f"| {r['case']} | {'yes' if r['reference'] else 'no'} | {r['found']} of {r['suspects']} "
        f"| {r['lower']:.0%} to {r['upper']:.0%} | {r['median_correlation']:.3f} "
        f"| {r['median_p']:.2g} |"
        for r in report["power"]
    ]
