"""Error rates of the weights tests from pairs of models: alarms, power, and their intervals.

Under the null the labels of each model are a uniform relabelling of its own, and what a pair shows
depends on its relative labels alone. Along a chain of models those of neighbours are independent
and uniform, whatever else is known: so the pairs of a chain are independent claims under the null,
and the exact (Clopper-Pearson) bounds that the test's standing rests on are of chains. Two pairs of
any kind are independent of each other, so a share over many pairs has the standard error of
independent ones. Disjoint pairs are independent whatever holds; their bounds stand beside. Power is
given with Wilson's interval over parents.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from scipy.stats import binomtest

from compliance.domain.canonical import Json
from compliance.domain.standing import LEVELS, Claims, Family
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.sketches import screen
from workers.scoring.matching import HiddenUnits
from workers.stress_tests.provenance.rivals_validity import rivals
from workers.stress_tests.provenance.unit_families import Family as Kind
from workers.stress_tests.provenance.zoo_units_validity import (
    STATISTICS,
    Evidence,
    ZooUnits,
    compare,
)

SEED = 20261128
POWER_ALPHA = 0.001
NEIGHBOURS = 2
OF_HIDDEN_UNITS = (Kind.HIDDEN_UNITS, Kind.ACTIVATIONS, Kind.SCANNED_LAYERS)


def null_arm(arm: str, models: Sequence[ZooUnits], *, chained: bool = False) -> dict[str, Json]:
    """Alarms of independent pairs, with the counts' distance from theory in standard errors.

    Each model is set against the next two, round the end; neighbours lie in the same half, with
    text and order in common, or text alone.

    Args:
        chained: also tell of the chain of all models, beside disjoint pairs.
    """
    number = len(models)
    pairs = {
        (k, (k + step) % number): compare(models[k], models[(k + step) % number])
        for step in range(1, min(NEIGHBOURS, (number - 1) // 2) + 1)
        for k in range(number)
    }
    chain = [pairs[k, k + 1] for k in range(number - 1)]
    every = list(pairs.values())
    return {
        "arm": arm,
        "models": number,
        "pairs": len(every),
        "disjoint_pairs": len(chain[::2]),
        **({"chain_pairs": len(chain)} if chained else {}),
        "counts": [_counts(every, name) for name in every[0].in_place],
        "levels": [
            {"alpha": alpha, "statistic": name, **_alarms(every, chain, name, alpha, chained)}
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


def relabelled(models: Sequence[ZooUnits], draws: int) -> dict[str, Json]:
    """Alarms of models against themselves, each time behind labels and signs drawn anew.

    The null holds by the draw, and nothing is harder: each unit has its very self to be matched to.
    """
    rng = np.random.default_rng(SEED)
    pairs = (
        (one, _drawn_anew(one, rng)) for one in itertools.islice(itertools.cycle(models), draws)
    )
    found = [compare(*pair) for pair in pairs]
    return {
        "draws": draws,
        "levels": [
            {"alpha": alpha, "statistic": name, **_wrong(found, name, alpha)}
            for name in STATISTICS
            if name in found[0].log10_e
            for alpha in LEVELS
        ],
    }


def _drawn_anew(model: ZooUnits, rng: np.random.Generator) -> ZooUnits:
    """A hidden unit keeps one label and one sign, whichever family looks at it."""
    hidden = [_lots(len(layer[0].gate), rng) for layer in model.families[Kind.HIDDEN_UNITS]]
    families = {
        kind: [
            [
                _moved(one, *(hidden[n] if kind in OF_HIDDEN_UNITS else _lots(len(one.gate), rng)))
                for one in layer
            ]
            for n, layer in enumerate(layers)
        ]
        for kind, layers in model.families.items()
    }
    return replace(model, families=families)


def _lots(units: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.permutation(units), rng.choice(np.array([-1, 1], np.float32), units)


def _moved(units: HiddenUnits, order: np.ndarray, signs: np.ndarray) -> HiddenUnits:
    return HiddenUnits(
        units.gate[order], (signs[:, None] * units.signed)[order], units.alive[order]
    )


def families(
    arms: Sequence[Mapping[str, Json]], drawn: Mapping[str, Json], again: Collection[str]
) -> list[Family]:
    """What the standing rests on: the verdict's alarms of trained models and of labels drawn anew.

    What a single family of units showed is part of it, and so are arms whose models (``again``)
    were counted in another.
    """
    found = [_family(arm, name, again) for arm in arms for name in _statistics(arm)]
    return found + [
        Family(
            f"labels drawn anew: {name}",
            Claims.DRAWN if name == "verdict" else Claims.PART,
            cast(int, drawn["draws"]),
            _by_level(drawn, name, "alarms"),
        )
        for name in _statistics(drawn)
    ]


def _family(arm: Mapping[str, Json], name: str, again: Collection[str]) -> Family:
    """Along the chain where there is one, else of disjoint pairs."""
    whole = name == "verdict" and arm["arm"] not in again
    pairs, alarms = (
        ("chain_pairs", "alarms_chain")
        if "chain_pairs" in arm
        else ("disjoint_pairs", "alarms_disjoint")
    )
    return Family(
        f"{arm['arm']}: {name}",
        Claims.MODELS if whole else Claims.PART,
        cast(int, arm[pairs]),
        _by_level(arm, name, alarms),
    )


def _levels(arm: Mapping[str, Json]) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], arm["levels"])


def _statistics(arm: Mapping[str, Json]) -> list[str]:
    return list(dict.fromkeys(one["statistic"] for one in _levels(arm)))


def _by_level(arm: Mapping[str, Json], name: str, key: str) -> dict[float, int]:
    return {one["alpha"]: one[key] for one in _levels(arm) if one["statistic"] == name}


def _alarms(
    every: Sequence[Evidence], chain: Sequence[Evidence], name: str, alpha: float, chained: bool
) -> dict[str, Json]:
    among, disjoint, along = (_hits(one, name, alpha) for one in (every, chain[::2], chain))
    found: dict[str, Json] = {"alarms": among, "rate": among / len(every)}
    found |= _exact(disjoint, chain[::2])
    bound: dict[str, Json] = {"alarms_chain": along, "chain_upper": _upper(along, len(chain))}
    return found | bound if chained else found


def _wrong(found: Sequence[Evidence], name: str, alpha: float) -> dict[str, Json]:
    alarms = _hits(found, name, alpha)
    return {"alarms": alarms, "upper": _upper(alarms, len(found))}


def _hits(found: Sequence[Evidence], name: str, alpha: float) -> int:
    return sum(bool(one.log10_e[name] >= -math.log10(alpha)) for one in found)


def _upper(alarms: int, pairs: int) -> float:
    return round(clopper_pearson_upper(alarms, pairs, 0.05), 6)


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
            for family in Kind
            if all(family.value in one.log10_e for one in found)
        },
        "phi_u": sum(one.phi_u <= POWER_ALPHA for one in published),
        "match": sum(one.match <= POWER_ALPHA for one in published),
        "match_alike_median": float(np.median([one.alike for one in published])),
        "sketched": sum(one >= math.log10(10_000 / 0.05) for one in sketched),
        "loss_nats_per_byte_median": round(loss, 3),
    }
