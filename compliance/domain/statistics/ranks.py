"""One suspect among exchangeable controls: a rank p-value and an e-value.

Null hypothesis: the suspect's statistic and those of n controls are exchangeable. Both are exact
then, for any statistic; neither can be stronger than n + 1 allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


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
    return math.log10(share) if share > 0.0 else -300.0
