"""Means by betting: what an e-process and a confidence sequence must be."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.statistics.betting import (
    bank_mean,
    interval,
    log_e_process,
    population_mean,
)
from compliance.domain.verdicts import LOG10_E_CAP

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=50)
VALUES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=40)
SMALL_BANKS = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=6).filter(
    lambda bank: 0 < sum(bank) < len(bank)
)
RATES = st.floats(0.02, 0.98)


def _mean_capital_without_replacement(bank: list[float], mean: float) -> np.ndarray:
    """The expected e-value after each value, over all orders of the bank."""
    paths = [
        np.exp(log_e_process(np.array(order), mean=mean, bank_size=len(bank)))
        for order in itertools.permutations(bank)
    ]
    return np.asarray(np.mean(paths, axis=0))


@REPEATABLE
@given(SMALL_BANKS)
def test_capital_is_a_fair_game_over_all_orders_of_a_bank_at_the_limit(bank: list[float]) -> None:
    expected = _mean_capital_without_replacement(bank, sum(bank) / len(bank))
    assert expected == pytest.approx(np.ones(len(bank)), abs=1e-9)


@REPEATABLE
@given(SMALL_BANKS, RATES)
def test_capital_does_not_grow_on_average_while_the_null_holds(
    bank: list[float], limit: float
) -> None:
    mean = sum(bank) / len(bank)
    if mean <= limit:
        assert (_mean_capital_without_replacement(bank, limit) <= 1 + 1e-9).all()
    if mean >= limit:
        others = [1 - one for one in bank]
        assert (_mean_capital_without_replacement(others, 1 - limit) <= 1 + 1e-9).all()


@REPEATABLE
@given(RATES, RATES)
def test_capital_is_fair_for_independent_draws_at_the_limit_and_shrinks_below(
    limit: float, share: float
) -> None:
    sequences = np.array(list(itertools.product([0.0, 1.0], repeat=6)))
    capital = np.array([np.exp(log_e_process(one, mean=limit)) for one in sequences])
    for rate, fair in ((limit, True), (limit * share, False)):
        chances = np.prod(np.where(sequences == 1, rate, 1 - rate), axis=1)
        expected = chances @ capital
        assert (expected <= 1 + 1e-9).all()
        if fair:
            assert expected == pytest.approx(np.ones(6), abs=1e-9)


@REPEATABLE
@given(VALUES, RATES)
def test_evidence_is_never_below_where_it_started(values: list[float], limit: float) -> None:
    assert not np.isnan(log_e_process(np.array(values), mean=limit)).any()
    found = population_mean(values, limit=limit, alpha=0.05)
    assert found.log10_e_violating >= 0
    assert found.log10_e_compliant >= 0


@REPEATABLE
@given(VALUES, st.integers(0, 30), RATES)
def test_interval_stays_within_what_the_bank_can_still_be(
    values: list[float], left: int, limit: float
) -> None:
    size = len(values) + left
    found = bank_mean(values, bank_size=size, limit=limit, alpha=0.05)
    assert sum(values) / size - 1e-6 <= found.lower <= found.value
    assert found.value <= found.upper <= (sum(values) + left) / size + 1e-6 or left == 0
    assert 0 <= found.lower <= found.upper <= 1


@REPEATABLE
@given(VALUES, RATES)
def test_census_is_exact(values: list[float], limit: float) -> None:
    found = bank_mean(values, bank_size=len(values), limit=limit, alpha=0.05)
    assert found.lower == found.value == found.upper
    expected = (LOG10_E_CAP, -LOG10_E_CAP)
    if found.value <= limit:
        expected = expected[::-1]
    assert (found.log10_e_violating, found.log10_e_compliant) == expected


def test_mean_exactly_at_a_limit_that_floats_cannot_hold_complies() -> None:
    for hits, size, limit in ((200, 360, 1 / 1.8), (1, 3, 1 / 3), (21, 420, 0.05)):
        values = [1.0] * hits + [0.0] * (size - hits)
        assert bank_mean(values, bank_size=size, limit=limit, alpha=0.05).log10_e_compliant == 300
        values = [1.0] * (hits + 1) + [0.0] * (size - hits - 1)
        assert bank_mean(values, bank_size=size, limit=limit, alpha=0.05).log10_e_violating == 300


def test_certainty_overrides_what_chance_suggested() -> None:
    """Five hits at once look violating; the bank's other 995 values are zero."""
    values = [1.0] * 5 + [0.0] * 995
    early = bank_mean(values[:5], bank_size=1000, limit=0.05, alpha=0.05)
    assert early.log10_e_violating > math.log10(1 / 0.05)
    late = bank_mean(values[:960], bank_size=1000, limit=0.05, alpha=0.05)
    assert (late.log10_e_violating, late.log10_e_compliant) == (-300, 300)


