"""Follow a recipe: the one way from scores to an estimate, for whoever runs and whoever verifies.

Nothing new is computed here: engines are those of ``betting`` and ``engines``, and parts combine as
``verdicts.combine_parts`` says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from compliance.domain.items import Score
from compliance.domain.recipes import Engine, Fold, Proviso, Recipe
from compliance.domain.statistics.betting import (
    Floats,
    MeanEvidence,
    bank_mean,
    log_bank_maxima,
)
from compliance.domain.statistics.changes import cluster_means
from compliance.domain.statistics.coins import CoinShare, first_coins
from compliance.domain.statistics.engines import BoundedMean
from compliance.domain.statistics.shares import BankShare
from compliance.domain.statistics.slopes import PairedSlope
from compliance.domain.verdicts import Claim, Estimate, Part, cap, combine_parts, decision_bound

COINS = "coins"
"""In a score's detail: the name of each coin that it looked at, and whether it fell heads."""
PAIR = 2
ROUNDING = 1e-9
"""What rounding may put a value at a bound outside of it."""


def folded(claim: Claim, recipe: Recipe, scores: Sequence[Score], *, planned: int) -> Estimate:
    """The estimate, without caveats and notes of its parts.

    Raises:
        ValueError: scores that an engine doesn't take, or more than the bank holds.
    """
    parts = tuple(fold_part(fold, scores) for fold in recipe.parts)
    decides = recipe.whole
    whole = fold_part(decides, scores) if decides else _worst(parts, _counted(recipe, scores))
    return Estimate(
        claim=claim,
        n=whole.n,
        planned=planned,
        value=whole.value,
        lower=whole.lower,
        upper=whole.upper,
        log10_e_violating=whole.log10_e_violating,
        log10_e_compliant=whole.log10_e_compliant,
        parts=parts,
        recipe=recipe,
    )


def fold_part(fold: Fold, scores: Sequence[Score]) -> Part:
    """One part; ``n`` counts scores.

    Raises: as ``folded``.
    """
    own = [one for one in scores if _takes(fold, one)]
    found = _evidence(fold, own)
    violating, compliant = found.log10_e_violating, found.log10_e_compliant
    if not all(_holds(one, own, scores) for one in fold.provisos):
        compliant = min(0.0, compliant)
    if fold.gate is not None and not _open(fold.gate, scores):
        violating, compliant = min(0.0, violating), min(0.0, compliant)
    ends = (found.value, found.lower, found.upper)
    value, lower, upper = (2 * one - 1 for one in ends) if fold.signed else ends
    return Part(
        name=fold.name,
        n=len(own),
        value=value,
        lower=lower,
        upper=upper,
        log10_e_violating=violating,
        log10_e_compliant=compliant,
    )


def gate_shown(gate: Fold, found: Part) -> bool:
    """Whether a gate's mean is shown to exceed its limit, and not to be within it."""
    return found.log10_e_violating >= decision_bound(gate.alpha) > found.log10_e_compliant


def _open(gate: Fold, scores: Sequence[Score]) -> bool:
    """As ``gate_shown`` of the gate's part, without the interval, which takes most of the time.

    Raises:
        ValueError: a gate of another engine, or scores that it does not take.
    """
    if gate.engine is not Engine.BANK:
        raise ValueError("a gate is the mean of a bank")
    means = _units(gate, [one for one in scores if _takes(gate, one)]).mean(axis=1)
    sides = log_bank_maxima(means, limit=gate.limit, bank_size=gate.size)
    violating, compliant = (cap(one / math.log(10.0)) for one in sides)
    return violating >= decision_bound(gate.alpha) > compliant


def _counted(recipe: Recipe, scores: Sequence[Score]) -> int:
    """How many scores enter a part, each once; controls enter none."""
    return sum(any(_takes(fold, score) for fold in recipe.parts) for score in scores)


def _worst(parts: Sequence[Part], n: int) -> Part:
    """The largest value so far, bounds over all parts, and what they say together."""
    violating, compliant = combine_parts(parts)
    return Part(
        name="",
        n=n,
        value=max((part.value for part in parts if part.n), default=parts[0].value),
        lower=max(part.lower for part in parts),
        upper=max(part.upper for part in parts),
        log10_e_violating=violating,
        log10_e_compliant=compliant,
    )


