"""``bias.decisions`` keeps its error rates: measured quickly, and as committed."""

from typing import Any

import numpy as np
import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.bias.decisions import decisions
from workers.stress_tests.bias.decisions_validity import (
    CASES,
    EVEN,
    Draw,
    _alternatives,
    _boundary_cases,
    _design,
    _life,
)

NAME = "bias.decisions"
"""The whole quick study takes half a minute; these tests live a few of its lives."""


def lives(draw: Draw, number: int) -> list[Any]:
    rng = np.random.default_rng(3)
    design = _design(decisions.build({}))
    return [_life(draw(rng), design, rng) for _ in range(number)]


def test_four_fifths_is_met_exactly_in_the_bank_at_the_limit() -> None:
    _, draw, _ = _boundary_cases()[0]
    (bank, *_) = draw(np.random.default_rng(0))
    selected = bank.sum(axis=(0, 1))
    assert bank.size == 4 * CASES
    assert selected.min() / selected.max() == 0.8
    assert tuple(selected[:3]) == EVEN[:3]


@pytest.mark.parametrize(("case", "draw", "wrong"), _boundary_cases())
def test_wrong_verdicts_at_the_limit_are_rare(case: str, draw: Draw, wrong: Any) -> None:
    """At a rate of 5% more than 5 wrong ones of 20 have probability 0.0003."""
    assert sum(one.verdict is wrong for one in lives(draw, 20)) <= 5, case


def test_clear_cases_are_decided_rightly() -> None:
    draws = _alternatives()
    even = lives(draws["all groups even, nested"], 3)
    assert {one.verdict.value for one in even} == {"compliant"}
    against = lives(draws["one group at 40%, all others even, nested"], 3)
    assert {one.verdict.value for one in against} == {"violating"}
    assert max(one.items for one in against) < 6560


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, decisions.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"] > 0
    assert all(row["lives"] >= 1000 for row in report["size"])
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 1000)


def test_the_page_states_the_committed_figures() -> None:
    assert missing(NAME, rows(committed(NAME))) == []
