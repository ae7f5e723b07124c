"""The share of heads among coins that a secret key tossed.

Null hypothesis: who chose the coins is independent of the key. Then the coins are independent and
fall heads with chance theta exactly, whoever chose them and however many; only a coin that is
looked at twice would count double, so each counts once, where it comes first. The evidence is the
mixture of ``bernoulli`` over the coins in the order of their first look, an e-process, looked at
after every unit. It never shows compliance: coins that fall evenly are no proof that the key was
not met.

Source: Sander et al., Watermarking makes language models radioactive, NeurIPS 2024, arXiv
2402.14904 (null and de-duplication); Robbins, Annals of Mathematical Statistics 41(5), 1970.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from compliance.domain.statistics.bernoulli import log10_e_above, log10_e_below
from compliance.domain.statistics.betting import INTERVAL_STEPS, Floats, MeanEvidence
from compliance.domain.verdicts import cap


@dataclass(frozen=True, slots=True)
class CoinShare:
    """Coins that fall heads with chance ``limit`` under the null.

    Raises:
        ValueError: a limit outside (0, 1).
    """

    limit: float

    def __post_init__(self) -> None:
        if not 0.0 < self.limit < 1.0:
            raise ValueError("the limit must lie strictly between 0 and 1")

    def evidence(self, counts: Floats, *, alpha: float) -> MeanEvidence:
        """The share, its confidence sequence at 1 - alpha, and the running maximum of log10 E.

        Args:
            counts: shape (n, 2): heads and coins of each unit, in the order they came.

        Returns:
            ``n`` counts units. Without a coin the value is the limit, between 0 and 1.

        Raises:
            ValueError: more heads than coins, or alpha outside (0, 1).
        """
        if not 0.0 < alpha < 1.0 or np.any(counts[:, 0] > counts[:, 1]):
            raise ValueError("needs alpha between 0 and 1, and no more heads than coins")
        sums = [(int(heads), int(coins)) for heads, coins in np.cumsum(counts, axis=0)]
        grown = [log10_e_above(heads, coins, self.limit) for heads, coins in sums]
        heads, coins = sums[-1] if sums else (0, 0)
        refuted_at = math.log10(2.0 / alpha)
        lower = _end(lambda p: log10_e_above(heads, coins, p) >= refuted_at)
        upper = 1.0 - _end(lambda p: log10_e_below(heads, coins, 1.0 - p) >= refuted_at)
        value = heads / coins if coins else self.limit
        return MeanEvidence(
            n=len(counts),
            value=value,
            lower=min(math.floor(lower * INTERVAL_STEPS) / INTERVAL_STEPS, value),
            upper=max(math.ceil(upper * INTERVAL_STEPS) / INTERVAL_STEPS, value),
            log10_e_violating=cap(max([0.0, *grown])),
            log10_e_compliant=0.0,
        )


def first_coins(faces: Sequence[Mapping[str, bool]]) -> Floats:
    """Heads and coins of each unit, shape (n, 2), of those that no earlier unit named.

    Args:
        faces: of each unit, a coin's name to whether it fell heads.
    """
    seen: set[str] = set()
    counts = []
    for unit in faces:
        new = [heads for name, heads in unit.items() if name not in seen]
        seen.update(unit)
        counts.append((sum(new), len(new)))
    return np.array(counts, dtype=np.float64).reshape(-1, 2)


def binomial_p(heads: int, coins: int, limit: float) -> float:
    """P(at least so many heads): exact for one look whose number of coins ignores the key."""
    return float(binom.sf(heads - 1, coins, limit))


def _end(refuted: Callable[[float], bool]) -> float:
    """The largest rate that is refuted from below, to a half step of intervals; 0 for none."""
    low, high = 0.0, 1.0
    while high - low > 0.5 / INTERVAL_STEPS:
        middle = (low + high) / 2
        low, high = (middle, high) if refuted(middle) else (low, middle)
    return low
