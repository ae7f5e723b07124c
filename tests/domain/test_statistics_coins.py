"""Coins that a key tossed: e-values of mean 1, each coin once, and intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from compliance.domain.items import Score
from compliance.domain.recipes import Combination, Engine, Fold, Recipe
from compliance.domain.statistics.bernoulli import log10_e_above
from compliance.domain.statistics.coins import CoinShare, binomial_p, first_coins
from compliance.domain.statistics.folding import fold_part


@pytest.mark.parametrize("limit", [0.25, 0.5])
@pytest.mark.parametrize("coins", [1, 7, 60])
def test_the_e_value_has_mean_at_most_one_over_all_falls(limit: float, coins: int) -> None:
    e_values = [10.0 ** log10_e_above(heads, coins, limit) for heads in range(coins + 1)]
    mean = float(binom.pmf(np.arange(coins + 1), coins, limit) @ np.array(e_values))
    assert mean <= 1.0 + 1e-9


def test_evidence_is_ever_at_the_level_no_more_often_than_alpha() -> None:
    """500 lives of 40 units of 5 fair coins, looked at after each: at most 10% reach 10."""
    rng, found = np.random.default_rng(0), []
    for _ in range(500):
        counts = np.stack([rng.binomial(5, 0.5, size=40), np.full(40, 5)], axis=1).astype(float)
        found.append(CoinShare(0.5).evidence(counts, alpha=0.5).log10_e_violating)
    assert 0 < sum(one >= 1.0 for one in found) <= binom.ppf(0.999, 500, 0.1)


def test_the_interval_covers_and_closes_in() -> None:
    rng, missed = np.random.default_rng(1), 0
    for _ in range(100):
        counts = np.array([[rng.binomial(200, 0.6), 200]], dtype=float)
        found = CoinShare(0.5).evidence(counts, alpha=0.05)
        missed += not found.lower <= 0.6 <= found.upper
        assert found.upper - found.lower < 0.25
    assert missed <= binom.ppf(0.999, 100, 0.05)


def test_a_coin_counts_where_it_comes_first() -> None:
    units = [{"a": True, "b": False}, {"b": False, "c": True}, {"a": True}, {}]
    assert first_coins(units).tolist() == [[1, 2], [1, 1], [0, 0], [0, 0]]
    scores = [
        Score(str(k), "", str(k), 0.5, "counted", detail={"coins": dict(unit)})
        for k, unit in enumerate(units)
    ]
    found = fold_part(Fold("", Engine.COINS, 0, 0.5, 0.01), scores)
    assert (found.n, found.value) == (4, 2 / 3)


def test_without_coins_nothing_is_said() -> None:
    found = CoinShare(0.3).evidence(first_coins([]), alpha=0.01)
    assert (found.value, found.lower, found.upper, found.log10_e_violating) == (0.3, 0.0, 1.0, 0.0)


def test_scores_without_coins_cannot_be_folded() -> None:
    fold = Fold("", Engine.COINS, 0, 0.5, 0.01)
    for detail in ({}, {"coins": 3}, {"coins": {"a": 1}}, {"coins": {"a": "heads"}}):
        score = Score("1", "", "1", 0.5, "counted", detail=detail)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="coins"):
            fold_part(fold, [score])


def test_arguments_outside_their_range_are_refused() -> None:
    with pytest.raises(ValueError, match="strictly between"):
        CoinShare(1.0)
    with pytest.raises(ValueError, match="no more heads"):
        CoinShare(0.5).evidence(np.array([[3.0, 2.0]]), alpha=0.01)


def test_the_recipe_is_written_and_read() -> None:
    recipe = Recipe(Combination.WHOLE, (), Fold("", Engine.COINS, 0, 0.5, 0.01))
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_the_p_value_is_the_binomial_tail() -> None:
    assert binomial_p(0, 10, 0.5) == 1.0
    assert binomial_p(10, 10, 0.5) == pytest.approx(2.0**-10)
