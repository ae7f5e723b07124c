"""The ratio of two selection rates against four fifths, without a ratio estimator.

In scenario c the same decision is asked for a reference group and for a protected one; Y is
the share of favourable answers of each. With r the least ratio that complies (0.8),

    Z_c = r Y_ref,c - Y_g,c  in [-1, r],    E[Z] <= 0  exactly if  E[Y_g] / E[Y_ref] >= r,

so "the ratio is at least r" is the null of a bounded mean, refuted by betting that Z exceeds 0 (at
most the whole capital, lambda <= 1), and "below r" by betting on -Z (lambda <= 1/r). Pairing
within the scenario cancels what makes scenarios differ. The confidence sequence holds the ratios
that neither bet refuted: capital against "ratio >= r" grows in r and that against "ratio <= r"
falls, factor by factor, so it is an interval.

Assumes independent scenarios (the cluster is the scenario, not the answer); or, for the ratio over
a bank of N scenarios, a random order without replacement and nothing else: Z then has the mean
that is left in the bank, as in ``betting``, and after the last scenario the ratio is known.
Undefined where the reference is never selected: then no ratio is refuted from below or above but
by 0 and infinity.

Source: 29 CFR 1607.4(D), four-fifths rule: "a selection rate ... less than four-fifths (4/5) (or
eighty percent) of the rate for the group with the highest rate"; betting as in ``engines``.
A rule of thumb: it ignores sample size, which the e-values bring.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compliance.domain.statistics.betting import (
    Floats,
    MeanEvidence,
    log_bank_maxima,
    log_e_process,
)
from compliance.domain.statistics.engines import Paths, log_maxima
from compliance.domain.verdicts import cap

FOUR_FIFTHS = 0.8
LARGEST = 1e4
"""Ratios are sought between 1/LARGEST and LARGEST; an end there means "not bounded"."""
PRECISION = 1e-4
"""Relative error of an end, outwards."""

_LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True)
class SelectionRatio:
    """Selection rates of a group and of a reference; complies at a ratio of at least ``least``.

    Attributes:
        bank_size: scenarios in the bank that they are drawn from without replacement; None for
            independent scenarios.

    Raises:
        ValueError: ``least`` is not positive.
    """

    least: float = FOUR_FIFTHS
    bank_size: int | None = None

    def __post_init__(self) -> None:
        if not self.least > 0.0:
            raise ValueError("the least ratio must be positive")

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (scenarios, 2): rates of (reference, group)."""
        return self._paths(_checked(units), self.least)

    def evidence(self, units: Floats, *, alpha: float) -> MeanEvidence:
        """The ratio with its confidence sequence; a value of LARGEST stands for "no reference".

        Raises:
            ValueError: more scenarios than the bank holds.
        """
        rates = _checked(units)
        if self.bank_size is not None and len(rates) > self.bank_size:
            raise ValueError("more scenarios than the bank holds")
        reference, group = (float(one) for one in rates.sum(axis=0))
        value = min(group / reference, LARGEST) if reference > 0 else LARGEST
        lower, upper = self._interval(rates, value, math.log(2.0 / alpha))
        violating, compliant = self._maxima(rates)
        return MeanEvidence(
            n=len(rates),
            value=value,
            lower=min(lower, value),
            upper=max(upper, value),
            log10_e_violating=cap(violating / _LN10),
            log10_e_compliant=cap(compliant / _LN10),
        )

    def _maxima(self, rates: Floats) -> tuple[float, float]:
        if self.bank_size is None:
            return log_maxima(self._paths(rates, self.least))
        shares, mean = _shares(rates, self.least)
        return log_bank_maxima(shares, limit=mean, bank_size=self.bank_size)

    def _paths(self, rates: Floats, least: float) -> Paths:
        return self._path(rates, least, side=0), self._path(rates, least, side=1)

    def _path(self, rates: Floats, least: float, *, side: int) -> Floats:
        shares, mean = _shares(rates, least)
        if side:
            shares, mean = 1.0 - shares, 1.0 - mean
        return log_e_process(shares, mean=mean, bank_size=self.bank_size)

    def _interval(self, rates: Floats, value: float, refuted: float) -> tuple[float, float]:
        if len(rates) == self.bank_size:
            return value, value
        if not len(rates):
            return 1 / LARGEST, LARGEST
        return self._end(rates, refuted, side=1), self._end(rates, refuted, side=0)

    def _end(self, rates: Floats, refuted: float, *, side: int) -> float:
        """An end of the interval, by bisection in the logarithm, rounded outwards.

        Args:
            side: 0 for the upper end (the least ratio that is too large), 1 for the lower.
        """
        inside, outside = (1 / LARGEST, LARGEST) if side == 0 else (LARGEST, 1 / LARGEST)
        if float(self._path(rates, outside, side=side).max()) < refuted:
            return outside
        while abs(math.log(outside / inside)) > PRECISION:
            middle = math.sqrt(inside * outside)
            if float(self._path(rates, middle, side=side).max()) >= refuted:
                outside = middle
            else:
                inside = middle
        return outside


def _shares(rates: Floats, least: float) -> tuple[Floats, float]:
    """Z as values in [0, 1], and the mean that they have where E[Z] = 0."""
    shortfall = least * rates[:, 0] - rates[:, 1]
    # Rounding may put a value at a bound a hair outside.
    shares: Floats = np.clip((shortfall + 1.0) / (least + 1.0), 0.0, 1.0)
    return shares, 1.0 / (least + 1.0)


def _checked(units: Floats) -> Floats:
    shaped = units.ndim == 2 and units.shape[1] == 2
    if not shaped or not bool(np.all((units >= 0.0) & (units <= 1.0))):
        raise ValueError("needs two rates between 0 and 1 of every scenario")
    return units
