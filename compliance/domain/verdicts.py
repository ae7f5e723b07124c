"""Claims, estimates, and the one rule that turns an estimate into a verdict.

A verdict is decided by e-values (Ville's inequality): under "compliant" the evidence for
"violating" ever reaches 1/alpha with probability at most alpha, and the other way round, at
any number of looks. Only one of the two hypotheses is true, so both sides may use the full
alpha (Waudby-Smith and Ramdas 2024; Howard et al. 2021).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self, cast

from compliance.domain.canonical import Json
from compliance.domain.recipes import Recipe
from compliance.domain.vocabulary import Scope, Verdict

LOG10_E_CAP = 300.0
"""Stored log10 e-values are capped here: JSON has no infinity and no decision needs more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a stress test asserts or denies about a version.

    Attributes:
        statement: the claim of compliance in one plain sentence.
        population: what the items stand for: the bank by name and version, or a population.
        statistic: what is estimated, in one phrase.
        limit: the largest value of the statistic that is still compliant.
        limit_source: the law, standard or paper the limit comes from.
        alpha: largest probability of a wrong verdict, over all looks.
        unit: the unit of independence, e.g. ``request``, ``pair``, ``layer``.
        scope: whether the estimate speaks of the bank or of a population.
    """

    statement: str
    population: str
    statistic: str
    limit: float
    limit_source: str
    alpha: float
    unit: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Part:
    """The estimate of one stratum (a hazard, a group comparison, a reference model).

    ``lower`` and ``upper`` bound ``value`` by a confidence sequence at the claim's alpha;
    e-values are base-10 logarithms of running maxima.
    """

    name: str
    n: int
    value: float
    lower: float
    upper: float
    log10_e_violating: float
    log10_e_compliant: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A claim's statistic with its uncertainty and evidence.

    Attributes:
        n: items that count.
        planned: items in the bank or plan; ``n < planned`` means the run stopped early.
        lead: True while no validity report shows that the test keeps its error rates: it can
            never decide.
        caveats: what the reader must know to read the verdict rightly, one sentence each.
        recipe: how the numbers follow from the scores; None where only the test can tell.
    """

    claim: Claim
    n: int
    planned: int
    value: float
    lower: float
    upper: float
    log10_e_violating: float
    log10_e_compliant: float
    parts: tuple[Part, ...] = ()
    caveats: tuple[str, ...] = ()
    lead: bool = False
    recipe: Recipe | None = None

    def to_json(self) -> dict[str, Json]:
        return cast(dict[str, Json], asdict(self)) | {
            "parts": [cast(Json, asdict(part)) for part in self.parts],
            "caveats": list(self.caveats),
            "recipe": self.recipe.to_json() if self.recipe else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Self:
        fields = dict(value)
        claim = dict(cast(Mapping[str, object], fields.pop("claim")))
        parts = cast(Sequence[Mapping[str, object]], fields.pop("parts"))
        caveats = cast(Sequence[str], fields.pop("caveats"))
        recipe = cast("Mapping[str, object] | None", fields.pop("recipe", None))
        return cls(
            claim=Claim(**{**claim, "scope": Scope(cast(str, claim["scope"]))}),  # type: ignore[arg-type]
            parts=tuple(Part(**part) for part in parts),  # type: ignore[arg-type]
            caveats=tuple(caveats),
            recipe=Recipe.from_json(recipe) if recipe else None,
            **fields,  # type: ignore[arg-type]
        )


def decision_bound(alpha: float) -> float:
    """log10 of the e-value at which a verdict is reached."""
    return -math.log10(alpha)


def judge(estimate: Estimate) -> Verdict:
    """The verdict that the evidence supports.

    A lead never decides. Should both sides have crossed (probability at most alpha), the
    evidence contradicts itself and decides nothing.
    """
    bound = decision_bound(estimate.claim.alpha)
    violating = estimate.log10_e_violating >= bound
    compliant = estimate.log10_e_compliant >= bound
    if estimate.lead or violating == compliant:
        return Verdict.INCONCLUSIVE
    return Verdict.VIOLATING if violating else Verdict.COMPLIANT


def combine_parts(parts: Sequence[Part]) -> tuple[float, float]:
    """(log10 e violating, log10 e compliant) of "every part complies".

    Violating by e-Bonferroni over the parts (max_k E_k / K), valid under any dependence.
    Compliant needs every part shown (intersection-union: the smallest E_k), no correction.
    """
    if not parts:
        return 0.0, 0.0
    violating = max(part.log10_e_violating for part in parts) - math.log10(len(parts))
    return violating, min(part.log10_e_compliant for part in parts)


def cap(log10_e: float) -> float:
    """``log10_e`` limited to what is stored (see LOG10_E_CAP)."""
    return max(-LOG10_E_CAP, min(LOG10_E_CAP, log10_e))
