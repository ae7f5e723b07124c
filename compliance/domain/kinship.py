"""Declared lineage beside what the tests say of it: where the two agree and where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from compliance.domain.merging import Merged
from compliance.domain.vocabulary import LineageFinding, LineageRelation


class Agreement(StrEnum):
    """How a declaration and a finding stand to each other."""

    CONFIRMED = "confirmed"
    """Declared, and shown."""
    CONTRADICTED = "contradicted"
    """Shown, and not declared: the declared lineage is not whole."""
    UNCONFIRMED = "unconfirmed"
    """Declared as the start of the weights, compared, and not shown. That refutes nothing."""
    DECLARED_ONLY = "declared only"
    """Declared; no test has spoken of it, or none could."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the newest comparison of two versions found.

    Attributes:
        log10_e: evidence against independent initialisation; None where they were not compared.
        reason: why they were not compared.
        result: the result that says so.
        merged: the same evidence with that of tests which rank among controls; None where none may
            decide on these two.
    """

    finding: LineageFinding
    log10_e: float | None
    reason: str
    result: str
    merged: Merged | None = None


@dataclass(frozen=True, slots=True)
class Kinship:
    """Two versions of which one is declared, or shown, to descend from the other's weights.

    Attributes:
        relation: as it is declared; None where nothing is.
        tested: None where no test has compared them.
    """

    child: str
    other: str
    relation: LineageRelation | None
    tested: Compared | None

    @property
    def finding(self) -> LineageFinding:
        return self.tested.finding if self.tested else LineageFinding.UNTESTED

    @property
    def agreement(self) -> Agreement:
        """A teacher's weights are not the start of its student's, so they need not be shown."""
        if self.relation is None:
            return Agreement.CONTRADICTED
        if self.finding is LineageFinding.SHOWN:
            return Agreement.CONFIRMED
        starts = self.relation is not LineageRelation.DISTILLATION
        if starts and self.finding is LineageFinding.NOT_SHOWN:
            return Agreement.UNCONFIRMED
        return Agreement.DECLARED_ONLY


def kinships(
    declared: Mapping[tuple[str, str], LineageRelation],
    tested: Mapping[tuple[str, str], Compared],
    kin: Iterable[frozenset[str]] = (),
) -> list[Kinship]:
    """Every declared pair, and every pair that a test shows and nobody declared.

    Args:
        declared: (child, parent) to the relation that the child's provider declares.
        tested: (subject, reference) to the newest finding; a pair counts in both directions.
        kin: pairs that the declared lineage connects in another way (a grandparent, a sibling,
            another version of the same model); that these share weights contradicts nothing.
    """
    found = [
        Kinship(child, parent, relation, tested.get((child, parent)) or tested.get((parent, child)))
        for (child, parent), relation in declared.items()
    ]
    known = {frozenset(pair) for pair in declared} | set(kin)
    for (subject, reference), one in tested.items():
        pair = frozenset((subject, reference))
        if one.finding is LineageFinding.SHOWN and pair not in known:
            known.add(pair)
            found.append(Kinship(subject, reference, None, one))
    return found
