"""The slope of a line through points, from the signs of disjoint pairs: valid with few points.

Points (x_i, y_i) lie about a line, y_i = a + b x_i + e_i. Sorted by x, the i-th is paired with the
(i + n/2)-th (Theil's incomplete method), so each point enters one pair and every difference
dx > 0. A pair gives

    D = dy - m dx = (b - m) dx + (e_j - e_i).

If the two deviations of a pair are exchangeable, or each is symmetric about 0, their difference is
symmetric about 0, whatever its law and scale. So at b = m the sign of D is a fair coin, at b < m it
is positive with chance at most 1/2, and given independent pairs "the slope is at most m" is
refuted by betting that more than half of the signs are positive: the bounded mean of
``engines`` at 1/2, a tie counting 1/2. "Above m" is refuted by the same on the other sign. No
variance is estimated and no law assumed, so 30 pairs are as valid as 3,000; what outliers, curved
relations or uneven scatter cost is power. Deviations that are skewed and differ in law between the
points of a pair break it.

The confidence sequence holds the m that neither bet refuted. Each sign falls in m, so the
capital that bets on positive signs falls and the other rises: it is an interval, whose ends are
slopes of pairs. The estimate is the median of the pairs' slopes.

Source: Theil, A rank-invariant method of linear and polynomial regression analysis, Proceedings
of the Royal Netherlands Academy of Sciences 53, 1950, part I (the pairing, the median, the interval
from signs, for a fixed number of points); Waudby-Smith and Ramdas 2024 (betting).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from compliance.domain.statistics.betting import Floats, MeanEvidence
from compliance.domain.statistics.engines import BoundedMean, Paths, log_maxima
from compliance.domain.verdicts import cap

LARGEST = 1e4
"""An end of an interval at this slope, or at minus it, means "not bounded"."""

_COIN = BoundedMean(low=0.0, high=1.0, limit=0.5)
_LN10 = math.log(10.0)


def theil_pairs(x: Floats) -> list[tuple[int, int]]:
    """Indices (smaller x, larger x) of disjoint pairs, each as far apart as all can be at once.

    Equal x keep their order; of an odd number of points the middle one is left out.
    """
    order, half = np.argsort(x, kind="stable").tolist(), len(x) // 2
    return list(zip(order[:half], order[len(x) - half :], strict=True))


@dataclass(frozen=True, slots=True)
class PairedSlope:
    """A slope that complies if it is at most ``limit``, from differences within pairs."""

    limit: float

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (pairs, 2): differences (dx > 0, dy)."""
        return _paths(_checked(units), self.limit)

    def evidence(self, units: Floats, *, alpha: float) -> MeanEvidence:
        """The median of the pairs' slopes with its confidence sequence, and running maxima.

        Without pairs the value is the limit and nothing is known.
        """
        pairs = _checked(units)
        slopes = np.sort(pairs[:, 1] / pairs[:, 0])
        value = float(np.median(slopes)) if len(slopes) else self.limit
        lower, upper = _interval(pairs, slopes, math.log(2.0 / alpha))
        violating, compliant = log_maxima(_paths(pairs, self.limit))
        return MeanEvidence(
            n=len(pairs),
            value=value,
            lower=min(lower, value),
            upper=max(upper, value),
            log10_e_violating=cap(violating / _LN10),
            log10_e_compliant=cap(compliant / _LN10),
        )


def _paths(pairs: Floats, slope: float) -> Paths:
    signs = np.sign(pairs[:, 1] - slope * pairs[:, 0])
    return _COIN.paths((1.0 + signs) / 2)


def _interval(pairs: Floats, slopes: Floats, refuted: float) -> tuple[float, float]:
    """Ends among the pairs' slopes: between two neighbours no sign changes, nor the evidence."""
    ends = np.concatenate([[-LARGEST], slopes, [LARGEST]])
    middles = ((ends[:-1] + ends[1:]) / 2).tolist()

    def stands(middle: float, side: int) -> bool:
        return float(_paths(pairs, middle)[side].max(initial=0.0)) < refuted

    first = bisect_left(middles, True, key=lambda one: stands(one, 0))
    last = bisect_left(middles, True, key=lambda one: not stands(one, 1))
    return float(ends[first]), float(ends[last])


def _checked(units: Floats) -> Floats:
    shaped = units.ndim == 2 and units.shape[1] == 2
    if not shaped or not bool(np.all(np.isfinite(units))) or not bool(np.all(units[:, 0] > 0.0)):
        raise ValueError("needs finite differences (dx > 0, dy) of every pair")
    return units
