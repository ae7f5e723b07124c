"""Whether values fall along an order that was drawn at random.

Null hypothesis: the order is a uniform shuffle, independent of the values. Whatever the values are
and however they depend on each other, two things are exact then.

The e-value. Places are paired from outside in, the first with the last; given which two values a
pair holds, either stands first with chance 1/2, for each pair by itself. With s_j = (distance of
the places) * (first value - last value), the bet of rate r on a fall is
prod_j exp(r s_j) / cosh(r s_j), whose mean over the coins is 1. It has no floor, unlike a p-value
by simulation. Weighted so, pairs lose nothing in the limit against the regression of all values on
their places: both sum the squared deviation of the places from their middle.

The p-value: rank correlation among those of as many reshuffles, with the added one.

Sources: Kuditipudi et al., palimpsestic membership inference, NeurIPS 2025, arXiv 2510.19796
(statistic and null); Fisher, The Design of Experiments, 1935 (signs given magnitudes); Phipson and
Smyth 2010 (the added one); Bonett and Wright, Psychometrika 65, 2000 (interval).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy.stats import norm, rankdata

from compliance.domain.statistics.betting import Floats

RATES: Floats = 2.0 ** np.arange(-6.0, 2.0)
"""Of the bets, fixed beforehand: best for rank correlations from about -0.01 to -1."""
RESHUFFLES = 9_999
_AT_ONCE = 2**22
"""Numbers that are shuffled at a time."""


def log10_e_falling(values: Floats, places: Floats) -> float:
    """log10 of the e-value of "values do not fall along the order": a mean over ``RATES``.

    Args:
        values, places: shape (n,); values enter by their ranks, equal places say nothing.

    Raises:
        ValueError: shapes differ, or fewer than three values.
    """
    _check(values, places)
    ranks = _standard(values) * math.sqrt(len(values))
    order = np.argsort(places, kind="stable")
    first, last = order[: len(order) // 2], order[::-1][: len(order) // 2]
    span = float(np.ptp(places))
    if span == 0.0:
        return 0.0
    steps = (places[last] - places[first]) / span * (ranks[first] - ranks[last])
    bets = np.multiply.outer(RATES, steps)
    growth = (bets - _log_cosh(bets)).sum(axis=1)
    return float(np.logaddexp.reduce(growth) - math.log(len(RATES))) / math.log(10.0)


def lean(values: Floats, places: Floats) -> float:
    """Spearman's rank correlation, ties at their mean rank; 0 where either is constant."""
    return float(_standard(values) @ _standard(places))


def falling_p(
    values: Floats, places: Floats, rng: np.random.Generator, *, reshuffles: int = RESHUFFLES
) -> float:
    """The one-sided p-value of the same null, by reshuffling; never below 1 / (1 + reshuffles).

    Raises: as ``log10_e_falling``.
    """
    _check(values, places)
    one, other = _standard(values), _standard(places)
    observed = float(one @ other)
    as_low = sum(
        int((shuffled @ other <= observed + 1e-12).sum())
        for shuffled in _reshuffled(one, reshuffles, rng)
    )
    return (1 + as_low) / (1 + reshuffles)


def lean_interval(value: float, n: int, alpha: float) -> tuple[float, float]:
    """Bounds for a rank correlation at 1 - alpha; approximate, and of no use to the test.

    Values must be independent for it to be right, which neither e-value nor p-value needs.
    """
    if n <= 3:
        return -1.0, 1.0
    error = math.sqrt((1.0 + value**2 / 2.0) / (n - 3)) * float(norm.ppf(1.0 - alpha / 2.0))
    middle = math.atanh(max(-1.0 + 1e-9, min(1.0 - 1e-9, value)))
    return math.tanh(middle - error), math.tanh(middle + error)


def _check(values: Floats, places: Floats) -> None:
    if values.shape != places.shape or values.ndim != 1 or len(values) < 3:
        raise ValueError("needs a place in the order for each of at least three values")


def _standard(values: Floats) -> Floats:
    """Mean ranks, centred and of length 1; zeros where all are equal."""
    ranks: Floats = rankdata(values) - (len(values) + 1) / 2.0
    length = float(np.linalg.norm(ranks))
    return ranks / length if length else ranks


def _log_cosh(values: Floats) -> Floats:
    size = np.abs(values)
    found: Floats = size + np.log1p(np.exp(-2.0 * size)) - math.log(2.0)
    return found


def _reshuffled(values: Floats, number: int, rng: np.random.Generator) -> Iterator[Floats]:
    rows = max(1, _AT_ONCE // len(values))
    for start in range(0, number, rows):
        yield rng.permuted(np.tile(values, (min(rows, number - start), 1)), axis=1)
