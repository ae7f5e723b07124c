"""The exact test of fixed size that a sequential run is compared with.

Before the first answer somebody fixes n, draws n items of each bank without replacement and looks
once. A bank is shown above the limit by X hits if P(at least X) <= alpha / parts under the largest
compliant bank, and below it if P(at most X) <= alpha under the smallest violating one; X is
hypergeometric under both. Parts are combined as in ``verdicts.combine_parts``. The error rate is
that of the sequential run, but only for the one look, and the n that suffices depends on the
rate, which nobody knows beforehand: the comparison favours the fixed test.

Source: Fisher, The Design of Experiments, 1935 (exact test); hypergeometric law.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from compliance.domain.statistics.betting import SUM_TOLERANCE, Floats


def smallest_fixed_size(
    sizes: Sequence[int], hits: Sequence[int], *, limit: float, alpha: float, power: float
) -> int:
    """The fewest items, over all banks, whose one look gives the right verdict often enough.

    Args:
        sizes: items in each bank.
        hits: of them with value 1, the truth.
        limit: largest compliant mean of a bank.
        alpha: error rate of the whole test, each side.
        power: the chance of the right verdict asked for, at most 1.

    Returns:
        Items asked over all banks, the same number of each as far as they last. The census
        always suffices.

    Raises:
        ValueError: more hits than a bank holds, or a number outside its range.
    """
    inside = 0.0 < limit < 1.0 and 0.0 < alpha < 1.0 and 0.0 < power <= 1.0
    if not inside or any(not 0 <= k <= n for k, n in zip(hits, sizes, strict=True)):
        raise ValueError("needs rates between 0 and 1, and no more hits than items")
    for each in range(1, max(sizes)):
        if _right(sizes, hits, each, limit, alpha) >= power:
            return sum(min(each, size) for size in sizes)
    return sum(sizes)


def all_comply(sizes: Sequence[int], hits: Sequence[int], limit: float) -> bool:
    """Whether no bank has a mean above the limit."""
    return all(k <= _most(n, limit) for k, n in zip(hits, sizes, strict=True))


def _right(
    sizes: Sequence[int], hits: Sequence[int], each: int, limit: float, alpha: float
) -> float:
    """The chance of the right verdict from ``each`` items of every bank."""
    complies = all_comply(sizes, hits, limit)
    quiet, shown = 1.0, 1.0
    for (size, k), times in _alike(sizes, hits).items():
        above, below = _shown(size, k, min(each, size), (limit, alpha, alpha / len(sizes)))
        quiet *= (1.0 - above) ** times
        shown *= below**times
    return shown if complies else 1.0 - quiet


def _shown(
    size: int, hits: int, asked: int, levels: tuple[float, float, float]
) -> tuple[float, float]:
    """Chances that one bank is shown above and shown below the limit.

    Args:
        levels: the limit, alpha for "below", alpha for "above".
    """
    limit, alpha_below, alpha_above = levels
    most = _most(size, limit)
    largest, smallest = (_chances(size, min(most + one, size), asked) for one in (0, 1))
    truth = _chances(size, hits, asked)
    at_least = np.cumsum(largest[::-1])[::-1]
    below = np.cumsum(smallest) <= alpha_below
    return float(truth[at_least <= alpha_above].sum()), float(truth[below].sum())


def _chances(size: int, hits: int, asked: int) -> Floats:
    """P(X = x) for x = 0..asked, X hypergeometric."""
    x = np.arange(asked + 1, dtype=np.float64)
    possible = (x <= hits) & (asked - x <= size - hits)
    found: Floats = np.zeros(asked + 1)
    kept = x[possible]
    found[possible] = np.exp(
        _ln_choose(hits, kept) + _ln_choose(size - hits, asked - kept) - _ln_choose(size, asked)
    )
    return found


def _ln_choose(n: int, k: Floats | float) -> Floats:
    found: Floats = gammaln(n + 1.0) - gammaln(np.add(k, 1.0)) - gammaln(np.subtract(n + 1.0, k))
    return found


def _most(size: int, limit: float) -> int:
    """Most hits of a compliant bank."""
    return math.floor(size * limit + SUM_TOLERANCE)


def _alike(sizes: Sequence[int], hits: Sequence[int]) -> dict[tuple[int, int], int]:
    """How many banks are of each (size, hits)."""
    found: dict[tuple[int, int], int] = {}
    for key in zip(sizes, hits, strict=True):
        found[key] = found.get(key, 0) + 1
    return found
