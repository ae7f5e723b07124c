"""The slope from signs of pairs: pairing, interval, and clear lines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.statistics.slopes import LARGEST, PairedSlope, theil_pairs

ALPHA = 0.05


def pairs_of(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    pairs = theil_pairs(x)
    return np.array([[x[j] - x[i], y[j] - y[i]] for i, j in pairs]).reshape(-1, 2)


def test_a_point_enters_one_pair_and_halves_are_matched_in_order() -> None:
    assert theil_pairs(np.array([3.0, 1.0, 4.0, 2.0])) == [(1, 0), (3, 2)]
    assert theil_pairs(np.array([3.0, 1.0, 2.0])) == [(1, 0)]
    assert theil_pairs(np.array([])) == []


def test_an_exact_line_is_decided_and_its_slope_is_the_value() -> None:
    x = np.linspace(-3, 3, 60)
    units = pairs_of(x, 2.0 + 0.5 * x)
    found = PairedSlope(1.0).evidence(units, alpha=ALPHA)
    assert found.value == pytest.approx(0.5)
    assert found.lower == pytest.approx(0.5)
    assert found.upper == pytest.approx(0.5)
    assert found.log10_e_compliant > 3 > found.log10_e_violating == 0.0
    steep = PairedSlope(0.4).evidence(units, alpha=ALPHA)
    assert steep.log10_e_violating > 3


def test_outliers_do_not_move_it_far() -> None:
    x = np.linspace(-3, 3, 60)
    y = 0.5 * x + np.where(np.arange(60) % 20 == 0, 1e6, 0.0)
    found = PairedSlope(1.0).evidence(pairs_of(x, y), alpha=ALPHA)
    assert found.value == pytest.approx(0.5)
    assert found.log10_e_compliant > 1.3


def test_a_pair_on_the_limit_is_no_evidence() -> None:
    units = np.array([[1.0, 1.0], [2.0, 2.0]] * 20)
    found = PairedSlope(1.0).evidence(units, alpha=ALPHA)
    assert (found.log10_e_violating, found.log10_e_compliant) == (0.0, 0.0)


def test_few_pairs_bound_nothing_and_none_say_nothing() -> None:
    none = PairedSlope(1.0).evidence(np.empty((0, 2)), alpha=ALPHA)
    assert (none.n, none.value, none.lower, none.upper) == (0, 1.0, -LARGEST, LARGEST)
    two = PairedSlope(1.0).evidence(np.array([[1.0, 0.2], [1.0, 0.4]]), alpha=ALPHA)
    assert (two.lower, two.upper) == (-LARGEST, LARGEST)
    assert two.value == pytest.approx(0.3)


@given(
    st.lists(
        st.tuples(st.floats(0.1, 5.0), st.floats(-20.0, 20.0)),
        min_size=1,
        max_size=40,
    ),
    st.floats(-3.0, 3.0),
)
def test_a_limit_outside_the_interval_is_refuted_at_its_level(
    units: list[tuple[float, float]], limit: float
) -> None:
    """Interval and e-values come from the same bets."""
    found = PairedSlope(limit).evidence(np.array(units), alpha=ALPHA)
    assert found.lower <= found.value <= found.upper
    wanted = np.log10(2 / ALPHA) - 1e-9
    if limit < found.lower and found.lower < found.value:
        assert found.log10_e_violating >= wanted
    if limit > found.upper and found.upper > found.value:
        assert found.log10_e_compliant >= wanted


@pytest.mark.parametrize(
    "units", [np.zeros((3, 2)), np.ones(3), np.array([[1.0, np.nan]]), np.array([[-1.0, 1.0]])]
)
def test_units_that_are_no_pairs_are_refused(units: np.ndarray) -> None:
    with pytest.raises(ValueError, match="dx > 0"):
        PairedSlope(1.0).paths(units)
