"""A further battery: when there may be one, of which tests, and what a dispute errs with."""

from __future__ import annotations

import numpy as np
import pytest

from compliance.domain.batteries import (
    MOST_BATTERIES,
    battery_next_check,
    places_left,
    spoken_tests,
)
from compliance.domain.disputes import MOST_TESTS, Found
from compliance.domain.errors import AssayError, InvalidInputError, TransitionError
from compliance.domain.vocabulary import LineageFinding

SHOWN, NOT_SHOWN = LineageFinding.SHOWN, LineageFinding.NOT_SHOWN
NOT_COMPARED, UNTESTED = LineageFinding.NOT_COMPARED, LineageFinding.UNTESTED


def battery(*findings: LineageFinding, first: str = "a") -> list[Found]:
    """Tests named from ``first`` on, by the alphabet."""
    names = [f"provenance.{chr(ord(first) + place)}@1" for place in range(len(findings))]
    return [
        Found(name, "0" * 64, "", "", one, 0.001, "A sentence.", "")
        for name, one in zip(names, findings, strict=True)
    ]


@pytest.mark.parametrize(
    ("told", "places"),
    [
        ([], MOST_TESTS),
        ([battery(UNTESTED)], 1),
        ([battery(UNTESTED, NOT_COMPARED, NOT_SHOWN)], 2),
        ([battery(NOT_SHOWN)], 0),
        ([battery(SHOWN, UNTESTED)], 0),
        ([battery(UNTESTED, UNTESTED), battery(UNTESTED, NOT_SHOWN, first="c")], 1),
        ([battery(UNTESTED)] * MOST_BATTERIES, 0),
    ],
)
def test_each_test_that_gave_no_answer_may_be_replaced(
    told: list[list[Found]], places: int
) -> None:
    assert places_left(told) == places


def test_what_spoke_is_not_asked_again_and_what_failed_may_be() -> None:
    told = [battery(UNTESTED, NOT_SHOWN)]
    assert spoken_tests(told) == {"provenance.b"}
    battery_next_check(told, ["provenance.a"])
    battery_next_check(told, ["provenance.c"])
    with pytest.raises(InvalidInputError, match=r"provenance\.b has spoken"):
        battery_next_check(told, ["provenance.b"])
    with pytest.raises(InvalidInputError, match="more than 1 tests"):
        battery_next_check(told, ["provenance.a", "provenance.c"])


def test_why_there_is_no_further_one_is_said() -> None:
    with pytest.raises(TransitionError, match="was answered"):
        battery_next_check([battery(NOT_SHOWN)], ["provenance.z"])
    with pytest.raises(TransitionError, match=f"at most {MOST_BATTERIES} batteries"):
        battery_next_check([battery(UNTESTED)] * MOST_BATTERIES, ["provenance.z"])


def test_tests_that_fail_whenever_they_would_not_show_err_by_the_union_bound_alone() -> None:
    """The worst there can be: every look that shows nothing is lost, and looked at again."""
    drawn, alpha, lives = np.random.default_rng(1), 0.05, 4_000
    wrong = 0
    for _ in range(lives):
        told: list[list[Found]] = []
        while places_left(told):
            name = chr(ord("a") + len(told))
            try:
                battery_next_check(told, [f"provenance.{name}"])
            except AssayError:
                break
            told.append(battery(SHOWN if drawn.random() < alpha else UNTESTED, first=name))
        wrong += any(one.finding is SHOWN for each in told for one in each)
    bound = MOST_BATTERIES * alpha
    spread = 3 * (bound * (1 - bound) / lives) ** 0.5
    assert 2 * alpha < wrong / lives < bound + spread
