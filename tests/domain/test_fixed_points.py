"""The fixed-point e-values are what the theory says, by enumeration and at full size."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.statistics.fixed_points import (
    log10_e_falling_factorial,
    log10_e_fixed_points,
    log10_e_pooled_tilt,
    log10_mean,
)

SEVEN = 7
RELABELLINGS = np.array(list(itertools.permutations(range(SEVEN))))


def _hits(matches: list[int]) -> np.ndarray:
    """N under each of the 5,040 relabellings; a match of -1 is a unit left out. Shape (5040,)."""
    columns = np.array(matches)
    return ((columns == RELABELLINGS) & (columns >= 0)).sum(axis=1)


def _mean_e(statistic, matches: list[int]) -> float:
    by_count = [10.0 ** statistic(count) for count in range(SEVEN + 1)]
    return float(np.mean(np.array(by_count)[_hits(matches)]))


STATISTICS = {
    "falling_factorial": lambda n: log10_e_falling_factorial(n, SEVEN),
    "pooled_tilt": lambda n: log10_e_pooled_tilt([n], [SEVEN]),
    "both": lambda n: log10_e_fixed_points([n], [SEVEN]),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_mean_over_all_relabellings_is_one_for_a_permutation(name: str) -> None:
    assert len(RELABELLINGS) == 5040
    assert _mean_e(STATISTICS[name], list(range(SEVEN))) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", STATISTICS)
@given(matches=st.lists(st.integers(-1, SEVEN - 1), min_size=SEVEN, max_size=SEVEN))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_mean_over_all_relabellings_never_exceeds_one(name: str, matches: list[int]) -> None:
    assert _mean_e(STATISTICS[name], matches) <= 1.0 + 1e-12


def test_mean_over_all_pairs_of_layers_is_one() -> None:
    """Two layers with labels permuted independently: the counts' exact joint law."""
    share = np.bincount(_hits(list(range(SEVEN))), minlength=SEVEN + 1) / 5040
    total = sum(
        share[a] * share[b] * 10.0 ** log10_e_fixed_points([a, b], [SEVEN, SEVEN])
        for a in range(SEVEN + 1)
        for b in range(SEVEN + 1)
    )
    assert total == pytest.approx(1.0, abs=1e-12)


def test_layers_of_different_height_have_mean_one() -> None:
    five = np.array(list(itertools.permutations(range(5))))
    small = np.bincount((five == np.arange(5)).sum(axis=1), minlength=6) / 120
    large = np.bincount(_hits(list(range(SEVEN))), minlength=SEVEN + 1) / 5040
    total = sum(
        small[a] * large[b] * 10.0 ** log10_e_fixed_points([a, b], [5, SEVEN])
        for a in range(6)
        for b in range(SEVEN + 1)
    )
    assert total == pytest.approx(1.0, abs=1e-12)


def test_counting_a_unit_twice_would_break_the_bound() -> None:
    """The enumeration can fail: N + 1 in place of N has a mean far above 1."""
    wrong = [10.0 ** log10_e_fixed_points([min(n + 1, SEVEN)], [SEVEN]) for n in range(SEVEN + 1)]
    assert np.mean(np.array(wrong)[_hits(list(range(SEVEN)))]) > 1.5


def test_published_saturation_is_reproduced() -> None:
    """Research figures for 3 layers of 256 units, all in place: product 1518, pooled 1517."""
    product = 3 * log10_e_falling_factorial(256, 256)
    assert product == pytest.approx(1518, abs=0.5)
    assert log10_e_pooled_tilt([256] * 3, [256] * 3) == pytest.approx(1517, abs=0.5)


def test_few_survivors_in_a_large_model_agree_with_the_poisson_limit() -> None:
    """32 layers, h 11,008: Z(u) = e^u for small u, and large tilts add nothing here."""
    tilts = np.array([0.5, 1, 2, 4, 8, 16, 32])
    for survivors in (1, 3):
        terms = np.exp(32 * (survivors * np.log1p(tilts) - tilts))
        plain = math.log10(terms.sum() / 15)
        value = log10_e_pooled_tilt([survivors] * 32, [11008] * 32)
        assert value == pytest.approx(plain, abs=1e-9)


def test_survivors_in_a_single_layer_are_not_lost_in_the_pool() -> None:
    heights = [11008] * 32
    pooled = log10_e_pooled_tilt([10] + [0] * 31, heights)
    assert pooled < 0 < log10_e_fixed_points([10] + [0] * 31, heights)


@pytest.mark.parametrize("count", [0, 1, 5503, 11008])
def test_largest_models_stay_finite(count: int) -> None:
    value = log10_e_fixed_points([count] * 80, [11008] * 80)
    assert math.isfinite(value)
    assert (value > 1e5) == (count > 1000)


def test_pooled_tilt_agrees_with_plain_arithmetic() -> None:
    counts, heights = [2, 0, 4], [6, 6, 6]
    tilts = [0.5, 1.0, 2.0, 4.0]
    normalizer = [sum(u**k / math.factorial(k) for k in range(7)) for u in tilts]
    plain = np.mean(
        [
            math.prod((1 + u) ** n / z for n in counts)
            for u, z in zip(tilts, normalizer, strict=True)
        ]
    )
    assert log10_e_pooled_tilt(counts, heights) == pytest.approx(math.log10(plain), abs=1e-12)


@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    which=st.integers(0, 7),
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_one_more_unit_in_place_never_weakens_the_evidence(counts: list[int], which: int) -> None:
    heights = [41] * len(counts)
    more = list(counts)
    more[which % len(counts)] += 1
    assert log10_e_fixed_points(more, heights) >= log10_e_fixed_points(counts, heights)
    shuffled = log10_e_fixed_points(counts[::-1], heights)
    assert shuffled == pytest.approx(log10_e_fixed_points(counts, heights))


@pytest.mark.parametrize(
    ("counts", "heights"), [([], []), ([1], [2, 2]), ([3], [2]), ([-1], [2]), ([0], [0])]
)
def test_impossible_counts_are_refused(counts: list[int], heights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"layer"):
        log10_e_fixed_points(counts, heights)


def test_mean_of_logarithms_is_the_logarithm_of_the_mean() -> None:
    assert log10_mean([2.0, 0.0]) == pytest.approx(math.log10(50.5))
    assert log10_mean([50_000.0, -50_000.0]) == pytest.approx(50_000 - math.log10(2))
