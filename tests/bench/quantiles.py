"""A quantile of what was measured, with an exact interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf

from scipy.stats import binom


def ranks(count: int, quantile: float, *, confidence: float = 0.95) -> tuple[int, int]:
    """Ranks, from 1, of the ordered values between which the true quantile lies.

    Exact for independent values of any continuous distribution: how many of them lie below the
    quantile is binomial. 0 or ``count + 1`` where so few values give no bound on that side.
    Source: H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition, section 7.1.
    """
    tail = (1 - confidence) / 2
    low, high = binom.ppf([tail, 1 - tail], count, quantile)
    return int(low), int(high) + 1


def quantile_interval(values: Sequence[float], quantile: float) -> tuple[float, float, float]:
    """The sample's quantile, and a 95% interval of the true one."""
    ordered = [-inf, *sorted(values), inf]
    low, high = ranks(len(values), quantile)
    return ordered[ceil(quantile * len(values))], ordered[low], ordered[high]
