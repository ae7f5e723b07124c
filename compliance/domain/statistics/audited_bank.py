"""A bank's rate as people would judge it, from labels of random items and a judge that errs.

Items are drawn for labels by coins of the committed seed, so that the labels, in the committed
order, are a random order of the bank without replacement. Let Y be a person's outcome, f the
judge's and F the judge's mean over the whole bank, known once every item is answered. For any fixed
h

    V_i = Y_i - h (f_i - F),    -h (1 - F) <= V_i <= 1 + h F,

has exactly the bank mean of Y, whatever the judge's errors and however items depend on each other.
So betting on V without replacement (``betting``) is evidence about people's rate. h = 0 uses the
labels alone; the better the judge, the less V scatters at h = 1. The average over h = 0, 1/2, 1 is
an e-process as well; it pays at most ln 3 for not knowing how good the judge is. While items are
unanswered F is unknown, and labels alone speak.

A person's error is not corrected; labels of another model's answers correct nothing. Labelling may
stop whenever anybody likes, but not skip: what counts are the labels up to the first one missing.

Beside ``judged.AuditedRate``, which bets on phi and assumes independent items, this is exact for a
bank.

Source: Waudby-Smith and Ramdas, JRSS B 86(1), 2024 (bets); Cochran, Sampling Techniques, 1977,
chapter 7 (difference estimator); Angelopoulos et al., PPI++, 2023 (h as a power-tuning weight).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from compliance.domain.statistics.betting import (
    INTERVAL_STEPS,
    SUM_TOLERANCE,
    Floats,
    MeanEvidence,
    log_e_process,
)
from compliance.domain.statistics.engines import Paths
from compliance.domain.verdicts import cap

WEIGHTS = (0.0, 0.5, 1.0)
"""h, equally weighted; fixed before any label."""

_DRAW = 0x1ABE1
"""Sets the coins' stream apart from the one that orders the items."""

_LN10 = math.log(10.0)


def drawn(seed: int, planned: int, share: float) -> tuple[int, ...]:
    """Positions, in the committed order, of the items that people are to label.

    Args:
        seed: the run's, 0 or more.
        planned: items in the committed order.
        share: chance of each item, 0 to 1.
    """
    coins = np.random.default_rng([seed, _DRAW]).random(planned)
    return tuple(int(position) for position in np.flatnonzero(coins < share))


@dataclass(frozen=True, slots=True)
class AuditedBank:
    """A bank's mean that complies up to ``limit``.

    Attributes:
        bank_size: N.
        judged: the judge's mean over the whole bank; None while items are unanswered.

    Raises:
        ValueError: no bank, or a limit or mean outside its range.
    """

    bank_size: int
    limit: float
    judged: float | None

    def __post_init__(self) -> None:
        mean = 0.0 if self.judged is None else self.judged
        if self.bank_size < 1 or not 0.0 < self.limit < 1.0 or not 0.0 <= mean <= 1.0:
            raise ValueError("needs a bank, a limit between 0 and 1, and a mean from 0 to 1")

    def paths(self, units: Floats) -> Paths:
        """As in ``Engine``; ``units`` of shape (n, 2): judge's and person's outcome in [0, 1]."""
        self._check(units)
        return self._path(units, self.limit, 1), self._path(units, self.limit, -1)

    def evidence(self, units: Floats, *, alpha: float) -> MeanEvidence:
        """The people's rate with its confidence sequence and running maxima, from one strategy."""
        if len(units) == 0:
            return MeanEvidence(0, 0.5, 0.0, 1.0, 0.0, 0.0)
        violating, compliant = self._sides(units)
        value = self._value(units)
        lower, upper = self._end(units, 1, alpha), 1.0 - self._end(units, -1, alpha)
        return MeanEvidence(
            n=len(units),
            value=value,
            lower=max(0.0, min(lower, value)),
            upper=min(1.0, max(upper, value)),
            log10_e_violating=cap(violating / _LN10),
            log10_e_compliant=cap(compliant / _LN10),
        )

    def _sides(self, units: Floats) -> tuple[float, float]:
        """Running maxima of ln E; decided exactly where the labels leave no choice."""
        paths = self.paths(units)
        allowed = self.bank_size * self.limit + SUM_TOLERANCE
        total, left = float(units[:, 1].sum()), self.bank_size - len(units)
        if total > allowed:
            return math.inf, -math.inf
        if total + left <= allowed:
            return -math.inf, math.inf
        return float(paths[0].max(initial=0.0)), float(paths[1].max(initial=0.0))

    def _value(self, units: Floats) -> float:
        """Mean of V at the average weight: unbiased, as every V is."""
        judged, people = units.mean(axis=0)
        shift = 0.0 if self.judged is None else float(np.mean(WEIGHTS)) * (judged - self.judged)
        return min(1.0, max(0.0, float(people) - shift))

    def _path(self, units: Floats, mean: float, side: int) -> Floats:
        """ln E against "at most ``mean``" (side 1) or "at least" (side -1), after each label."""
        centre = self.judged or 0.0
        found = []
        for weight in WEIGHTS if self.judged is not None else WEIGHTS[:1]:
            low, width = -weight * (1.0 - centre), 1.0 + weight
            values = (units[:, 1] - weight * (units[:, 0] - centre) - low) / width
            shares, at = np.clip(values, 0.0, 1.0), (mean - low) / width
            if side < 0:
                shares, at = 1.0 - shares, 1.0 - at
            found.append(log_e_process(shares, mean=at, bank_size=self.bank_size))
        mixed: Floats = np.logaddexp.reduce(np.array(found), axis=0) - math.log(len(found))
        return mixed

    def _end(self, units: Floats, side: int, alpha: float) -> float:
        """The largest mean refuted from below; on side -1 the same of 1 - mean."""
        refuted_at, low, high = math.log(2.0 / alpha), 0.0, 1.0
        while high - low > 0.5 / INTERVAL_STEPS:
            middle = (low + high) / 2
            path = self._path(units, middle if side > 0 else 1.0 - middle, side)
            low, high = (middle, high) if path.max() >= refuted_at else (low, middle)
        return math.floor(low * INTERVAL_STEPS) / INTERVAL_STEPS

    def _check(self, units: Floats) -> None:
        shaped = units.ndim == 2 and units.shape[1] == 2 and len(units) <= self.bank_size
        if not shaped or not bool(np.all((units >= 0.0) & (units <= 1.0))):
            raise ValueError("needs a judge's and a person's outcome between 0 and 1 of each label")
