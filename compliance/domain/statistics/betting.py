"""Means of bounded values by betting, with and without replacement, at any number of looks.

For values X_1, X_2, ... in [0, 1] and a candidate mean m, the capital of a gambler who bets the
share f of the largest allowed bet that values exceed m is

    K_t(m; f) = prod_{i <= t} (1 + f (X_i / m_i - 1)),

where m_i is the mean that the i-th value has, given the earlier ones, if m is true: m itself for
independent draws; (N m - S_{i-1}) / (N - i + 1) when N values are drawn without replacement and
S_{i-1} is the sum so far. K is a nonnegative martingale that starts at 1, hence an e-process
(Ville: it ever reaches 1/alpha with probability at most alpha), and it stays one, as a
supermartingale, for every smaller true mean. An average over fixed f keeps that. The bet
that values fall short of m is the same on 1 - X and 1 - m.

The confidence sequence is the set of m that the hedged capital max(K_up, K_down) / 2 never
brought to 1/alpha. K_up falls and K_down rises in m, so it is an interval; its ends are
found by bisection. Interval and e-values come from one strategy, so an interval that excludes the
limit always comes with the verdict.

Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting,
JRSS B 86(1), 2024, sections 4 and 5; the shares follow the arcsine law as in Cover's universal
portfolio with the Jeffreys weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from compliance.domain.verdicts import cap

Floats: TypeAlias = NDArray[np.float64]

BET_SHARES: Floats = np.sin(np.pi * np.arange(1, 9) / 16) ** 2
"""Shares of the largest allowed bet, 0.038 to 1, equally weighted; fixed before any value."""

INTERVAL_STEPS = 1_000_000
"""Ends of intervals are rounded outwards to one millionth."""

SUM_TOLERANCE = 1e-9
"""Rounding allowed for in sums of values."""

_LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True)
class MeanEvidence:
    """What values in [0, 1] say about their mean and a limit.

    Attributes:
        n: values seen; 0 means that nothing is known: value 0.5, interval [0, 1], no evidence.
        value: mean of the values seen.
        lower, upper: confidence sequence at 1 - alpha, intersected over every n so far, and
            widened where needed to hold ``value``.
        log10_e_violating: running maximum of log10 E against "mean <= limit".
        log10_e_compliant: running maximum of log10 E against "mean > limit".
    """

    n: int
    value: float
    lower: float
    upper: float
    log10_e_violating: float
    log10_e_compliant: float


def bank_mean(
    values: Sequence[float], *, bank_size: int, limit: float, alpha: float
) -> MeanEvidence:
    """The mean of a finite bank from values drawn without replacement in a random order.

    Where the values seen leave no choice (a sum already over N times the limit, or too few
    left to reach it) the question is decided exactly: the right side gets the largest
    storable evidence, the other the smallest, whatever chance said on the way.

    Args:
        values: in the order drawn, each in [0, 1]; at most ``bank_size`` of them.
        bank_size: N, values in the bank.
        limit: largest compliant mean, strictly between 0 and 1.
        alpha: error rate of the interval, strictly between 0 and 1.

    Raises:
        ValueError: an argument outside its range.
    """
    drawn = _checked(values, limit, alpha)
    if len(drawn) > bank_size:
        raise ValueError("more values than the bank holds")
    sides = log_bank_maxima(drawn, limit=limit, bank_size=bank_size)
    return _evidence(drawn, sides, alpha, bank_size)


def population_mean(values: Sequence[float], *, limit: float, alpha: float) -> MeanEvidence:
    """The mean of a population from independent draws; arguments as in ``bank_mean``.

    Raises:
        ValueError: an argument outside its range.
    """
    drawn = _checked(values, limit, alpha)
    return _evidence(drawn, log_e_processes_maxima(drawn, limit=limit), alpha, None)


def log_e_process(values: Floats, *, mean: float, bank_size: int | None = None) -> Floats:
    """ln of the e-process against "the mean is at most ``mean``", after each value.

    Args:
        values: shape (n,), in [0, 1], in the order drawn.
        mean: strictly between 0 and 1.
        bank_size: N for draws without replacement; None for independent draws.

    Returns:
        Shape (n,); -inf where every bet is lost, +inf where the values exceed what the mean
        allows. Against "at least ``mean``": pass ``1 - values`` and ``1 - mean``.
    """
    sums = np.cumsum(values)
    if bank_size is None:
        expected: Floats = np.full(len(values), mean)
        impossible = np.zeros(len(values), dtype=bool)
    else:
        before = np.arange(len(values))
        expected = (bank_size * mean - (sums - values)) / (bank_size - before)
        impossible = sums > bank_size * mean + SUM_TOLERANCE
    # Where nothing is expected any more, a zero is certain and the factor 1; all else is
    # impossible, and marked so below.
    certain = expected <= SUM_TOLERANCE / max(bank_size or 1, 1)
    gain = np.where(certain, 0.0, values / np.where(certain, 1.0, expected) - 1.0)
    with np.errstate(divide="ignore"):
        paths = np.cumsum(np.log1p(np.outer(BET_SHARES, gain)), axis=1)
    largest = paths.max(axis=0)
    mixed: Floats = largest + np.log(np.exp(paths - largest).mean(axis=0))
    return np.where(impossible, math.inf, mixed)


def log_e_processes_maxima(
    values: Floats, *, limit: float, bank_size: int | None = None
) -> tuple[float, float]:
    """Running maxima of ln E against "mean <= limit" and against "mean >= limit"; each >= 0."""
    above = log_e_process(values, mean=limit, bank_size=bank_size)
    below = log_e_process(1.0 - values, mean=1.0 - limit, bank_size=bank_size)
    return float(above.max(initial=0.0)), float(below.max(initial=0.0))


def log_bank_maxima(values: Floats, *, limit: float, bank_size: int) -> tuple[float, float]:
    """As ``log_e_processes_maxima`` for a bank, decided exactly where no choice is left."""
    total, left = float(values.sum()), bank_size - len(values)
    if total > bank_size * limit + SUM_TOLERANCE:
        return math.inf, -math.inf
    if total + left <= bank_size * limit + SUM_TOLERANCE:
        return -math.inf, math.inf
    return log_e_processes_maxima(values, limit=limit, bank_size=bank_size)


def interval(values: Floats, *, alpha: float, bank_size: int | None) -> tuple[float, float]:
    """The confidence sequence at 1 - alpha, intersected over every n up to ``len(values)``."""
    lower = _lower_end(values, alpha, bank_size)
    upper = 1.0 - _lower_end(1.0 - values, alpha, bank_size)
    return lower, upper


def _lower_end(values: Floats, alpha: float, bank_size: int | None) -> float:
    """The largest mean known to be refuted from below, or the smallest possible one."""
    refuted_at, total = math.log(2.0 / alpha), float(values.sum())
    low, high = 0.0, 1.0
    if bank_size is not None:
        low, high = total / bank_size, (total + bank_size - len(values)) / bank_size
    while high - low > 0.5 / INTERVAL_STEPS:
        middle = (low + high) / 2
        if log_e_process(values, mean=middle, bank_size=bank_size).max() >= refuted_at:
            low = middle
        else:
            high = middle
    return low


def _evidence(
    drawn: Floats, sides: tuple[float, float], alpha: float, bank_size: int | None
) -> MeanEvidence:
    if len(drawn) == 0:
        return MeanEvidence(0, 0.5, 0.0, 1.0, cap(sides[0] / _LN10), cap(sides[1] / _LN10))
    value = float(drawn.mean())
    lower, upper = value, value
    if len(drawn) != bank_size:
        lower, upper = interval(drawn, alpha=alpha, bank_size=bank_size)
        lower = math.floor(lower * INTERVAL_STEPS) / INTERVAL_STEPS
        upper = math.ceil(upper * INTERVAL_STEPS) / INTERVAL_STEPS
    return MeanEvidence(
        n=len(drawn),
        value=value,
        lower=max(0.0, min(lower, value)),
        upper=min(1.0, max(upper, value)),
        log10_e_violating=cap(sides[0] / _LN10),
        log10_e_compliant=cap(sides[1] / _LN10),
    )


def _checked(values: Sequence[float], limit: float, alpha: float) -> Floats:
    if not 0.0 < limit < 1.0 or not 0.0 < alpha < 1.0:
        raise ValueError("limit and alpha must lie strictly between 0 and 1")
    drawn = np.asarray(values, dtype=np.float64)
    if drawn.ndim != 1 or not bool(np.all((drawn >= 0.0) & (drawn <= 1.0))):
        raise ValueError("values must be numbers between 0 and 1 in one row")
    return drawn
