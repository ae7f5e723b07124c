"""Declared lineage beside what the tests say of it."""

from __future__ import annotations

from uuid import UUID

import pytest

from compliance.domain.kinship import Agreement, Compared, Kinship, kinships
from compliance.domain.lineage import ancestors
from compliance.domain.vocabulary import LineageFinding, LineageRelation

SHOWN, NOT_SHOWN = LineageFinding.SHOWN, LineageFinding.NOT_SHOWN
FINE_TUNE, DISTILLATION = LineageRelation.FINE_TUNE, LineageRelation.DISTILLATION


def found_as(finding: LineageFinding) -> Compared:
    return Compared(finding=finding, log10_e=1.0, reason="", result="r")


@pytest.mark.parametrize(
    ("relation", "finding", "agreement"),
    [
        (FINE_TUNE, SHOWN, Agreement.CONFIRMED),
        (FINE_TUNE, NOT_SHOWN, Agreement.UNCONFIRMED),
        (FINE_TUNE, LineageFinding.NOT_COMPARED, Agreement.DECLARED_ONLY),
        (FINE_TUNE, None, Agreement.DECLARED_ONLY),
        (DISTILLATION, NOT_SHOWN, Agreement.DECLARED_ONLY),
        (None, SHOWN, Agreement.CONTRADICTED),
    ],
)
def test_how_a_declaration_and_a_finding_stand_to_each_other(
    relation: LineageRelation | None, finding: LineageFinding | None, agreement: Agreement
) -> None:
    one = Kinship("child", "other", relation, found_as(finding) if finding else None)
    assert one.agreement is agreement


def test_only_what_is_declared_or_shown_is_told() -> None:
    found = kinships(
        {("child", "parent"): FINE_TUNE},
        {
            ("child", "parent"): found_as(SHOWN),
            ("child", "stranger"): found_as(NOT_SHOWN),
            ("child", "copied"): found_as(SHOWN),
            ("copied", "child"): found_as(SHOWN),
            ("child", "sibling"): found_as(SHOWN),
        },
        [frozenset(("child", "sibling"))],
    )
    told = [(one.child, one.other, one.agreement) for one in found]
    assert told == [
        ("child", "parent", Agreement.CONFIRMED),
        ("child", "copied", Agreement.CONTRADICTED),
    ]


def test_a_finding_counts_whichever_of_the_two_was_the_subject() -> None:
    (one,) = kinships({("child", "parent"): FINE_TUNE}, {("parent", "child"): found_as(SHOWN)})
    assert one.agreement is Agreement.CONFIRMED


def test_ancestors_are_all_of_them_and_nobody_else() -> None:
    a, b, c, d = (UUID(int=place) for place in range(4))
    edges = [(b, a), (c, b), (d, a)]
    assert ancestors({c}, edges) == {a, b}
    assert ancestors({a}, edges) == set()
