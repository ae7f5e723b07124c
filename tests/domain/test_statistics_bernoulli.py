"""Conjugate-mixture e-processes for rates."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaincc, logsumexp
from scipy.stats import binom

from compliance.domain.statistics.bernoulli import log10_e_above, log10_e_below

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=50)
RATES = st.floats(0.02, 0.98)


def _integral(hits: int, n: int, limit: float) -> float:
    """log10 E by quadrature: theta = sin(phi)^2 makes the Beta(1/2, 1/2) prior uniform in phi."""
    edge = math.asin(math.sqrt(limit))
    phi = np.linspace(edge, math.pi / 2, 400_001)
    middle = (phi[1:] + phi[:-1]) / 2
    theta = np.sin(middle) ** 2
    with np.errstate(divide="ignore"):
        log_likelihood = hits * np.log(theta) + (n - hits) * np.log1p(-theta)
    mean = logsumexp(log_likelihood) - math.log(len(middle))
    at_limit = hits * math.log(limit) + (n - hits) * math.log1p(-limit)
    return float((mean - at_limit) / math.log(10))


@pytest.mark.parametrize(
    ("hits", "n", "limit"),
    [(0, 10, 0.05), (3, 20, 0.05), (40, 60, 0.5), (0, 3000, 0.5), (10, 5000, 0.2)],
)
def test_closed_form_is_the_integral_even_where_the_mass_underflows(
    hits: int, n: int, limit: float
) -> None:
    assert log10_e_above(hits, n, limit) == pytest.approx(_integral(hits, n, limit), rel=1e-4)


def test_a_case_above_does_underflow() -> None:
    assert betaincc(0.5, 3000.5, 0.5) == 0.0


@REPEATABLE
@given(st.integers(1, 40), RATES, st.floats(0.01, 1.0))
def test_expected_evidence_is_at_most_one_under_every_rate_of_the_null(
    n: int, limit: float, share: float
) -> None:
    hits = np.arange(n + 1)
    above = np.array([10 ** log10_e_above(int(k), n, limit) for k in hits])
    below = np.array([10 ** log10_e_below(int(k), n, limit) for k in hits])
    assert binom.pmf(hits, n, limit * share) @ above <= 1 + 1e-8
    assert binom.pmf(hits, n, limit + (1 - limit) * share) @ below <= 1 + 1e-8


@REPEATABLE
@given(st.integers(0, 30), st.integers(0, 30), RATES)
def test_evidence_is_a_fair_game_at_the_limit(hits: int, misses: int, limit: float) -> None:
    n = hits + misses
    now = 10 ** log10_e_above(hits, n, limit)
    hit, miss = 10 ** log10_e_above(hits + 1, n + 1, limit), 10 ** log10_e_above(hits, n + 1, limit)
    assert limit * hit + (1 - limit) * miss == pytest.approx(now, rel=1e-6)


def test_evidence_starts_at_one() -> None:
    assert log10_e_above(0, 0, 0.05) == pytest.approx(0)
    assert log10_e_below(0, 0, 0.05) == pytest.approx(0)


@pytest.mark.parametrize(
    ("limit", "items", "items_of_400"),
    [(0.01, 377, 706), (0.02, 188, 351), (0.05, 74, 139), (0.1, 36, 68), (0.2, 17, 32)],
)
def test_clean_items_needed_to_show_compliance(limit: float, items: int, items_of_400: int) -> None:
    for bound, needed in ((20, items), (400, items_of_400)):
        assert log10_e_below(0, needed, limit) >= math.log10(bound)
        assert log10_e_below(0, needed - 1, limit) < math.log10(bound)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="hits"):
        log10_e_above(3, 2, 0.05)
