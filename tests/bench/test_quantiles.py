from __future__ import annotations

from math import inf

import pytest
from scipy.stats import binom

from tests.bench.quantiles import quantile_interval, ranks


@pytest.mark.parametrize(
    ("count", "quantile"), [(1_000, 0.99), (100, 0.5), (7, 0.25), (5_000, 0.9)]
)
def test_the_interval_covers_as_often_as_it_says_and_is_the_narrowest_of_its_kind(
    count: int, quantile: float
) -> None:
    low, high = ranks(count, quantile)
    below = binom(count, quantile)
    assert below.cdf(low - 1) <= 0.025 < below.cdf(low)
    assert below.sf(high - 1) <= 0.025 < below.sf(high - 2)


def test_a_hundred_values_bound_no_99th_percentile_from_above() -> None:
    values = [float(one) for one in range(1, 101)]
    assert quantile_interval(values, 0.99) == (99.0, 97.0, inf)
    assert quantile_interval(values, 0.5) == (50.0, 40.0, 61.0)
