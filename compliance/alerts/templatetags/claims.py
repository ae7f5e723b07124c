"""A claim as messages and pages state it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def claim_rows(claim: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values of a claim: nothing of it stands without its interval and its source."""
    if not claim:
        return []
    level = f"{100 * (1 - claim['alpha']):g}%"
    interval = f"{claim['lower']:.4g} to {claim['upper']:.4g}"
    return [
        ("Statistic", str(claim["statistic"])),
        ("Measured", f"{claim['value']:.4g}, {level} confidence sequence {interval}"),
        ("Limit", f"{claim['limit']:.4g}, from {claim['limit_source']}"),
        ("Items", f"{claim['n']} of {claim['planned']}"),
        ("Evidence against the limit", f"e-value 10^{claim['log10_e_violating']:.1f}"),
        ("Wrong with a probability of at most", f"{claim['alpha']:g} (α)"),
    ]


@register.filter
def claim_line(claim: Mapping[str, Any]) -> str:
    """A claim in a few words, its interval and limit among them."""
    interval = f"{100 * (1 - claim['alpha']):g}%: {claim['lower']:.4g} to {claim['upper']:.4g}"
    return f"{claim['value']:.4g} ({interval}), limit {claim['limit']:.4g}"
