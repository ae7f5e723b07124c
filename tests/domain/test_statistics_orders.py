"""Leaning along a random order: exact by reshuffling it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, spearmanr

from compliance.domain.statistics.orders import falling_p, lean, lean_interval


def test_the_lean_is_spearmans_rank_correlation() -> None:
    rng = np.random.default_rng(0)
    values, order = rng.integers(5, size=40).astype(float), rng.normal(size=40)
    assert lean(values, order) == pytest.approx(spearmanr(values, order).statistic)
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
    assert binomtest(sum(found), len(found), level, alternative="greater").pvalue > 0.001


def test_only_a_fall_is_called() -> None:
    order, rng = np.arange(40.0), np.random.default_rng(0)
    assert falling_p(-order, order, rng, reshuffles=199) == pytest.approx(1 / 200)
    assert falling_p(order, order, rng, reshuffles=199) == 1.0
    assert falling_p(np.ones(40), order, rng, reshuffles=199) == 1.0


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        falling_p(np.ones(2), np.ones(2), np.random.default_rng(0))


def test_the_interval_covers_what_independent_pairs_have() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        lower, upper = lean_interval(lean(rng.normal(size=60), rng.normal(size=60)), 60, 0.05)
        held += lower <= 0.0 <= upper
    assert binomtest(held, 400, 0.95).pvalue > 0.001
    assert lean_interval(1.0, 3, 0.05) == (-1.0, 1.0)
