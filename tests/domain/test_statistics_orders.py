"""Falling along a random order: exact by coins and by reshuffling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binomtest, spearmanr

from compliance.domain.statistics.orders import falling_p, lean, lean_interval, log10_e_falling


def test_the_e_value_has_mean_one_over_every_order_of_its_pairs() -> None:
    """By enumeration of all 2^5 ways to put the values of five pairs."""
    values, places = np.random.default_rng(0).normal(size=10), np.arange(10.0)
    found = []
    for swapped in itertools.product([False, True], repeat=5):
        order = np.arange(10)
        for pair, swap in enumerate(swapped):
            if swap:
                order[[pair, 9 - pair]] = order[[9 - pair, pair]]
        found.append(10.0 ** log10_e_falling(values[order], places))
    assert np.mean(found) == pytest.approx(1.0)
    assert np.std(found) > 0.1


def test_the_e_value_has_mean_one_over_every_shuffle() -> None:
    values, places = np.array([0.3, 9.0, 9.0, -1.0, 2.0, 5.0]), np.array([0.0, 1, 1, 4, 7, 9])
    every = [
        10.0 ** log10_e_falling(values[list(one)], places)
        for one in itertools.permutations(range(6))
    ]
    assert np.mean(every) == pytest.approx(1.0)


def test_a_fall_grows_without_a_floor_and_a_rise_is_no_evidence() -> None:
    places = np.arange(400.0)
    assert log10_e_falling(-places, places) > 40.0
    assert log10_e_falling(places, places) < 0.0
    assert log10_e_falling(np.ones(400), places) == pytest.approx(0.0)
    assert log10_e_falling(-places, np.ones(400)) == 0.0


def test_only_ranks_of_values_count() -> None:
    values, places = np.random.default_rng(1).normal(size=50), np.arange(50.0)
    assert log10_e_falling(np.exp(values), places) == log10_e_falling(values, places)


def test_the_lean_is_spearmans_rank_correlation() -> None:
    rng = np.random.default_rng(0)
    values, places = rng.integers(5, size=40).astype(float), rng.normal(size=40)
    assert lean(values, places) == pytest.approx(spearmanr(values, places).statistic)
    assert lean(np.ones(5), np.arange(5.0)) == 0.0


@pytest.mark.parametrize("level", [0.05, 0.2])
def test_an_order_drawn_at_random_is_called_no_more_often_than_the_level(level: float) -> None:
    """Even where values hang together: only the order is random."""
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(size=30))
    found = [
        falling_p(values, rng.permutation(30).astype(float), rng, reshuffles=99) <= level
        for _ in range(600)
    ]
    assert binomtest(sum(found), len(found), level, alternative="two-sided").pvalue > 0.001


def test_the_p_value_is_for_a_fall_alone() -> None:
    places, rng = np.arange(40.0), np.random.default_rng(0)
    assert falling_p(-places, places, rng, reshuffles=199) == pytest.approx(1 / 200)
    assert falling_p(places, places, rng, reshuffles=199) == 1.0
    assert falling_p(np.ones(40), places, rng, reshuffles=199) == 1.0


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        falling_p(np.ones(2), np.ones(2), np.random.default_rng(0))
    with pytest.raises(ValueError, match="at least three"):
        log10_e_falling(np.ones(5), np.ones(4))


def test_the_interval_covers_what_independent_pairs_have() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        lower, upper = lean_interval(lean(rng.normal(size=60), rng.normal(size=60)), 60, 0.05)
        held += lower <= 0.0 <= upper
    assert binomtest(held, 400, 0.95).pvalue > 0.001
    assert lean_interval(1.0, 3, 0.05) == (-1.0, 1.0)
