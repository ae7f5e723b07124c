"""Exact p-values of "one model gave both", and what they are worth as bets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binomtest, kstest

from compliance.domain.statistics.equality import (
    encoded,
    equality_p,
    hamming_kernel,
    rank_among,
    uniform_p,
)
from compliance.domain.statistics.restarts import CALIBRATORS, p_growth


def texts(rng: np.random.Generator, answers: int) -> np.ndarray:
    """Answers to five prompts, of eight letters each."""
    return rng.integers(6, size=(5, answers, 8)).astype(np.int32)


def test_the_kernel_counts_equal_characters_at_equal_places() -> None:
    codes = encoded(["abcd", "abxd", "ab", ""], 4)
    assert hamming_kernel(codes)[0].tolist() == [4.0, 3.0, 2.0, 0.0]
    assert hamming_kernel(codes)[2].tolist() == [2.0, 2.0, 4.0, 2.0]


def test_a_long_answer_is_cut_at_the_last_place_compared() -> None:
    assert encoded(["abcdef"], 4).tolist() == [[97, 98, 99, 100]]


@pytest.mark.parametrize("level", [0.05, 0.2])
def test_one_model_is_called_two_no_more_often_than_the_level(level: float) -> None:
    rng = np.random.default_rng(0)
    found = [
        equality_p(texts(rng, 4), texts(rng, 8), rng, permutations=99) <= level for _ in range(600)
    ]
    assert binomtest(sum(found), len(found), level, alternative="greater").pvalue > 0.001


def test_without_the_added_one_the_smallest_p_would_be_nought() -> None:
    rng = np.random.default_rng(0)
    apart = np.full((5, 8, 8), 90, dtype=np.int32)
    found = equality_p(apart, texts(rng, 24), rng, permutations=99)
    assert found == pytest.approx(0.01)


def test_answers_that_are_all_alike_say_nothing() -> None:
    same = np.zeros((1, 4, 8), dtype=np.int32)
    assert equality_p(same, same, np.random.default_rng(0), permutations=99) == 1.0


def test_p_values_of_looks_against_all_before_are_independent() -> None:
    """Each is small as often after a small one as after any: against one reference it is not."""
    rng = np.random.default_rng(1)
    small = np.empty((400, 2), dtype=bool)
    for row in small:
        first, second, third = texts(rng, 4), texts(rng, 4), texts(rng, 4)
        before = np.concatenate([first, second], axis=1)
        row[0] = equality_p(second, first, rng, permutations=49) <= 0.2
        row[1] = equality_p(third, before, rng, permutations=49) <= 0.2
    both = int((small[:, 0] & small[:, 1]).sum())
    assert binomtest(both, len(small), 0.04, alternative="greater").pvalue > 0.001


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="answers to compare"):
        equality_p(
            texts(np.random.default_rng(0), 2),
            texts(np.random.default_rng(0), 0),
            np.random.default_rng(0),
        )


def test_ranks_are_uniform_even_where_most_are_ties() -> None:
    rng = np.random.default_rng(0)
    ranks = [
        rank_among(float(own[0]), own[1:].tolist(), float(rng.random()))
        for own in rng.integers(3, size=(2000, 9))
    ]
    assert kstest(ranks, "uniform").pvalue > 0.001


def test_uniform_ranks_are_called_otherwise_no_more_often_than_the_level() -> None:
    rng = np.random.default_rng(0)
    found = [uniform_p(rng.random(24), rng, draws=99) <= 0.05 for _ in range(600)]
    assert binomtest(sum(found), len(found), 0.05, alternative="greater").pvalue > 0.001
    assert uniform_p(rng.random(24) ** 3, rng, draws=999) == pytest.approx(0.001)


def test_ranks_outside_the_unit_interval_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        uniform_p(np.array([1.5]), np.random.default_rng(0))


def test_a_bet_on_a_uniform_p_value_wins_nothing_on_average() -> None:
    for place, power in enumerate(CALIBRATORS):
        mean, _ = quad(
            lambda p, k=place: float(np.exp(p_growth(np.array([p]))[0, k])), 0.0, 1.0, limit=200
        )
        assert mean == pytest.approx(1.0, abs=2e-3), power


def test_a_look_without_a_p_value_changes_no_bet() -> None:
    assert p_growth(np.array([np.nan]))[0].tolist() == [0.0] * len(CALIBRATORS)
    with pytest.raises(ValueError, match="p-values"):
        p_growth(np.array([0.0]))
