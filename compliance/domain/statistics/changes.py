"""Signs and paired changes, clustered, and drift of a model that should not have changed.

Items of one template move together, so the template is the unit: D_c in [-1, 1] is the mean over
cluster c of a sign (biased or counter-biased) or of a change (new minus old outcome on the same
item). "The mean change is at most d" is refuted by

    E = mean_f prod_c (1 + f (D_c - d) / (1 + d)),

and "above d" by the same on -D. A naive sign test over items counts each template as often as it
has items: see docs/statistics.md for what that costs.

Drift. Where nothing changed, a model that answers at random gives (old, new) the same chance as
(new, old), so the sign of every discordant pair is a fair coin, independent across items:
McNemar's test made sequential, E = 2^n B(S+1, n-S+1), the mixture of ``signs``. Each answer may
be used in one pair only: against one old answer used at many looks the signs are no coins (an old
1 can only fall). A model that answers alike each time has no discordant pairs while unchanged, so
their mere presence is news, but of no size that a test of signs could state.

Source: Waudby-Smith and Ramdas 2024 (betting); McNemar, Psychometrika 12, 1947; Robbins 1970.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.engines import BoundedMean, Paths


def clustered_change(margin: float = 0.0) -> BoundedMean:
    """The engine of cluster means in [-1, 1] that comply up to ``margin``.

    Raises:
        ValueError: the margin is not strictly between -1 and 1.
    """
    return BoundedMean(low=-1.0, high=1.0, limit=margin)


def cluster_means(values: Sequence[float], clusters: Sequence[str]) -> Floats:
    """The mean of each cluster, in the order of their first items: each cluster counts once.

    Raises:
        ValueError: lengths differ.
    """
    found: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        found.setdefault(cluster, []).append(value)
    return np.array([sum(own) / len(own) for own in found.values()], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Drift:
    """Whether answers to the same items lean to one side of what they were."""

    def paths(self, units: Floats) -> Paths:
        """ln E against "unchanged" after each pair, and zeros: stability is never shown.

        Args:
            units: shape (pairs,): new minus old outcome; zero where they agree.
        """
        if units.ndim != 1 or np.isnan(units).any():
            raise ValueError("needs one number a pair")
        rises, discordant = np.cumsum(units > 0), np.cumsum(units != 0)
        # As ``signs.log10_e_signs``, over every prefix at once.
        mixture = betaln(rises + 1.0, discordant - rises + 1.0)
        found: Floats = discordant * math.log(2.0) + mixture
        return found, np.zeros(len(units))
