"""Further batteries: what may be ordered, or agreed on, after tests that gave no answer.

A test gave no answer where its run failed, or where it cannot speak of the two versions. Another
may stand in for it, one for one, so that no more tests ever speak than the first battery named; one
that spoke is never asked again, and nothing is asked once something was shown.

Every battery draws a seed of its own, so whatever came before, each of its tests errs with a chance
of at most its alpha. By the union bound a dispute errs with at most the sum of the alphas of every
test that was ordered, answered or not: whether a test fails may depend on what it would have shown.
``MOST_BATTERIES`` keeps that sum finite.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from compliance.domain.disputes import MOST_TESTS, Found
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.vocabulary import LineageFinding

MOST_BATTERIES = 3
"""Of one dispute."""
PROPOSAL_DAYS = 7
"""How long a proposal waits for the other party, and the court with it."""

_SPOKE = frozenset({LineageFinding.SHOWN, LineageFinding.NOT_SHOWN})


def proposal_due(proposed_at: datetime) -> datetime:
    """By when the other party is to agree or object; from then on the court may order."""
    return proposed_at + timedelta(days=PROPOSAL_DAYS)


def places_left(told: Sequence[Sequence[Found]]) -> int:
    """How many tests the next battery may hold; 0 where there may be none.

    Args:
        told: what each battery so far found, in order.
    """
    if not told:
        return MOST_TESTS
    shown = any(one.finding is LineageFinding.SHOWN for battery in told for one in battery)
    if shown or len(told) >= MOST_BATTERIES:
        return 0
    return sum(one.finding not in _SPOKE for one in told[-1])


def spoken_tests(told: Sequence[Sequence[Found]]) -> frozenset[str]:
    """The names of the tests that compared the two versions, in any battery so far."""
    every = (one for battery in told for one in battery)
    return frozenset(one.test.partition("@")[0] for one in every if one.finding in _SPOKE)


def battery_next_check(told: Sequence[Sequence[Found]], names: Sequence[str]) -> None:
    """Refuse a battery that looks again at what was answered, or at more than was ordered first.

    Args:
        told: what each battery so far found, in order.
        names: of the stress tests that the next one is to hold, without their versions.

    Raises:
        TransitionError: there may be no further battery.
        InvalidInputError: naming battery.
    """
    places = places_left(told)
    if not places:
        raise TransitionError(_no_more(told))
    if len(names) > places:
        raise _refusal(f"more than {places} tests", "Choose fewer")
    for name in sorted(spoken_tests(told) & set(names)):
        raise _refusal(f"{name} has spoken in this dispute", "Choose another test")


def _no_more(told: Sequence[Sequence[Found]]) -> str:
    if len(told) >= MOST_BATTERIES:
        return f"a dispute has at most {MOST_BATTERIES} batteries"
    return "the battery was answered, so nothing is left to be tested in this dispute"


def _refusal(problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field="battery", problem=problem, fix=fix)
