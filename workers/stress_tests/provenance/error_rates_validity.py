"""Error rates of the weights tests from pairs of models: alarms, power, and their intervals.

Under the null two pairs that share one model are still independent of each other (each is
relabelled by another model's own permutation), so a share over all pairs has the standard error
of independent pairs. The exact (Clopper-Pearson) bounds are for disjoint pairs, which are
independent whatever holds. Power is given with Wilson's interval over parents.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.stats import binomtest

from compliance.domain.canonical import Json
from compliance.domain.statistics.fixed_points import log10_e_fixed_points
from compliance.domain.statistics.signs import log10_e_signs
from workers.scoring.matching import HiddenUnits, match_units

LEVELS = (0.05, 0.01, 0.001)
POWER_ALPHA = 0.001
STATISTICS = ("both", "fixed_points", "signs")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one pair of models gave: log10 e-values and counts."""

    both: float
    fixed_points: float
    signs: float
    in_place: int
    matched: int
    positive: int


def compare(first: Sequence[HiddenUnits], second: Sequence[HiddenUnits]) -> Evidence:
    """Match two models layer by layer, by index; both of equal depth and width."""
    found = [match_units(one, other) for one, other in zip(first, second, strict=True)]
    in_place = [one.in_place for one in found]
    matched, positive = sum(one.matched for one in found), sum(one.positive for one in found)
    points = log10_e_fixed_points(in_place, [one.units for one in found])
    signs = log10_e_signs(positive, matched)
    return Evidence(points + signs, points, signs, sum(in_place), matched, positive)


def null_arm(arm: str, units: Sequence[list[HiddenUnits]]) -> dict[str, Json]:
    """Alarms of independent pairs, with the counts' distance from theory in standard errors."""
    number, layers = len(units), len(units[0])
    pairs = {
        pair: compare(units[pair[0]], units[pair[1]])
        for pair in itertools.combinations(range(number), 2)
    }
    # Neighbours lie in the same half: text and order in common, or text alone.
    disjoint = [pairs[k, k + 1] for k in range(0, number - 1, 2)]
    every = list(pairs.values())
    mean = float(np.mean([one.in_place for one in every])) / layers
    matched, positive = sum(o.matched for o in every), sum(o.positive for o in every)
    return {
        "arm": arm,
        "pairs": len(every),
        "disjoint_pairs": len(disjoint),
        "mean_in_place_per_layer": round(mean, 4),
        "mean_in_place_z": round((mean - 1.0) * (len(every) * layers) ** 0.5, 2),
        "share_of_positive_signs": round(positive / matched, 4),
        "share_of_positive_signs_z": round((positive - matched / 2) / (matched / 4) ** 0.5, 2),
        "levels": [
            {"alpha": alpha, "statistic": name, **_alarms(every, disjoint, name, alpha)}
            for name in STATISTICS
            for alpha in LEVELS
        ],
    }


def size_holds(arm: dict[str, Json]) -> bool:
    """No level's measured rate lies above it, and no exact lower bound does."""
    levels = cast(list[dict[str, float]], arm["levels"])
    return all(one["rate"] <= one["alpha"] >= one["disjoint_lower"] for one in levels)


def _alarms(
    every: Sequence[Evidence], disjoint: Sequence[Evidence], name: str, alpha: float
) -> dict[str, Json]:
    bound = -math.log10(alpha)
    among = sum(getattr(one, name) >= bound for one in every)
    among_disjoint = sum(getattr(one, name) >= bound for one in disjoint)
    exact = binomtest(among_disjoint, len(disjoint)).proportion_ci(0.95, method="exact")
    return {
        "alarms": int(among),
        "rate": among / len(every),
        "alarms_disjoint": int(among_disjoint),
        "disjoint_lower": round(float(exact.low), 5),
        "disjoint_upper": round(float(exact.high), 5),
    }


def power_cell(effect: str, found: Sequence[Evidence], loss: float) -> dict[str, Json]:
    """Detections at alpha 0.001 with their 95% Wilson interval, and how strong they were."""
    detected = sum(one.both >= -math.log10(POWER_ALPHA) for one in found)
    wilson = binomtest(detected, len(found)).proportion_ci(0.95, method="wilson")
    return {
        "effect": effect,
        "alpha": POWER_ALPHA,
        "pairs": len(found),
        "detected": int(detected),
        "lower": round(float(wilson.low), 4),
        "upper": round(float(wilson.high), 4),
        "log10_e_median": round(float(np.median([one.both for one in found])), 1),
        "log10_e_smallest": round(min(one.both for one in found), 1),
        "log10_e_fixed_points_median": round(
            float(np.median([one.fixed_points for one in found])), 1
        ),
        "log10_e_signs_median": round(float(np.median([one.signs for one in found])), 1),
        "loss_nats_per_byte_median": round(loss, 3),
    }
