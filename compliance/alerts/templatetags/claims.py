"""A claim as messages and pages state it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import template

register = template.Library()

_AMONG_ALL = {
    True: "beyond chance, by the error budget of everything this organization had tested",
    False: "may be chance: the error budget asks for more evidence before an alarm",
}


@register.filter
def claim_rows(claim: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values of a claim: nothing of it stands without its interval and its source."""
    if not claim:
        return []
    level = f"{100 * (1 - claim['alpha']):g}%"
    interval = f"{claim['lower']:.4g} to {claim['upper']:.4g}"
    against = f"e-value 10^{claim['log10_e_violating']:.1f}; {1 / claim['alpha']:,.6g} is enough"
    return [
        *_where_said(claim, "statement", "Claim", str),
        ("Statistic", str(claim["statistic"])),
        ("Measured", f"{claim['value']:.4g}, {level} confidence sequence {interval}"),
        ("Limit", f"{claim['limit']:.4g}, from {claim['limit_source']}"),
        ("Items", f"{claim['n']:,} of {claim['planned']:,}"),
        ("Evidence against the limit", against),
        ("Wrong with a probability of at most", f"{claim['alpha']:g} (α)"),
        *_where_said(claim, "alarm", "Among all that was tested", _AMONG_ALL.__getitem__),
    ]


def _where_said(
    claim: Mapping[str, Any], name: str, title: str, words: Callable[[Any], str]
) -> list[tuple[str, str]]:
    """A row for what alerts of an older release do not say."""
    return [(title, words(claim[name]))] if name in claim else []


@register.filter
def claim_line(claim: Mapping[str, Any]) -> str:
    """A claim in a few words, its interval and limit among them."""
    interval = f"{100 * (1 - claim['alpha']):g}%: {claim['lower']:.4g} to {claim['upper']:.4g}"
    return f"{claim['value']:.4g} ({interval}), limit {claim['limit']:.4g}"
