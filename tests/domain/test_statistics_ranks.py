"""Ranks among controls: exact by enumeration."""

import itertools

import pytest

from compliance.domain.statistics.ranks import (
    controls_needed,
    log10_e_place,
    log10_e_rank,
    places,
    rank_p,
)
from compliance.domain.verdicts import decision_bound

VALUES = (0.0, 1.0, 1.0, 4.0, 9.0)


def test_every_level_is_kept_over_all_orders() -> None:
    found = [rank_p(order[0], order[1:]) for order in itertools.permutations(VALUES)]
    for level in (0.2, 0.4, 0.6, 0.8):
        assert sum(one <= level for one in found) / len(found) <= level
    assert min(found) == 1 / 5


def test_mean_e_value_over_all_orders_is_one() -> None:
    found = [10 ** log10_e_rank(order[0], order[1:]) for order in itertools.permutations(VALUES)]
    assert sum(found) / len(found) == pytest.approx(1.0)


@pytest.mark.parametrize("alpha", [0.1, 0.2, 0.45, 0.6])
def test_a_place_decides_where_and_only_where_the_rank_does(alpha: float) -> None:
    """Over all orders, ties against the suspect; too few controls never decide."""
    evidence = []
    for order in itertools.permutations(VALUES):
        log10_e = log10_e_place(order[0], order[1:], alpha)
        shown = rank_p(order[0], order[1:]) <= alpha
        assert (log10_e >= decision_bound(alpha)) == shown
        evidence.append(10**log10_e)
    assert sum(evidence) / len(evidence) <= 1.0 + 1e-9
    assert max(evidence) == pytest.approx(5 / max(places(4, alpha), 1))


def test_a_verdict_at_one_in_twenty_takes_nineteen_controls() -> None:
    assert [places(n, 0.05) for n in (18, 19, 38, 39)] == [0, 1, 1, 2]
    assert [places(n, 0.01) for n in (98, 99)] == [0, 1]


def test_nothing_anywhere_says_nothing() -> None:
    assert log10_e_rank(0.0, [0.0, 0.0]) == 0.0
    with pytest.raises(ValueError, match="below 0"):
        log10_e_rank(1.0, [-1.0])


@pytest.mark.parametrize(("alpha", "needed"), [(0.05, 19), (0.01, 99), (0.001, 999), (0.3, 3)])
def test_so_many_controls_and_no_fewer_can_reach_the_level(alpha: float, needed: int) -> None:
    assert controls_needed(alpha) == needed
    assert (places(needed, alpha), places(needed - 1, alpha)) == (1, 0)
