"""A claim as messages and pages state it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import template

from compliance.domain.figures import e_claim, figure, percent
from compliance.domain.figures import interval as between

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
    level, ends = percent(1 - claim["alpha"]), between(claim["lower"], claim["upper"])
    against = f"{e_claim(claim['log10_e_violating'])}; {figure(1 / claim['alpha'])} is enough"
    return [
        *_where_said(claim, "statement", "Claim", str),
        ("Statistic", str(claim["statistic"])),
        ("Measured", f"{figure(claim['value'])}, {level} confidence sequence {ends}"),
        ("Limit", f"{figure(claim['limit'])}, from {claim['limit_source']}"),
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
    ends = f"{percent(1 - claim['alpha'])}: {between(claim['lower'], claim['upper'])}"
    return f"{figure(claim['value'])} ({ends}), limit {figure(claim['limit'])}"
