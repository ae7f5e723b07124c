"""Recipes: how scores become an estimate, as data that a verifier can follow.

A stress test's ``conclude`` writes its recipe and has ``statistics.folding`` follow it; the offline
verifier has the same function follow the same recipe over the same scores. What a recipe can't say,
a stress test computes itself, its estimate has none, and the verifier says that it recomputed
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Self, cast

from compliance.domain.canonical import Json

MAX_PARTS = 500


class Engine(StrEnum):
    """What turns values into evidence."""

    BANK = "bank"
    """``betting.bank_mean``: a finite bank, drawn without replacement."""
    CLUSTERS = "clusters"
    """``engines.BoundedMean`` on [0, 1] over cluster means, in the order the clusters came."""
    SHARE = "share"
    """``shares.BankShare``: values of 1 among those of 1 and 0, in a finite bank of units."""
    SLOPE = "slope"
    """``slopes.PairedSlope`` over pairs of scores that stand next to each other; the rest waits."""
    COINS = "coins"
    """``coins.CoinShare`` over the coins in the details of scores, each where it comes first."""


class Combination(StrEnum):
    """How parts become the estimate."""

    WHOLE = "whole"
    """A fold of its own decides; parts describe."""
    WORST = "worst"
    """Every part must comply: the largest value, ``verdicts.combine_parts``."""


@dataclass(frozen=True, slots=True)
class Proviso:
    """Evidence for "compliant" counts only while a label's share of some answers lies in a range.

    Attributes:
        label: the outcome that is counted, over all labels of the strata.
        strata: parts of the scores; none for those that the fold takes.
        at_least, at_most: the range, ends included; the share of no answers is 0.
    """

    label: str
    strata: tuple[str, ...] = ()
    at_least: float = 0.0
    at_most: float = 1.0


@dataclass(frozen=True, slots=True)
class Fold:
    """How scores become one part of an estimate.

    Attributes:
        name: of the part; empty for the whole.
        size: items in the bank; 0 where the engine knows no bank.
        limit: largest compliant value.
        alpha: error rate of the interval.
        strata: parts of the scores that are folded; none for all but those left out.
        left_out: parts of the scores that are not folded, e.g. controls.
        detail: the number in a score's detail that is folded; empty for its value.
        along: the number in a score's detail that a slope is along; empty for other engines.
        low, high: bounds of the values of a bank; the limit lies between them.
        unit: scores next to each other that make one value, as their mean or as a unit's outcomes.
        signed: the part shows 2x - 1 for each x of value and interval.
        gate: a mean that must be shown to exceed its limit, or neither side has a say.
    """

    name: str
    engine: Engine
    size: int
    limit: float
    alpha: float
    strata: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    detail: str = ""
    along: str = ""
    unit: int = 1
    signed: bool = False
    provisos: tuple[Proviso, ...] = ()
    low: float = 0.0
    high: float = 1.0
    gate: Fold | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """The folds of an estimate, with ``whole`` exactly where the combination is of that name."""

    combination: Combination
    parts: tuple[Fold, ...]
    whole: Fold | None = None

    def __post_init__(self) -> None:
        if (self.whole is not None) != (self.combination is Combination.WHOLE):
            raise ValueError("a whole is folded exactly where it decides")
        if self.whole is None and not self.parts:
            raise ValueError("the worst of no parts is nothing")
        if len(self.parts) > MAX_PARTS:
            raise ValueError(f"more than {MAX_PARTS} parts")

    def to_json(self) -> dict[str, Json]:
        """What has its default is left out, so that statements from before a field was there stay
        as they were written."""
        return {
            "combination": self.combination.value,
            "parts": [_written(one) for one in self.parts],
            "whole": None if self.whole is None else _written(self.whole),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        """Rebuild a recipe from JSON.

        Raises:
            ValueError, TypeError, KeyError: a key is missing, unknown or of the wrong type.
        """
        whole = value["whole"]
        if set(value) != {"combination", "parts", "whole"}:
            raise ValueError("a recipe has a combination, parts and a whole")
        return cls(
            combination=Combination(cast(str, value["combination"])),
            parts=tuple(_fold(one) for one in cast(Sequence[Mapping[str, object]], value["parts"])),
            whole=None if whole is None else _fold(cast(Mapping[str, object], whole)),
        )


def _fold(value: Mapping[str, object]) -> Fold:
    found = dict(value)
    found["engine"] = Engine(cast(str, found["engine"]))
    provisos = cast(Sequence[Mapping[str, object]], found.get("provisos", ()))
    found["provisos"] = tuple(Proviso(**_tuples(one)) for one in provisos)  # type: ignore[arg-type]
    gate = cast("Mapping[str, object] | None", found.get("gate"))
    found["gate"] = None if gate is None else _fold(gate)
    return Fold(**_tuples(found))  # type: ignore[arg-type]


def _tuples(value: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in value.items()}


def _written(one: Fold | Proviso) -> dict[str, Json]:
    """Fields that have no default, or another value."""
    found: dict[str, Json] = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if value != field.default:
            found[field.name] = _plain(value)
    return found


def _plain(value: object) -> Json:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _written(value) if isinstance(value, Proviso | Fold) else cast(Json, value)
