"""Recipes: how scores become an estimate, as data that a verifier can follow.

A stress test's ``conclude`` writes its recipe and has ``statistics.folding`` follow it; the offline
verifier has the same function follow the same recipe over the same scores. What a recipe can't say,
a stress test computes itself, its estimate has none, and the verifier says that it recomputed
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self, cast

from compliance.domain.canonical import Json


class Engine(StrEnum):
    """What turns values into evidence."""

    BANK = "bank"
    """``betting.bank_mean``: a finite bank, drawn without replacement."""
    CLUSTERS = "clusters"
    """``engines.BoundedMean`` on [0, 1] over cluster means, in the order the clusters came."""


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
    """

    name: str
    engine: Engine
    size: int
    limit: float
    alpha: float
    strata: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    detail: str = ""
    provisos: tuple[Proviso, ...] = ()


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

    def to_json(self) -> dict[str, Json]:
        return cast(dict[str, Json], _listed(asdict(self)))

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
    fields = dict(value)
    fields["engine"] = Engine(cast(str, fields["engine"]))
    for name in ("strata", "left_out"):
        fields[name] = tuple(cast(Sequence[str], fields[name]))
    provisos = cast(Sequence[Mapping[str, object]], fields["provisos"])
    fields["provisos"] = tuple(_proviso(one) for one in provisos)
    return Fold(**fields)  # type: ignore[arg-type]


def _proviso(value: Mapping[str, object]) -> Proviso:
    strata = tuple(cast(Sequence[str], value["strata"]))
    return Proviso(**{**value, "strata": strata})  # type: ignore[arg-type]


def _listed(value: object) -> object:
    """JSON has lists and no tuples."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, tuple | list) else value
