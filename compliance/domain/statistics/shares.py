"""The share of hits among the outcomes of a finite bank that are hits or misses at all.

A unit holds s outcomes: h hits, k misses, and the rest neither. The bank's share is
p = H / (H + K), a ratio of two sums that nobody knows beforehand. With

    X(m) = (h + m (s - h - k)) / s,

an outcome that is neither counts as much as the candidate m itself, and the bank's mean of X(m) is
at most m exactly if H <= m (H + K). So "the share is at most m" is the null of a bank mean, without
an estimator of the ratio, and refuted by the bets of ``betting``.

Confidence sequence: the m that neither bet refuted. With A and B the sums of h/s and of
(s - h - k)/s so far, a factor of the bet is linear in X(m) / m_i, which is proportional to
(a + m b) / (m (N - B) - A) and falls in m, as its derivative has the sign of -(a (N - B) + b A). By
the same argument the bet on misses rises, so what remains is an interval, found by bisection.

Source: Waudby-Smith and Ramdas, JRSS B 86(1), 2024, section 5 (sampling without replacement).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from compliance.domain.statistics.betting import (
    INTERVAL_STEPS,
    Floats,
    MeanEvidence,
    log_bank_maxima,
    log_e_process,
)
from compliance.domain.statistics.engines import BankMean, Paths
from compliance.domain.verdicts import cap

_LN10 = math.log(10.0)


@dataclass(frozen=True, slots=True)
class BankShare:
    """Units of ``unit_size`` outcomes, ``bank_size`` of them, drawn without replacement.

    Raises:
        ValueError: no outcome, or no unit.
    """

    unit_size: int
    bank_size: int

    def __post_init__(self) -> None:
        if self.unit_size < 1 or self.bank_size < 1:
            raise ValueError("a bank needs units, and a unit outcomes")

    def evidence(self, counts: Floats, *, limit: float, alpha: float) -> MeanEvidence:
        """The share, its confidence sequence at 1 - alpha, and running maxima of ln E.

        Args:
            counts: shape (n, 2): hits and misses of each unit, in the order drawn.
            limit: largest compliant share, strictly between 0 and 1.

        Returns:
            ``n`` counts units. Where nothing was a hit or a miss the value is 0.5; a whole bank of
            that kind is within every limit and above none, and says nothing.

        Raises:
            ValueError: an argument outside its range.
        """
        self._check(counts, limit, alpha)
        hits, misses = (float(one) for one in counts.sum(axis=0))
        sides = (0.0, 0.0)
        if hits + misses:
            sides = log_bank_maxima(
                self.values(counts, limit), limit=limit, bank_size=self.bank_size
            )
        value = hits / (hits + misses) if hits + misses else 0.5
        lower, upper = value, value
        if len(counts) != self.bank_size:
            lower = math.floor(self._lower_end(counts, alpha) * INTERVAL_STEPS) / INTERVAL_STEPS
            upper = 1.0 - self._lower_end(counts[:, ::-1], alpha)
            upper = math.ceil(upper * INTERVAL_STEPS) / INTERVAL_STEPS
        return MeanEvidence(
            n=len(counts),
            value=value,
            lower=max(0.0, min(lower, value)),
            upper=min(1.0, max(upper, value)),
            log10_e_violating=cap(sides[0] / _LN10),
            log10_e_compliant=cap(sides[1] / _LN10),
        )

    def values(self, counts: Floats, candidate: float) -> Floats:
        """X(candidate) of each unit, in [0, 1]: what the bets are on."""
        neither = self.unit_size - counts.sum(axis=1)
        found: Floats = (counts[:, 0] + candidate * neither) / self.unit_size
        return found

    def paths(self, counts: Floats, *, limit: float) -> Paths:
        """ln E after each unit, as in ``engines.Engine``, of "the share is at most ``limit``"."""
        return BankMean(self.bank_size, limit).paths(self.values(counts, limit))

    def _lower_end(self, counts: Floats, alpha: float) -> float:
        """The largest share refuted from below, or the smallest that is still possible."""
        hits, misses = (float(one) for one in counts.sum(axis=0))
        left = float(self.unit_size * (self.bank_size - len(counts)))
        low, high = hits / (hits + misses + left), (hits + left) / (hits + misses + left)
        refuted_at = math.log(2.0 / alpha)
        while high - low > 0.5 / INTERVAL_STEPS:
            middle = (low + high) / 2
            values = self.values(counts, middle)
            path = log_e_process(values, mean=middle, bank_size=self.bank_size)
            if path.max(initial=0.0) >= refuted_at:
                low = middle
            else:
                high = middle
        return low

    def _check(self, counts: Floats, limit: float, alpha: float) -> None:
        if not 0.0 < limit < 1.0 or not 0.0 < alpha < 1.0:
            raise ValueError("limit and alpha must lie strictly between 0 and 1")
        shaped = counts.ndim == 2 and counts.shape[1] == 2 and len(counts) <= self.bank_size
        if not shaped or (counts < 0).any() or (counts.sum(axis=1) > self.unit_size).any():
            raise ValueError(
                f"needs hits and misses of at most {self.bank_size} units, "
                f"at most {self.unit_size} in each"
            )
