"""One interface to every engine of evidence, and the engine that most others reduce to.

An engine turns units, in the order they came, into two paths of ln E: against "complies" and
against "violates", current values after each unit. Both are e-processes: nonnegative, 1 before the
first unit, and of mean at most 1 under their null at any stopping time. A verdict looks at running
maxima (Ville), a dashboard by e-BH at the current values. A side that an engine never bets on
stays at 0.

Source: Waudby-Smith and Ramdas, JRSS B 86(1), 2024; Ville 1939.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from compliance.domain.statistics.betting import (
    Floats,
    MeanEvidence,
    log_e_process,
    population_mean,
)

Paths: TypeAlias = tuple[Floats, Floats]
"""ln E violating and ln E compliant, each of shape (n,)."""


class Engine(Protocol):
    """Evidence about one claim."""

    def paths(self, units: Floats) -> Paths:
        """ln E after each unit; the first axis of ``units`` is the order they came in.

        Raises:
            ValueError: units of a shape or range that the engine does not take.
        """


def log_maxima(paths: Paths) -> tuple[float, float]:
    """Running maxima (ln E violating, ln E compliant) after the last unit; each >= 0."""
    violating, compliant = (float(path.max(initial=0.0)) for path in paths)
    return violating, compliant


@dataclass(frozen=True, slots=True)
class BoundedMean:
    """The mean of independent values in [low, high], complying if it is at most ``limit``.

    Betting on X = (V - low) / (high - low) against m = (limit - low) / (high - low) is betting
    on V: 1 + f (X/m - 1) = 1 + f (V - limit) / (limit - low), the largest bet that keeps every
    factor nonnegative at f = 1.

    Raises:
        ValueError: not low < limit < high.
    """

    low: float
    high: float
    limit: float

    def __post_init__(self) -> None:
        if not self.low < self.limit < self.high:
            raise ValueError("the limit must lie strictly between the bounds of the values")

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (n,)."""
        shares, mean = self._shares(units)
        violating = log_e_process(shares, mean=mean)
        return violating, log_e_process(1.0 - shares, mean=1.0 - mean)

    def evidence(self, units: Floats, *, alpha: float) -> MeanEvidence:
        """Mean, confidence sequence at 1 - alpha and running maxima, from the same bets."""
        shares, mean = self._shares(units)
        found = population_mean([*shares], limit=mean, alpha=alpha)
        return MeanEvidence(
            n=found.n,
            value=self._value(found.value),
            lower=self._value(found.lower),
            upper=self._value(found.upper),
            log10_e_violating=found.log10_e_violating,
            log10_e_compliant=found.log10_e_compliant,
        )

    def _shares(self, units: Floats) -> tuple[Floats, float]:
        inside = bool(np.all((units >= self.low) & (units <= self.high)))
        if units.ndim != 1 or not inside:
            raise ValueError(f"values must lie between {self.low} and {self.high}, in one row")
        width = self.high - self.low
        # Rounding may put a value at a bound a hair outside.
        shares: Floats = np.clip((units - self.low) / width, 0.0, 1.0)
        return shares, (self.limit - self.low) / width

    def _value(self, share: float) -> float:
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class BankMean:
    """The mean of a bank of values in [0, 1] that come without replacement, in a random order.

    Raises:
        ValueError: no value, or the limit is not strictly between 0 and 1.
    """

    bank_size: int
    limit: float

    def __post_init__(self) -> None:
        if self.bank_size < 1 or not 0.0 < self.limit < 1.0:
            raise ValueError("needs a bank, and a limit strictly between 0 and 1")

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (n,), at most ``bank_size`` of them.

        Raises:
            ValueError: more units than the bank holds.
        """
        if len(units) > self.bank_size:
            raise ValueError("more values than the bank holds")
        violating = log_e_process(units, mean=self.limit, bank_size=self.bank_size)
        below = log_e_process(1.0 - units, mean=1.0 - self.limit, bank_size=self.bank_size)
        return violating, below