@REPEATABLE
@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=5, max_size=60), st.booleans(), RATES)
def test_interval_without_the_limit_comes_with_the_evidence(
    values: list[float], finite: bool, limit: float
) -> None:
    drawn = np.array(values)
    size = 2 * len(values) if finite else None
    lower, upper = interval(drawn, alpha=0.05, bank_size=size)
    above = log_e_process(drawn, mean=limit, bank_size=size).max()
    below = log_e_process(1 - drawn, mean=1 - limit, bank_size=size).max()
    logical_low = drawn.sum() / size if size else 0.0
    logical_high = 1 - (1 - drawn).sum() / size if size else 1.0
    if logical_low < limit < lower - 1e-6:
        assert above >= math.log(2 / 0.05)
    if upper + 1e-6 < limit < logical_high:
        assert below >= math.log(2 / 0.05)


def test_interval_only_shrinks_as_values_come() -> None:
    rng = np.random.default_rng(7)
    values = (rng.random(400) < 0.3).astype(float)
    ends = [interval(values[:n], alpha=0.05, bank_size=400) for n in range(1, 401, 7)]
    lowers, uppers = zip(*ends, strict=True)
    assert (np.diff(lowers) >= -2e-6).all()
    assert (np.diff(uppers) <= 2e-6).all()


def test_intervals_cover_the_mean_at_every_n() -> None:
    rng = np.random.default_rng(11)
    misses = {"bank": 0, "population": 0}
    for _ in range(400):
        bank = rng.permutation(np.repeat([1.0, 0.5, 0.0], [10, 20, 70]))
        lower, upper = interval(bank[:60], alpha=0.1, bank_size=100)
        misses["bank"] += not lower <= 0.2 <= upper
        values = rng.beta(1, 4, 60)
        lower, upper = interval(values, alpha=0.1, bank_size=None)
        misses["population"] += not lower <= 0.2 <= upper
    assert all(count <= 40 for count in misses.values())


def test_nothing_seen_says_nothing() -> None:
    found = population_mean([], limit=0.05, alpha=0.05)
    assert (found.n, found.lower, found.upper) == (0, 0.0, 1.0)
    assert (found.log10_e_violating, found.log10_e_compliant) == (0.0, 0.0)


@pytest.mark.parametrize("values", [[1.5], [-0.1], [float("nan")], [[0.5]]])
def test_values_outside_the_unit_interval_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        population_mean(values, limit=0.05, alpha=0.05)


def test_more_values_than_the_bank_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="more values"):
        bank_mean([0.0, 0.0], bank_size=1, limit=0.05, alpha=0.05)


@pytest.mark.bench
def test_two_thousand_values_take_milliseconds() -> None:
    values = np.random.default_rng(3).permutation(np.repeat([1.0, 0.0], [100, 1900]))
    for n in (500, 1000, 2000):
        started = time.perf_counter()
        for _ in range(10):
            bank_mean(values[:n], bank_size=2001, limit=0.05, alpha=0.05)
        print(f"bank_mean of {n} values: {(time.perf_counter() - started) * 100:.1f} ms")
