"""Ranks among controls: exact by enumeration."""

import itertools

import pytest

from compliance.domain.statistics.ranks import log10_e_rank, rank_p

VALUES = (0.0, 1.0, 1.0, 4.0, 9.0)


def test_every_level_is_kept_over_all_orders() -> None:
    found = [rank_p(order[0], order[1:]) for order in itertools.permutations(VALUES)]
    for level in (0.2, 0.4, 0.6, 0.8):
        assert sum(one <= level for one in found) / len(found) <= level
    assert min(found) == 1 / 5


def test_mean_e_value_over_all_orders_is_one() -> None:
    found = [10 ** log10_e_rank(order[0], order[1:]) for order in itertools.permutations(VALUES)]
    assert sum(found) / len(found) == pytest.approx(1.0)


def test_nothing_anywhere_says_nothing() -> None:
    assert log10_e_rank(0.0, [0.0, 0.0]) == 0.0
    with pytest.raises(ValueError, match="below 0"):
        log10_e_rank(1.0, [-1.0])
