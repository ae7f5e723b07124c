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

from scipy.special import betainc, betaincc, betaln, hyp2f1

PRIOR = 0.5
_LN10 = math.log(10.0)
_SMALLEST = 1e-280


def log10_e_above(hits: int, n: int, limit: float) -> float:
    """log10 E against "the rate is at most ``limit``" after ``hits`` in ``n`` items.

    Raises:
        ValueError: not 0 <= hits <= n, or limit outside (0, 1).
    """
    _check(hits, n, limit)
    a, b = hits + PRIOR, n - hits + PRIOR
    mass = _log_upper(a, b, limit) - _log_upper(PRIOR, PRIOR, limit)
    return (mass + _log_ratio(hits, n, limit)) / _LN10


def log10_e_below(hits: int, n: int, limit: float) -> float:
    """log10 E against "the rate is at least ``limit``"; arguments as in ``log10_e_above``."""
    _check(hits, n, limit)
    return log10_e_above(n - hits, n, 1.0 - limit)


def _log_ratio(hits: int, n: int, limit: float) -> float:
    """ln of the uncut mixture's likelihood over the limit's."""
    marginal = betaln(hits + PRIOR, n - hits + PRIOR) - betaln(PRIOR, PRIOR)
    return float(marginal) - hits * math.log(limit) - (n - hits) * math.log1p(-limit)


def _log_upper(a: float, b: float, x: float) -> float:
    """ln(1 - I_x(a, b)), also where it underflows."""
    upper = float(betaincc(a, b, x))
    if upper > _SMALLEST:
        # Near 1 the logarithm is exact only through the small complement.
        return math.log(upper) if upper < 0.5 else math.log1p(-float(betainc(a, b, x)))
    # I_y(b, a) = y^b (1-y)^a / (b B(a, b)) 2F1(a+b, 1; b+1; y), y = 1-x (DLMF 8.17.8).
    y = 1.0 - x
    series = float(hyp2f1(a + b, 1.0, b + 1.0, y))
    leading = b * math.log(y) + a * math.log(x) - math.log(b) - float(betaln(a, b))
    return leading + math.log(series)


def _check(hits: int, n: int, limit: float) -> None:
    if not 0 <= hits <= n or not 0.0 < limit < 1.0:
        raise ValueError("needs 0 <= hits <= n and a limit strictly between 0 and 1")
