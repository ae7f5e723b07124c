"""Rates of independent yes-or-no items: conjugate-mixture e-processes, in closed form.

Likelihood ratios of a Beta(1/2, 1/2) prior cut to one side of the limit against the limit itself.
With S hits in n items

    E_above = B(S+a, n-S+a) (1 - I(S+a, n-S+a)) / (B(a, a) (1 - I(a, a))) / (p^S (1-p)^(n-S)),

I the regularised incomplete beta function at p = limit and a = 1/2; it is an e-process against
every rate up to the limit, and with I in place of 1 - I against every rate from the limit on.

For independent items only: one item a cluster, drawn with replacement or from a population. For a
finite bank see ``betting.bank_mean``.

Source: Robbins, Annals of Mathematical Statistics 41(5), 1970 (mixtures); Ville 1939.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincc, betaln, hyp2f1

from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.engines import Paths

PRIOR = 0.5
_LN10 = math.log(10.0)
_SMALLEST = 1e-280


def log10_e_above(hits: int, n: int, limit: float) -> float:
    """log10 E against "the rate is at most ``limit``" after ``hits`` in ``n`` items.

    Raises:
        ValueError: not 0 <= hits <= n, or limit outside (0, 1).
    """
    _check(hits, n, limit)
    return float(_log_above(np.array([float(hits)]), np.array([float(n)]), limit)[0]) / _LN10


def log10_e_below(hits: int, n: int, limit: float) -> float:
    """log10 E against "the rate is at least ``limit``"; arguments as in ``log10_e_above``."""
    _check(hits, n, limit)
    return log10_e_above(n - hits, n, 1.0 - limit)


@dataclass(frozen=True, slots=True)
class BernoulliRate:
    """The rate of independent 0/1 items, complying if it is at most ``limit``.

    Raises:
        ValueError: the limit is not strictly between 0 and 1.
    """

    limit: float

    def __post_init__(self) -> None:
        _check(0, 0, self.limit)

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (n,), 0 or 1."""
        n, hits = np.arange(1.0, len(units) + 1.0), np.cumsum(units)
        above = _log_above(hits, n, self.limit)
        return above, _log_above(n - hits, n, 1.0 - self.limit)


def _log_above(hits: Floats, n: Floats, limit: float) -> Floats:
    """ln E against "the rate is at most ``limit``", element by element."""
    a, b, prior = hits + PRIOR, n - hits + PRIOR, np.array([PRIOR])
    mass = _log_upper(a, b, limit) - _log_upper(prior, prior, limit)
    marginal = betaln(a, b) - betaln(PRIOR, PRIOR)
    found: Floats = mass + marginal - hits * math.log(limit) - (n - hits) * math.log1p(-limit)
    return found


def _log_upper(a: Floats, b: Floats, x: float) -> Floats:
    """ln(1 - I_x(a, b)), also where it underflows."""
    upper: Floats = betaincc(a, b, x)
    near, far = upper >= 0.5, upper <= _SMALLEST
    found = np.log(np.where(far, 1.0, upper))
    # Near 1 the logarithm is exact only through the small complement.
    found[near] = np.log1p(-betainc(a[near], b[near], x))
    found[far] = _log_tail(a[far], b[far], x)
    return found


def _log_tail(a: Floats, b: Floats, x: float) -> Floats:
    """I_y(b, a) = y^b (1-y)^a / (b B(a, b)) 2F1(a+b, 1; b+1; y), y = 1-x (DLMF 8.17.8)."""
    y = 1.0 - x
    leading = b * math.log(y) + a * math.log(x) - np.log(b) - betaln(a, b)
    found: Floats = leading + np.log(hyp2f1(a + b, 1.0, b + 1.0, y))
    return found


def _check(hits: int, n: int, limit: float) -> None:
    if not 0 <= hits <= n or not 0.0 < limit < 1.0:
        raise ValueError("needs 0 <= hits <= n and a limit strictly between 0 and 1")
