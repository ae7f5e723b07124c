"""Error rates of the weights tests from pairs of models: alarms, power, and their intervals.

Under the null two pairs that share one model are still independent of each other (each is
relabelled by another model's own permutation), so a share over many pairs has the standard error
of independent pairs. The exact (Clopper-Pearson) bounds are for disjoint pairs, which are
independent whatever holds. Power is given with Wilson's interval over parents.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from scipy.stats import binomtest

from compliance.domain.canonical import Json
from compliance.domain.statistics.sketches import screen
from workers.stress_tests.provenance.rivals_validity import rivals
from workers.stress_tests.provenance.unit_families import Family
from workers.stress_tests.provenance.zoo_units_validity import (
    STATISTICS,
    Evidence,
    ZooUnits,
    compare,
)

LEVELS = (0.05, 0.01, 0.001)
POWER_ALPHA = 0.001
NEIGHBOURS = 2


def null_arm(arm: str, models: Sequence[ZooUnits]) -> dict[str, Json]:
    """Alarms of independent pairs, with the counts' distance from theory in standard errors.

    Each model is set against the next two, round the end; neighbours lie in the same half, with
    text and order in common, or text alone.
    """
    number = len(models)
    pairs = {
        (k, (k + step) % number): compare(models[k], models[(k + step) % number])
        for step in range(1, min(NEIGHBOURS, (number - 1) // 2) + 1)
        for k in range(number)
    }
    disjoint = [pairs[k, k + 1] for k in range(0, number - 1, 2)]
    every = list(pairs.values())
    return {
        "arm": arm,
        "models": number,
        "pairs": len(every),
        "disjoint_pairs": len(disjoint),
        "counts": [_counts(every, name) for name in every[0].in_place],
        "levels": [
            {"alpha": alpha, "statistic": name, **_alarms(every, disjoint, name, alpha)}
            for name in STATISTICS
            if name in every[0].log10_e
            for alpha in LEVELS
        ],
    }


def _counts(every: Sequence[Evidence], family: str) -> dict[str, Json]:
    """Units in place a group (theory: 1) and agreeing signs (theory: half), with z scores."""
    groups = sum(one.groups[family] for one in every)
    in_place = sum(one.in_place[family] for one in every) / groups
    matched = sum(one.matched[family] for one in every)
    positive = sum(one.positive[family] for one in every)
    return {
        "family": family,
        "mean_in_place": round(in_place, 4),
        "mean_in_place_z": round((in_place - 1.0) * groups**0.5, 2),
        "share_of_positive_signs": round(positive / matched, 4),
        "share_of_positive_signs_z": round((positive - matched / 2) / (matched / 4) ** 0.5, 2),
    }


def size_holds(arm: Mapping[str, Json]) -> bool:
    """No level's measured rate lies above it, and no exact lower bound does."""
    levels = cast(list[dict[str, float]], arm["levels"])
    return all(one["rate"] <= one["alpha"] >= one["disjoint_lower"] for one in levels)


def _alarms(
    every: Sequence[Evidence], disjoint: Sequence[Evidence], name: str, alpha: float
) -> dict[str, Json]:
    bound = -math.log10(alpha)
    among = sum(one.log10_e[name] >= bound for one in every)
    among_disjoint = sum(one.log10_e[name] >= bound for one in disjoint)
    return {"alarms": int(among), "rate": among / len(every), **_exact(among_disjoint, disjoint)}


def _exact(hits: int, among: Sequence[object]) -> dict[str, Json]:
    exact = binomtest(hits, len(among)).proportion_ci(0.95, method="exact")
    return {
        "alarms_disjoint": int(hits),
        "disjoint_lower": round(float(exact.low), 5),
        "disjoint_upper": round(float(exact.high), 5),
    }


def rivals_null(models: Sequence[ZooUnits]) -> list[dict[str, Json]]:
    """How often the published statistics alarm on disjoint pairs of independent seeds."""
    found = [rivals(models[k], models[k + 1]) for k in range(0, len(models) - 1, 2)]
    return [
        {
            "statistic": name,
            "alpha": alpha,
            "pairs": len(found),
            **_exact(sum(getattr(one, name) <= alpha for one in found), found),
        }
        for name in ("phi_u", "match")
        for alpha in LEVELS
    ]


def screening_null(models: Sequence[ZooUnits]) -> dict[str, Json]:
    """Alarms of sketches: every model against all that come after it."""
    words = np.stack([one.sketch.words for one in models if one.sketch])
    log10_e = np.concatenate([screen(words[k], words[k + 1 :]) for k in range(len(words) - 1)])
    disjoint = [float(screen(words[k], words[k + 1 : k + 2])[0]) for k in range(0, len(words), 2)]
    return {
        "pairs": len(log10_e),
        "mean_e": round(float((10.0**log10_e).mean()), 4),
        "past_the_shortcut": float(np.isfinite(log10_e).mean()),
        "levels": [
            {
                "alpha": alpha,
                "alarms": int((log10_e >= -math.log10(alpha)).sum()),
                "rate": float((log10_e >= -math.log10(alpha)).mean()),
                **_exact(sum(one >= -math.log10(alpha) for one in disjoint), disjoint),
            }
            for alpha in LEVELS
        ],
    }


def power_cell(
    effect: str, children: Sequence[ZooUnits], parents: Sequence[ZooUnits], loss: float
) -> dict[str, Json]:
    """Detections at alpha 0.001 with their 95% Wilson interval, how strong they were, and rivals'.

    ``sketched`` counts the pairs whose sketch would be a hit among 10,000 others (e-BH at 5%);
    models of different depth are not screened against each other.
    """
    found = [compare(one, other) for one, other in zip(children, parents, strict=True)]
    published = [rivals(one, other) for one, other in zip(children, parents, strict=True)]
    sketched = [
        float(screen(one.sketch.words, other.sketch.words[None])[0])
        for one, other in zip(children, parents, strict=True)
        if one.sketch and other.sketch and one.sketch.key == other.sketch.key
    ]
    verdicts = [one.log10_e["verdict"] for one in found]
    detected = sum(one >= -math.log10(POWER_ALPHA) for one in verdicts)
    wilson = binomtest(detected, len(found)).proportion_ci(0.95, method="wilson")
    return {
        "effect": effect,
        "alpha": POWER_ALPHA,
        "pairs": len(found),
        "detected": int(detected),
        "lower": round(float(wilson.low), 4),
        "upper": round(float(wilson.high), 4),
        "shown_at_95": round(float(0.05 ** (1 / len(found))), 4) if detected == len(found) else 0.0,
        "log10_e_median": round(float(np.median(verdicts)), 1),
        "log10_e_smallest": round(min(verdicts), 1),
        "log10_e_families": {
            family.value: round(float(np.median([one.log10_e[family.value] for one in found])), 1)
            for family in Family
            if all(family.value in one.log10_e for one in found)
        },
        "phi_u": sum(one.phi_u <= POWER_ALPHA for one in published),
        "match": sum(one.match <= POWER_ALPHA for one in published),
        "match_alike_median": float(np.median([one.alike for one in published])),
        "sketched": sum(one >= math.log10(10_000 / 0.05) for one in sketched),
        "loss_nats_per_byte_median": round(loss, 3),
    }