def _evidence(fold: Fold, own: Sequence[Score]) -> MeanEvidence:
    if fold.engine is Engine.COINS:
        return CoinShare(fold.limit).evidence(coin_counts(own), alpha=fold.alpha)
    units = _units(fold, own)
    values = units.ravel().tolist()
    if fold.engine is Engine.BANK:
        means = units.mean(axis=1).tolist()
        return _bank_evidence(fold, means)
    if fold.engine is Engine.SHARE:
        counts = np.stack([(units == 1.0).sum(axis=1), (units == 0.0).sum(axis=1)], axis=1)
        share = BankShare(unit_size=fold.unit, bank_size=fold.size)
        return share.evidence(counts.astype(np.float64), limit=fold.limit, alpha=fold.alpha)
    if fold.engine is Engine.SLOPE:
        return _slope(fold, values, [_value(one, fold.along) for one in own])
    clusters = cluster_means(values, [one.cluster for one in own])
    return BoundedMean(0.0, 1.0, fold.limit).evidence(clusters, alpha=fold.alpha)


def coin_counts(scores: Sequence[Score]) -> Floats:
    """Heads and coins of each score, as ``first_coins``, from the detail ``COINS``.

    Raises:
        ValueError: a score's detail holds no coins.
    """
    faces = [one.detail.get(COINS) for one in scores]
    if not all(isinstance(one, Mapping) and _is_faces(one) for one in faces):
        raise ValueError(f"a score has no {COINS!r} in its detail that fell one way or the other")
    return first_coins(cast("Sequence[Mapping[str, bool]]", faces))


def _is_faces(found: Mapping[str, object]) -> bool:
    return all(isinstance(face, bool) for face in found.values())


def _units(fold: Fold, own: Sequence[Score]) -> Floats:
    """The numbers folded, of shape (units, scores a unit)."""
    values = [_value(one, fold.detail) for one in own]
    return np.asarray(values, dtype=np.float64).reshape(-1, fold.unit)


def _slope(fold: Fold, values: Sequence[float], along: Sequence[float]) -> MeanEvidence:
    """Of whole pairs, which stand next to each other."""
    points = np.array([along, values], dtype=np.float64).T[: len(values) // PAIR * PAIR]
    units: Floats = np.diff(points.reshape(-1, PAIR, 2), axis=1)[:, 0]
    return PairedSlope(fold.limit).evidence(units, alpha=fold.alpha)


def _bank_evidence(fold: Fold, values: Sequence[float]) -> MeanEvidence:
    """The mean of a bank of values in [low, high]: bets on shares of the way between them."""
    if (fold.low, fold.high) == (0.0, 1.0):
        return bank_mean(values, bank_size=fold.size, limit=fold.limit, alpha=fold.alpha)
    width = fold.high - fold.low
    if not fold.low < fold.limit < fold.high:
        raise ValueError("the limit must lie strictly between the bounds of the values")
    if any(not fold.low - ROUNDING <= one <= fold.high + ROUNDING for one in values):
        raise ValueError("a value lies outside the bounds of the recipe")
    shares = [min(max((one - fold.low) / width, 0.0), 1.0) for one in values]
    limit = (fold.limit - fold.low) / width
    found = bank_mean(shares, bank_size=fold.size, limit=limit, alpha=fold.alpha)
    ends = {name: fold.low + getattr(found, name) * width for name in ("value", "lower", "upper")}
    return replace(found, **ends)


def _value(score: Score, detail: str) -> float:
    """The number that a fold takes of a score.

    Raises:
        ValueError: the score's detail holds no such number.
    """
    if not detail:
        return score.value
    found = score.detail.get(detail)
    if isinstance(found, int | float):
        return float(found)
    raise ValueError(f"the score of {score.item_id} has no number {detail!r} in its detail")


def _holds(proviso: Proviso, own: Sequence[Score], scores: Sequence[Score]) -> bool:
    counted = _of(scores, proviso.strata) if proviso.strata else own
    share = sum(one.label == proviso.label for one in counted) / max(len(counted), 1)
    return proviso.at_least <= share <= proviso.at_most


def _takes(fold: Fold, score: Score) -> bool:
    within = not fold.strata or score.part in fold.strata
    return within and score.part not in fold.left_out


def _of(scores: Sequence[Score], strata: tuple[str, ...]) -> Sequence[Score]:
    return [one for one in scores if one.part in strata] if strata else scores
