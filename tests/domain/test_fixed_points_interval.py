"""The interval for a mean share holds its level for any law and never degenerates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from compliance.domain.statistics.fixed_points import share_interval


def test_all_in_place_gives_the_closed_form() -> None:
    low, high = share_interval([1.0] * 30, 0.001)
    assert low == pytest.approx((0.001 / 2) ** (1 / 30))
    assert high == 1.0


def test_none_in_place_mirrors_all_in_place() -> None:
    low, high = share_interval([0.0] * 30, 0.001)
    assert low == 0.0
    assert high == pytest.approx(1 - (0.001 / 2) ** (1 / 30))


@given(
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=40),
    alpha=st.floats(1e-6, 0.5),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_interval_holds_the_mean_and_stays_inside_the_unit_interval(
    shares: list[float], alpha: float
) -> None:
    low, high = share_interval(shares, alpha)
    assert 0.0 <= low <= np.mean(shares) + 1e-9
    assert np.mean(shares) - 1e-9 <= high <= 1.0


@pytest.mark.parametrize("mean", [0.001, 0.1, 0.5, 0.9])
def test_miscoverage_stays_below_alpha_for_the_widest_law(mean: float) -> None:
    """Bernoulli shares, the most spread law on [0, 1]: 2,000 draws of 12 layers, alpha 10%."""
    rng = np.random.default_rng(20261124)
    draws = rng.random((2000, 12)) < mean
    missed = 0
    for row in draws:
        low, high = share_interval(row.astype(float).tolist(), 0.1)
        missed += not low <= mean <= high
    assert binomtest(missed, 2000, 0.1, alternative="greater").pvalue > 0.001
    assert missed < 2000 * 0.1


@pytest.mark.parametrize(("shares", "alpha"), [([], 0.1), ([1.2], 0.1), ([0.5], 0.0), ([0.5], 1.0)])
def test_impossible_shares_are_refused(shares: list[float], alpha: float) -> None:
    with pytest.raises(ValueError, match="shares"):
        share_interval(shares, alpha)
