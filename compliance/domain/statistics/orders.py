"""Whether numbers lean along an order that was drawn at random: exact by drawing it again.

Null hypothesis: the order is a uniform shuffle, independent of the numbers. Then the rank
correlation is one among those of as many reshuffles, and p = (1 + reshuffles that lean as much) /
(1 + reshuffles) is exact, whatever the numbers are and however they depend on each other. One-sided
where the direction is known beforehand.

Source: Kuditipudi et al., palimpsestic membership inference, NeurIPS 2025, arXiv 2510.19796;
Phipson and Smyth 2010 (the added one); Bonett and Wright, Psychometrika 65, 2000 (interval).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy.stats import norm, rankdata

from compliance.domain.statistics.betting import Floats

RESHUFFLES = 9_999
_AT_ONCE = 2**22
"""Numbers that are shuffled at a time."""


def lean(values: Floats, order: Floats) -> float:
    """Spearman's rank correlation, ties at their mean rank; 0 where either is constant."""
    one, other = _standard(values), _standard(order)
    return float(one @ other)


def falling_p(
    values: Floats, order: Floats, rng: np.random.Generator, *, reshuffles: int = RESHUFFLES
) -> float:
    """The p-value of "values do not fall along the order", against their falling.

    Args:
        values, order: shape (n,).

    Raises:
        ValueError: shapes differ, or fewer than three values.
    """
    if values.shape != order.shape or len(values) < 3:
        raise ValueError("needs a place in the order for each of at least three values")
    one, other = _standard(values), _standard(order)
    observed = float(one @ other)
    as_low = sum(
        int((shuffled @ other <= observed + 1e-12).sum())
        for shuffled in _reshuffled(one, reshuffles, rng)
    )
    return (1 + as_low) / (1 + reshuffles)


def lean_interval(value: float, n: int, alpha: float) -> tuple[float, float]:
    """Bounds for a rank correlation at 1 - alpha; approximate, and of no use to the test.

    Items must be independent for it to be right, which the p-value does not need.
    """
    if n <= 3:
        return -1.0, 1.0
    error = math.sqrt((1.0 + value**2 / 2.0) / (n - 3)) * float(norm.ppf(1.0 - alpha / 2.0))
    middle = math.atanh(max(-1.0 + 1e-9, min(1.0 - 1e-9, value)))
    return math.tanh(middle - error), math.tanh(middle + error)


def _standard(values: Floats) -> Floats:
    """Mean ranks, centred and of length 1; zeros where all are equal."""
    ranks: Floats = rankdata(values) - (len(values) + 1) / 2.0
    length = float(np.linalg.norm(ranks))
    return ranks / length if length else ranks


def _reshuffled(values: Floats, number: int, rng: np.random.Generator) -> Iterator[Floats]:
    rows = max(1, _AT_ONCE // len(values))
    for start in range(0, number, rows):
        yield rng.permuted(np.tile(values, (min(rows, number - start), 1)), axis=1)
