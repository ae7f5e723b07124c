"""One suspect among exchangeable controls: a rank p-value and an e-value.

Null hypothesis: the suspect's statistic and those of n controls are exchangeable. Both are exact
then, for any statistic; neither can be stronger than n + 1 allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from compliance.domain.verdicts import LOG10_E_CAP

_ROUNDING = 1e-9


def rank_p(suspect: float, controls: Sequence[float]) -> float:
    """(1 + controls at or above the suspect) / (1 + controls)."""
    return (1 + sum(one >= suspect for one in controls)) / (1 + len(controls))


def log10_e_rank(suspect: float, controls: Sequence[float]) -> float:
    """log10 of (n + 1) s / (s + sum of controls): its mean over exchangeable draws is 1.

    Args:
        suspect, controls: at least 0. Where all are 0 the e-value is 1.

    Raises:
        ValueError: a negative value.
    """
    if min(suspect, *controls, 0.0) < 0.0:
        raise ValueError("statistics below 0 cannot be shared out")
    total = suspect + sum(controls)
    if total == 0.0:
        return 0.0
    share = (1 + len(controls)) * suspect / total
    return math.log10(share) if share > 0.0 else -LOG10_E_CAP


def places(controls: int, alpha: float) -> int:
    """How many of the highest places among n + 1 have a chance of at most alpha; 0 of too few."""
    return math.floor(alpha * (controls + 1) + _ROUNDING)


def log10_e_place(suspect: float, controls: Sequence[float], alpha: float) -> float:
    """log10 of (n + 1)/k where the suspect stands in one of the k highest places, else of nothing.

    k is the number of ``places`` at alpha, at least 1. Ties count against the suspect, so it
    stands there with probability at most k/(n + 1), and the mean is at most 1. It reaches 1/alpha
    where, and only where, the rank p-value is at most alpha; with fewer than 1/alpha - 1 controls
    it never does.

    Args:
        controls: one or more.
        alpha: fixed before any statistic was seen.
    """
    allowed = places(len(controls), alpha)
    if rank_p(suspect, controls) * (1 + len(controls)) > max(allowed, 1) + _ROUNDING:
        return -LOG10_E_CAP
    share = math.log10((1 + len(controls)) / max(allowed, 1))
    return max(share, -math.log10(alpha)) if allowed else share


def controls_needed(alpha: float) -> int:
    """The fewest controls among which a rank p-value can be at most alpha.

    Source: (1 + 0) / (1 + n) <= alpha.
    """
    return math.ceil(1.0 / alpha - _ROUNDING) - 1
