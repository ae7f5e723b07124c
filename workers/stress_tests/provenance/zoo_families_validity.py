"""Whether a study's families of wrong claims bear a test's error rate out."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import clopper_pearson, clopper_pearson_upper


def holds(families: Sequence[dict[str, Json]], alpha: float) -> bool:
    """The 95% bound over all claims together is within alpha, and no family is shown to be above.

    Args:
        families: rows with the number of ``claims``, all independent, and of ``wrong`` ones.
    """
    counts = [(int(str(row["wrong"])), int(str(row["claims"]))) for row in families]
    wrong, claims = (sum(column) for column in zip(*counts, strict=True))
    shown = any(clopper_pearson(one, n)[0] > alpha for one, n in counts)
    return clopper_pearson_upper(wrong, claims, 0.05) <= alpha and not shown
