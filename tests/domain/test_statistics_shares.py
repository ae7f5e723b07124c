"""The share of hits among hits and misses: a fair game, exact at the end, covering on the way."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.statistics.betting import bank_mean, log_e_process
from compliance.domain.statistics.shares import BankShare

units = st.lists(st.sampled_from([(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]), min_size=1)
UNITS = [(2, 0), (1, 0), (0, 2), (1, 1), (0, 0), (0, 1)]
"""Four hits and four misses in six units: a share of one half, four outcomes of neither kind."""


def counts(found: list[tuple[int, int]]) -> np.ndarray:
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def test_it_is_a_fair_game_at_the_boundary_over_every_order() -> None:
    """Mean e-value over all 720 orders, after each unit: at most 1, and 1 at the boundary."""
    bank, totals = BankShare(2, len(UNITS)), np.zeros((2, len(UNITS)))
    for order in itertools.permutations(UNITS):
        values = bank.values(counts([*order]), 0.5)
        for side, drawn in enumerate((values, 1 - values)):
            totals[side] += np.exp(log_e_process(drawn, mean=0.5, bank_size=len(UNITS)))
    assert totals / math.factorial(len(UNITS)) == pytest.approx(np.ones((2, len(UNITS))))


@given(units)
def test_a_whole_bank_is_decided_exactly(found: list[tuple[int, int]]) -> None:
    hits, misses = (sum(one[side] for one in found) for side in (0, 1))
    evidence = BankShare(2, len(found)).evidence(counts(found), limit=5 / 9, alpha=0.05)
    if hits + misses == 0:
        assert (evidence.log10_e_violating, evidence.log10_e_compliant) == (0.0, 0.0)
        return
    share = hits / (hits + misses)
    assert (evidence.value, evidence.lower, evidence.upper) == (share, share, share)
    assert (evidence.log10_e_violating > 0) == (9 * hits > 5 * (hits + misses))
    assert (evidence.log10_e_compliant > 0) == (9 * hits <= 5 * (hits + misses))


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 40))
@settings(deadline=None)
def test_without_other_outcomes_it_is_the_bank_mean(hits: list[bool], left: int) -> None:
    size = len(hits) + left
    found = BankShare(1, size).evidence(
        counts([(int(one), int(not one)) for one in hits]), limit=0.3, alpha=0.05
    )
    plain = bank_mean([float(one) for one in hits], bank_size=size, limit=0.3, alpha=0.05)
    assert found.lower == pytest.approx(plain.lower, abs=2e-6)
    assert found.upper == pytest.approx(plain.upper, abs=2e-6)
    assert found.log10_e_violating == pytest.approx(plain.log10_e_violating)
    assert found.log10_e_compliant == pytest.approx(plain.log10_e_compliant)


@given(units, st.integers(1, 50))
@settings(deadline=None)
def test_capital_against_a_candidate_falls_as_it_grows(
    found: list[tuple[int, int]], left: int
) -> None:
    """What makes bisection find the interval."""
    bank = BankShare(2, len(found) + left)
    paths = [
        log_e_process(bank.values(counts(found), m), mean=m, bank_size=bank.bank_size)
        for m in np.linspace(0.02, 0.98, 25)
    ]
    for lower, higher in itertools.pairwise(paths):
        both_finite = np.isfinite(lower) & np.isfinite(higher)
        assert (higher[both_finite] <= lower[both_finite] + 1e-9).all()


def test_an_interval_that_excludes_the_limit_comes_with_the_verdict() -> None:
    rng = np.random.default_rng(3)
    named = rng.random((300, 2)) < 0.6
    hits = named & (rng.random((300, 2)) < 0.75)
    drawn = np.stack([hits.sum(axis=1), (named & ~hits).sum(axis=1)], axis=1).astype(float)
    found = BankShare(2, 900).evidence(drawn, limit=5 / 9, alpha=0.05)
    assert found.lower > 5 / 9
    assert found.log10_e_violating >= math.log10(20)


BAD = {
    "a limit": (counts([(1, 0)]), 1.0, 0.05),
    "an alpha": (counts([(1, 0)]), 0.5, 0.0),
    "too many units": (counts([(1, 0)] * 4), 0.5, 0.05),
    "too many outcomes": (counts([(2, 1)]), 0.5, 0.05),
    "a negative count": (counts([(-1, 1)]), 0.5, 0.05),
    "one column": (np.ones((2, 1)), 0.5, 0.05),
}


@pytest.mark.parametrize(("drawn", "limit", "alpha"), BAD.values(), ids=BAD)
def test_what_makes_no_sense_is_refused(drawn: np.ndarray, limit: float, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"needs|must"):
        BankShare(2, 3).evidence(drawn, limit=limit, alpha=alpha)


def test_a_bank_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="units"):
        BankShare(0, 3)
