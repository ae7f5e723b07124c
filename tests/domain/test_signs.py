"""The sign e-value has mean exactly 1 under fair coins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from compliance.domain.statistics.signs import log10_e_signs


@pytest.mark.parametrize("matched", [0, 1, 2, 7, 60, 500])
def test_mean_under_fair_coins_is_one(matched: int) -> None:
    positive = np.arange(matched + 1)
    e_values = np.array([10.0 ** log10_e_signs(int(s), matched) for s in positive])
    assert float(binom.pmf(positive, matched, 0.5) @ e_values) == pytest.approx(1.0, abs=1e-9)


def test_biased_coins_have_a_mean_above_one() -> None:
    """The mean can differ from 1: coins that agree in six of ten are found out."""
    positive = np.arange(201)
    e_values = np.array([10.0 ** log10_e_signs(int(s), 200) for s in positive])
    assert float(binom.pmf(positive, 200, 0.6) @ e_values) > 100


def test_published_saturation_is_reproduced() -> None:
    """Research figure for 768 matched pairs that all agree: 228."""
    assert log10_e_signs(768, 768) == pytest.approx(228, abs=0.5)


def test_all_agreeing_gives_the_closed_form() -> None:
    assert log10_e_signs(10, 10) == pytest.approx(math.log10(2**10 / 11))


@given(matched=st.integers(0, 2000), share=st.floats(0, 1))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_agreement_and_disagreement_weigh_alike(matched: int, share: float) -> None:
    positive = int(share * matched)
    value = log10_e_signs(positive, matched)
    assert value == pytest.approx(log10_e_signs(matched - positive, matched), abs=1e-9)
    assert value <= matched * math.log10(2.0)


def test_largest_models_stay_finite() -> None:
    """80 layers of 11,008 units: closed form at full agreement, Stirling's at balance."""
    units = 80 * 11008
    full = units * math.log10(2.0) - math.log10(units + 1)
    assert log10_e_signs(units, units) == pytest.approx(full)
    balanced = 0.5 * math.log10(math.pi / (2 * units))
    assert log10_e_signs(units // 2, units) == pytest.approx(balanced, abs=1e-5)


@pytest.mark.parametrize(("positive", "matched"), [(-1, 3), (4, 3), (0, -1)])
def test_impossible_counts_are_refused(positive: int, matched: int) -> None:
    with pytest.raises(ValueError, match="positive signs"):
        log10_e_signs(positive, matched)
