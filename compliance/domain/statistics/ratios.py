"""The ratio of two selection rates against four fifths, without a ratio estimator.

In scenario c the same decision is asked for a reference group and for a protected one; Y is
the share of favourable answers of each. With r the least ratio that complies (0.8),

    Z_c = r Y_ref,c - Y_g,c  in [-1, r],    E[Z] <= 0  exactly if  E[Y_g] / E[Y_ref] >= r,

so "the ratio is at least r" is the null of a bounded mean, refuted by betting that Z exceeds 0 (at
most the whole capital, lambda <= 1), and "below r" by betting on -Z (lambda <= 1/r). Pairing
within the scenario cancels what makes scenarios differ. The confidence sequence holds the ratios
that neither bet refuted: capital against "ratio >= r" grows in r and that against "ratio <= r"
falls, factor by factor, so it is an interval.

Assumes independent scenarios (the cluster is the scenario, not the answer). Undefined where the
reference is never selected: then no ratio is refuted from below or above but by 0 and infinity.

Source: 29 CFR 1607.4(D), four-fifths rule: "a selection rate ... less than four-fifths (4/5) (or
eighty percent) of the rate for the group with the highest rate"; betting as in ``engines``.
A rule of thumb: it ignores sample size, which the e-values bring.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compliance.domain.statistics.betting import Floats, MeanEvidence
from compliance.domain.statistics.engines import BoundedMean, Paths, log_maxima
from compliance.domain.verdicts import cap

FOUR_FIFTHS = 0.8
LARGEST = 1e4
"""Ratios are sought between 1/LARGEST and LARGEST; an end there means "not bounded"."""

_LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True)
class SelectionRatio:
    """Selection rates of a group and of a reference; complies at a ratio of at least ``least``.

    Raises:
        ValueError: ``least`` is not positive.
    """

    least: float = FOUR_FIFTHS

    def __post_init__(self) -> None:
        if not self.least > 0.0:
            raise ValueError("the least ratio must be positive")

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (scenarios, 2): rates of (reference, group)."""
        return _paths(_checked(units), self.least)

    def evidence(self, units: Floats, *, alpha: float) -> MeanEvidence:
        """The ratio with its confidence sequence; a value of LARGEST stands for "no reference"."""
        rates = _checked(units)
        reference, group = (float(one) for one in rates.sum(axis=0))
        value = min(group / reference, LARGEST) if reference > 0 else LARGEST
        refuted = math.log(2.0 / alpha)
        lower = _end(rates, refuted, side=1) if len(rates) else 1 / LARGEST
        upper = _end(rates, refuted, side=0) if len(rates) else LARGEST
        violating, compliant = log_maxima(_paths(rates, self.least))
        return MeanEvidence(
            n=len(rates),
            value=value,
            lower=min(lower, value),
            upper=max(upper, value),
            log10_e_violating=cap(violating / _LN10),
            log10_e_compliant=cap(compliant / _LN10),
        )


def _paths(rates: Floats, least: float) -> Paths:
    shortfall = least * rates[:, 0] - rates[:, 1]
    return BoundedMean(low=-1.0, high=least, limit=0.0).paths(shortfall)


def _end(rates: Floats, refuted: float, *, side: int) -> float:
    """An end of the interval, by bisection in the logarithm, rounded outwards.

    Args:
        side: 0 for the upper end (the least ratio that is too large), 1 for the lower.
    """
    inside, outside = (1 / LARGEST, LARGEST) if side == 0 else (LARGEST, 1 / LARGEST)
    if float(_paths(rates, outside)[side].max()) < refuted:
        return outside
    while abs(math.log(outside / inside)) > 1e-6:
        middle = math.sqrt(inside * outside)
        if float(_paths(rates, middle)[side].max()) >= refuted:
            outside = middle
        else:
            inside = middle
    return outside


def _checked(units: Floats) -> Floats:
    shaped = units.ndim == 2 and units.shape[1] == 2
    if not shaped or not bool(np.all((units >= 0.0) & (units <= 1.0))):
        raise ValueError("needs two rates between 0 and 1 of every scenario")
    return units
