"""Fixed-n intervals, and many hypotheses by e-values."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import binom

from compliance.domain.statistics.binomial import (
    clopper_pearson,
    clopper_pearson_upper,
    wilson,
)
from compliance.domain.statistics.multiplicity import (
    adjust_maximum,
    e_bh,
    e_bonferroni,
    e_lond,
    lasting_share,
)

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=50)
EVIDENCE = st.lists(st.floats(-3, 6), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("hits", "n", "lower", "upper"),
    [(1, 200, 0.0001, 0.0275), (128, 200, 0.569, 0.707), (21, 250, 0.053, 0.126)],
)
def test_clopper_pearson_gives_the_known_figures(
    hits: int, n: int, lower: float, upper: float
) -> None:
    assert clopper_pearson(hits, n) == (
        pytest.approx(lower, abs=6e-4),
        pytest.approx(upper, abs=6e-4),
    )


def test_one_sided_bound_of_a_hundred_clean_items() -> None:
    assert clopper_pearson_upper(0, 100) == pytest.approx(0.0295, abs=5e-5)


@REPEATABLE
@given(st.integers(1, 60), st.floats(0.01, 0.99))
def test_clopper_pearson_covers_every_rate(n: int, rate: float) -> None:
    ends = [clopper_pearson(hits, n) for hits in range(n + 1)]
    held = [lower <= rate <= upper for lower, upper in ends]
    assert binom.pmf(np.arange(n + 1), n, rate) @ held >= 0.95 - 1e-9
    below = [clopper_pearson_upper(hits, n) < rate for hits in range(n + 1)]
    assert binom.pmf(np.arange(n + 1), n, rate) @ below <= 0.05 + 1e-9


def test_wilson_ends_solve_its_equation() -> None:
    for end in wilson(7, 50):
        assert abs(7 / 50 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 50))


def test_no_items_bound_nothing() -> None:
    assert clopper_pearson(0, 0) == wilson(0, 0) == (0.0, 1.0)
    assert clopper_pearson_upper(0, 0) == 1.0


@REPEATABLE
@given(EVIDENCE)
def test_e_bh_rejects_whatever_e_bonferroni_does(log10_e: list[float]) -> None:
    bonferroni, bh = e_bonferroni(log10_e, 0.05), e_bh(log10_e, 0.05)
    assert all(second for first, second in zip(bonferroni, bh, strict=True) if first)


@REPEATABLE
@given(EVIDENCE)
def test_e_bh_rejects_the_largest_set_that_supports_itself(log10_e: list[float]) -> None:
    values = sorted((10**one for one in log10_e), reverse=True)
    allowed = [k for k, one in enumerate(values, 1) if k * one >= len(values) / 0.05 * (1 + 1e-9)]
    assert sum(e_bh(log10_e, 0.05)) >= max(allowed, default=0)
    rejected = [10**one for one, out in zip(log10_e, e_bh(log10_e, 0.05), strict=True) if out]
    assert all(one * len(rejected) >= len(values) / 0.05 * (1 - 1e-9) for one in rejected)


def test_two_of_four_are_flagged_where_none_is_rejected() -> None:
    log10_e = [math.log10(45), 0.0, math.log10(44), -1.0]
    assert e_bonferroni(log10_e, 0.05) == (False,) * 4
    assert e_bh(log10_e, 0.05) == (True, False, True, False)


def test_adjusted_maximum_of_a_fair_game_has_mean_one() -> None:
    """By Ville's bound P(M >= x) = 1/x at worst, so with x = exp(u) the density is exp(-u)."""
    mean, _ = quad(lambda u: 10 ** adjust_maximum(u / math.log(10)) * math.exp(-u), 0, 400)
    assert mean == pytest.approx(1, abs=0.01)


def test_adjusted_maximum_follows_its_formula() -> None:
    for maximum in (1.001, 2.0, 20.0, 1e6):
        expected = (maximum - 1 - math.log(maximum)) / math.log(maximum) ** 2
        assert 10 ** adjust_maximum(math.log10(maximum)) == pytest.approx(expected, rel=1e-6)
    assert 10 ** adjust_maximum(0.0) == pytest.approx(0.5)


def test_e_lond_never_takes_back_what_it_decided() -> None:
    log10_e = np.random.default_rng(1).exponential(1.5, 60).tolist()
    whole = e_lond(log10_e, 0.1)
    assert all(e_lond(log10_e[:n], 0.1) == whole[:n] for n in range(61))
    assert any(whole)


def test_e_lond_s_weights_sum_to_one() -> None:
    partial = sum(lasting_share(t) for t in range(1, 10_001))
    assert partial == pytest.approx(1 - math.log(2) / math.log(10_002), rel=1e-12)


def test_e_lond_spends_alpha_over_time_and_wins_it_back_by_rejections() -> None:
    first = 1 / (0.1 * (1 - math.log(2) / math.log(3)))
    second = 1 / (0.1 * math.log(2) * (1 / math.log(3) - 1 / math.log(4)))
    assert e_lond([math.log10(first * 1.001)], 0.1) == (True,)
    assert e_lond([math.log10(first * 0.999)], 0.1) == (False,)
    assert e_lond([2.0, math.log10(second * 0.501)], 0.1) == (True, True)
    assert e_lond([2.0, math.log10(second * 0.499)], 0.1) == (True, False)
    assert e_lond([0.0, math.log10(second * 0.501)], 0.1) == (False, False)
    assert e_lond([], 0.1) == ()
