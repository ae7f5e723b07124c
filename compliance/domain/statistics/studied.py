"""What runs came to in a test's validity study: the outlook where no plan can be simulated.

A validity report keeps a row for each truth that its study simulated: how many lives, and how many
of them ended in each verdict. Rows of another make say nothing about a run's course and are left
out. Nothing is simulated here, and the chances carry the exact interval of the study's size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.domain.statistics.binomial import clopper_pearson
from compliance.domain.statistics.planning import LEVEL, Chance
from compliance.domain.vocabulary import Verdict

_COUNTS = ("lives", *(one.value for one in Verdict))


@dataclass(frozen=True, slots=True)
class Studied:
    """What simulated runs came to at one truth.

    Attributes:
        case: the truth, in the study's words.
        median, ninetieth: quantiles of the items asked; None where every run asks all of them.
    """

    case: str
    lives: int
    compliant: Chance
    violating: Chance
    inconclusive: Chance
    median: int | None
    ninetieth: int | None

    @property
    def chances(self) -> tuple[Chance, Chance, Chance]:
        """Compliant, violating, inconclusive."""
        return self.compliant, self.violating, self.inconclusive


def studied(report: Mapping[str, Any] | None) -> tuple[Studied, ...]:
    """The simulated runs that a validity report tells of, in its order; none without a report."""
    rows = (report or {}).get("power") or ()
    return tuple(_studied(row) for row in rows if set(_COUNTS) <= row.keys())


def _studied(row: Mapping[str, Any]) -> Studied:
    lives = row["lives"]
    compliant, violating, inconclusive = (
        Chance(row[name.value] / lives, *clopper_pearson(row[name.value], lives, LEVEL))
        for name in (Verdict.COMPLIANT, Verdict.VIOLATING, Verdict.INCONCLUSIVE)
    )
    return Studied(
        case=row["case"],
        lives=lives,
        compliant=compliant,
        violating=violating,
        inconclusive=inconclusive,
        median=row.get("median_items"),
        ninetieth=row.get("ninth_decile_items"),
    )
