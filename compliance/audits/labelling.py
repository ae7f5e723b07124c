"""Which of a shard's answers people are to label, and how far they are.

Items are drawn by coins of the shard's seed, so nobody chooses them. Labels count in the order
drawn up to the first one missing: who could skip the hard ones could steer the verdict.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.audits.erasures import erasures_beside
from compliance.audits.models import Score, Shard, StressTest
from compliance.domain.canonical import Json
from compliance.domain.errors import NotFoundError
from compliance.domain.statistics.audited_bank import drawn
from compliance.domain.vocabulary import ShardState

AUDITED = "audited"
"""The parameter of a stress test that says what share of its items people are to label."""
JUDGE = "judge"
"""The parameter of a stress test that names who reads the answers."""


CHOSEN = (JUDGE, AUDITED)
"""What forms ask about every stress test that declares it."""


def parameters_chosen(said: Mapping[str, Any]) -> dict[str, Json]:
    """What a form's cleaned values say of ``CHOSEN``; what was left empty is left to the test."""
    found = {name: said.get(name) for name in CHOSEN}
    return {name: value for name, value in found.items() if value not in (None, "")}


def judge_choices(judges: Iterable[str]) -> list[tuple[str, str]]:
    """Who can read answers, once each, as a form's choices; empty leaves each test its own."""
    named = ((judge, judge) for judge in dict.fromkeys(judges))
    return [("", "as each test has it"), *named]


def declared(test: StressTest) -> frozenset[str]:
    """The parameters that people choose in forms: those of named values, and the share to label."""
    return frozenset(test.choices) | (frozenset({AUDITED}) if test.audit else frozenset())


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """The answers of one shard that people are to label.

    Attributes:
        words: outcomes that people may choose, each with what it means.
        drawn: in the order that labels count in.
        labels: outcomes by item id.
    """

    shard: Shard
    question: str
    words: Mapping[str, str]
    drawn: tuple[Score, ...]
    labels: Mapping[str, str]

    @property
    def next(self) -> Score | None:
        """The first answer without a label."""
        return next((one for one in self.drawn if one.item_id not in self.labels), None)

    @property
    def counted(self) -> dict[str, str]:
        """Labels up to the first one missing, by item id."""
        there = itertools.takewhile(lambda one: one.item_id in self.labels, self.drawn)
        return {one.item_id: self.labels[one.item_id] for one in there}


def labellable(shard: Shard) -> bool:
    """Whether items of the shard were drawn for people's labels, and it has ended well."""
    share = shard.spec["parameters"].get(AUDITED)
    return bool(share) and shard.state == ShardState.COMPLETED.value and not shard.labelled_id


def label_sheet(*, shard: Shard) -> LabelSheet:
    """The sheet of a shard that the viewer may read.

    Raises:
        NotFoundError: its items are not for people to label.
    """
    spec = shard.spec
    test = StressTest.objects.filter(name=spec["name"], version=spec["version"]).first()
    if test is None or test.audit is None or not labellable(shard):
        raise NotFoundError(
            f"no items of {shard.test_name} are to be labelled here: only a finished run with "
            f"'{AUDITED}' above 0 draws some"
        )
    positions = drawn(shard.seed, shard.items_total or 0, float(spec["parameters"][AUDITED]))
    scores = erasures_beside(shard.scores).filter(position__in=positions).order_by("position")
    return LabelSheet(
        shard=shard,
        question=test.audit["question"],
        words=test.audit["words"],
        drawn=tuple(scores),
        labels=dict(shard.labels.values_list("item_id", "outcome")),
    )
