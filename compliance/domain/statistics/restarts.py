"""Alerts over a lifetime of looks: a restart mixture, which a good past does not blind.

A cumulative e-process that saw two good years must first lose what it says about them before it can
speak of the third. So at every look t a share g_t of the starting capital starts anew:

    R_k,t = L_k,t (R_k,t-1 + g_t),    g_t = 1 / (t (t + 1)),    M_t = mean_k R_k,t + 1 / (t + 1),

L_k,t the capital that bet k makes of this look's fresh units. As g_t + 1/(t+1) = 1/t and
E[L | past] <= 1 while the rate is at most the limit at every look, M is a nonnegative
supermartingale from M_0 = 1: it ever reaches 1/alpha with probability at most alpha (Ville), over
a whole life of looks. A change at look t costs about ln(t^2) nats more than if it had been
known, whatever came before.

Units within a look must be fresh and independent, or cluster means; re-asked items are no new
evidence. Null: the rate is at most the limit at *every* look.

Source: Shin, Ramdas and Rinaldo, E-detectors, New England Journal of Statistics in Data Science,
2024 (mixtures of e-processes started at every time); the weights g_t make it an e-process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.engines import Paths

SHARES: Floats = 0.5 ** np.arange(7.0, 0.0, -1.0)
"""Shares of the largest allowed bet, 1/128 to 1/2: at a limit of 5%, alternatives 5.7% to 52.5%."""
CALIBRATORS: Floats = np.array([0.1, 0.15, 0.2, 0.3, 0.5, 0.8])
"""Exponents of e = k p^(k - 1); small ones are for p-values near the floor of 1 in 2,000."""


@dataclass(frozen=True, slots=True)
class RestartMixture:
    """An alert when a rate of 0/1 outcomes rises over ``limit``, at any look.

    The bet of share f on a rate is the likelihood ratio of q = limit + f (1 - limit) to the
    limit, hence the closed form ln L = x ln(q / limit) + (m - x) ln((1 - q) / (1 - limit)) for
    x hits in m.

    Raises:
        ValueError: the limit is not strictly between 0 and 1.
    """

    limit: float

    def __post_init__(self) -> None:
        if not 0.0 < self.limit < 1.0:
            raise ValueError("the limit must lie strictly between 0 and 1")

    def paths(self, units: Floats) -> Paths:
        """ln M after each look, and zeros: an alert never shows compliance.

        Args:
            units: shape (looks, 2): hits and fresh items of each look.
        """
        if units.ndim != 2 or units.shape[1] != 2 or bool(np.any(units[:, 0] > units[:, 1])):
            raise ValueError("needs hits and items of every look")
        growth = self.growth(units[:, 0], units[:, 1])
        return restart(growth), np.zeros(len(units))

    def growth(self, hits: Floats, items: Floats) -> Floats:
        """ln L of every bet, shape (..., bets), for counts of shape (...)."""
        better = self.limit + SHARES * (1.0 - self.limit)
        hit, miss = np.log(better / self.limit), np.log1p(-SHARES)
        found: Floats = np.multiply.outer(hits, hit) + np.multiply.outer(items - hits, miss)
        return found


def look_growth(values: Floats, limit: float) -> Floats:
    """ln L of every bet for one look's cluster means in [0, 1], shape (bets,)."""
    found: Floats = np.log1p(np.outer(SHARES, values / limit - 1.0)).sum(axis=1)
    return found


def p_growth(p_values: Floats) -> Floats:
    """ln e of every calibrator for p-values of shape (looks,), shape (looks, calibrators).

    Each p-value must be valid given those before it. NaN, a look without one, neither wins nor
    loses.

    Raises:
        ValueError: a p-value outside (0, 1].

    Source: Vovk and Wang, E-values: calibration, combination and applications, Annals of
    Statistics 49(3), 2021.
    """
    known = p_values[~np.isnan(p_values)]
    if bool(np.any((known <= 0.0) | (known > 1.0))):
        raise ValueError("p-values lie above 0 and are at most 1")
    log_p = np.log(p_values)[:, None]
    found: Floats = np.where(
        np.isnan(log_p), 0.0, np.log(CALIBRATORS) + (CALIBRATORS - 1.0) * log_p
    )
    return found


def restart(growth: Floats) -> Floats:
    """ln M after each look.

    Args:
        growth: shape (..., looks, bets): ln L_k,t of each look, of fresh units only.

    Returns:
        Shape (..., looks).
    """
    looks = growth.shape[-2]
    capital = np.full((*growth.shape[:-2], growth.shape[-1]), -math.inf)
    found: Floats = np.empty(growth.shape[:-1])
    for look in range(looks):
        fresh = -math.log((look + 1) * (look + 2))
        capital = growth[..., look, :] + np.logaddexp(capital, fresh)
        mean = np.logaddexp.reduce(capital, axis=-1) - math.log(growth.shape[-1])
        found[..., look] = np.logaddexp(mean, -math.log(look + 2))
    return found
