"""Engines of evidence: fair games by enumeration, and what each must agree with."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from compliance.domain.statistics.betting import population_mean
from compliance.domain.statistics.changes import Drift, cluster_means, clustered_change
from compliance.domain.statistics.engines import BoundedMean, Engine, log_maxima
from compliance.domain.statistics.judged import AuditedRate
from compliance.domain.statistics.ratios import LARGEST, SelectionRatio
from compliance.domain.statistics.restarts import RestartMixture, look_growth, restart
from compliance.domain.statistics.signs import log10_e_signs

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=40)
RATES = st.floats(0.03, 0.97)
Unit: TypeAlias = float | tuple[float, float]
Law: TypeAlias = Mapping[Unit, float]
"""Values of one unit with their chances."""


def expected(engine: Engine, law: Law, side: int, n: int = 3) -> np.ndarray:
    """E of the e-value after each of n independent units, by enumeration."""
    found = np.zeros(n)
    for outcome in itertools.product(law, repeat=n):
        chance = math.prod(law[one] for one in outcome)
        path = engine.paths(np.array(outcome))[side]
        assert not np.isnan(path).any()
        found += chance * np.exp(path)
    return found


@REPEATABLE
@given(st.floats(-3, 0), st.floats(0.5, 3), RATES, RATES, st.floats(0, 1))
def test_a_bounded_mean_is_a_fair_game_at_its_limit(
    low: float, width: float, share: float, rate: float, middle: float
) -> None:
    high = low + width
    law = {low: 1 - rate, low + width * middle: rate / 2, high: rate / 2 + 0.0}
    mean = sum(value * chance for value, chance in law.items())
    total = sum(law.values())
    if total < 1 - 1e-9 or not low < mean < high:
        return  # two of the three values coincide
    fair = BoundedMean(low, high, mean)
    assert expected(fair, law, 0) == pytest.approx(np.ones(3), abs=1e-9)
    assert expected(fair, law, 1) == pytest.approx(np.ones(3), abs=1e-9)
    other = BoundedMean(low, high, low + width * share)
    assert (expected(other, law, 0 if mean <= other.limit else 1) <= 1 + 1e-9).all()


@REPEATABLE
@given(RATES, RATES, st.floats(0, 1))
def test_a_selection_ratio_is_no_gain_while_its_null_holds(
    reference: float, group: float, together: float
) -> None:
    """Any dependence within the scenario: the joint law moves between its two extremes."""
    both = together * min(reference, group) + (1 - together) * max(0.0, reference + group - 1)
    law = {
        (1.0, 1.0): both,
        (1.0, 0.0): reference - both,
        (0.0, 1.0): group - both,
        (0.0, 0.0): 1 - reference - group + both,
    }
    side = 0 if group / reference >= 0.8 else 1
    assert (expected(SelectionRatio(), law, side) <= 1 + 1e-9).all()
    fair = expected(SelectionRatio(group / reference), law, 0)
    assert fair == pytest.approx(np.ones(3), abs=1e-9)


@REPEATABLE
@given(RATES, RATES, RATES, st.sampled_from([0.1, 0.5, 1.0]))
def test_an_audited_rate_is_fair_at_the_limit_whatever_the_judge(
    rate: float, sees: float, invents: float, audited: float
) -> None:
    law: dict[Unit, float] = {}
    for truth, judge, label in itertools.product((0.0, 1.0), (0.0, 1.0), (True, False)):
        right = sees if truth else invents
        chance = (rate if truth else 1 - rate) * (right if judge else 1 - right)
        unit = (judge, truth if label else math.nan)
        law[unit] = law.get(unit, 0.0) + chance * (audited if label else 1 - audited)
    merged = _merged(law)
    for side in (0, 1):
        fair = expected(AuditedRate(rate, audited), merged, side)
        assert fair == pytest.approx(np.ones(3), abs=1e-9)


def _merged(law: Law) -> Law:
    """NaN is not equal to itself: units that were not audited are added up by their judge."""
    found: dict[str, tuple[Unit, float]] = {}
    for unit, chance in law.items():
        before = found.get(repr(unit), (unit, 0.0))[1]
        found[repr(unit)] = (unit, before + chance)
    return {unit: chance for unit, chance in found.values() if chance > 0}


@REPEATABLE
@given(st.floats(0, 1))
def test_drift_is_a_fair_game_while_pairs_may_be_swapped(agree: float) -> None:
    law = {0.0: agree, 1.0: (1 - agree) / 2, -1.0: (1 - agree) / 2}
    assert expected(Drift(), law, 0, n=5) == pytest.approx(np.ones(5), abs=1e-9)
    assert expected(Drift(), law, 1).max() == pytest.approx(1.0)


@REPEATABLE
@given(RATES, st.floats(0, 1), st.integers(1, 4))
def test_a_restart_mixture_is_no_gain_while_every_look_complies(
    limit: float, share: float, items: int
) -> None:
    rate = limit * share
    law = {(float(x), float(items)): float(binom.pmf(x, items, rate)) for x in range(items + 1)}
    assert (expected(RestartMixture(limit), law, 0) <= 1 + 1e-9).all()
    fair = {(float(x), float(items)): float(binom.pmf(x, items, limit)) for x in range(items + 1)}
    assert expected(RestartMixture(limit), fair, 0) == pytest.approx(np.ones(3), abs=1e-9)


def test_a_restart_mixture_is_the_mixture_over_starts_that_it_says() -> None:
    growth = np.random.default_rng(2).normal(0, 1, (6, 3))
    for t in range(1, 7):
        started = [
            np.exp(growth[s - 1 : t].sum(axis=0)).mean() / (s * (s + 1)) for s in range(1, t + 1)
        ]
        assert np.exp(restart(growth)[t - 1]) == pytest.approx(sum(started) + 1 / (t + 1))


def test_counts_and_values_of_a_look_grow_alike() -> None:
    values = np.array([0.0, 1.0, 0.0, 0.0, 1.0])
    counted = RestartMixture(0.2).growth(np.array(2.0), np.array(5.0))
    assert look_growth(values, 0.2) == pytest.approx(counted)


def test_a_good_past_does_not_blind_the_restart_mixture() -> None:
    good, bad = [[0.0, 50.0]] * 500, [[8.0, 50.0]] * 10
    path, none = RestartMixture(0.05).paths(np.array(good + bad))
    assert path[499] < 0
    assert path.max() >= math.log(20)
    assert not none.any()


def test_drift_is_the_mixture_of_signs() -> None:
    path, _ = Drift().paths(np.array([1.0, 0.0, -1.0, 1.0, 1.0]))
    assert path[-1] == pytest.approx(log10_e_signs(3, 4) * math.log(10))
    assert path[1] == path[0]


def test_a_cluster_counts_once_however_many_items_it_has() -> None:
    means = cluster_means([1.0, -1.0, 1.0, 1.0, 0.0], ["b", "a", "b", "b", "a"])
    assert means.tolist() == [1.0, -0.5]
    found = clustered_change().evidence(means, alpha=0.05)
    assert (found.n, found.value) == (2, 0.25)
    assert -1 <= found.lower <= found.value <= found.upper <= 1


def test_with_every_item_labelled_the_rate_is_the_people_s_own() -> None:
    rng = np.random.default_rng(8)
    labels = (rng.random(300) < 0.02).astype(float)
    units = np.stack([rng.random(300).round(), labels], axis=1)
    ours = AuditedRate(0.05, 1.0).evidence(units, alpha=0.05)
    plain = population_mean([*labels], limit=0.05, alpha=0.05)
    assert ours.log10_e_compliant == pytest.approx(plain.log10_e_compliant)
    assert (ours.value, ours.lower, ours.upper) == pytest.approx(
        (plain.value, plain.lower, plain.upper)
    )


def test_the_corrected_rate_is_unbiased_where_the_judge_is_blind() -> None:
    rng = np.random.default_rng(5)
    truth = (rng.random(40_000) < 0.2).astype(float)
    labels = np.where(rng.random(40_000) < 0.25, truth, np.nan)
    corrected = AuditedRate(0.05, 0.25).corrected(np.stack([np.zeros(40_000), labels], axis=1))
    assert corrected.mean() == pytest.approx(0.2, abs=4 * corrected.std() / 200)


RATIO_DATA = st.lists(
    st.tuples(st.sampled_from([0.0, 0.4, 1.0]), st.sampled_from([0.0, 0.6, 1.0])),
    min_size=1,
    max_size=60,
)


@REPEATABLE
@given(RATIO_DATA, st.floats(0.2, 3))
def test_an_interval_without_the_limit_comes_with_the_evidence(
    rates: Sequence[tuple[float, float]], least: float
) -> None:
    units = np.array(rates)
    found = SelectionRatio(least).evidence(units, alpha=0.05)
    assert 1 / LARGEST <= found.upper <= LARGEST
    assert found.lower <= found.value <= found.upper
    if found.upper < least * (1 - 1e-5) and found.upper > found.value:
        assert found.log10_e_violating >= math.log10(2 / 0.05) - 1e-9
    if found.lower > least * (1 + 1e-5) and found.lower < found.value:
        assert found.log10_e_compliant >= math.log10(2 / 0.05) - 1e-9


def test_intervals_of_the_ratio_cover_at_every_n() -> None:
    rng = np.random.default_rng(6)
    misses = 0
    for _ in range(200):
        chance = rng.uniform(0.3, 0.9, 80)
        units = rng.binomial(5, np.stack([chance, 0.7 * chance], axis=1)) / 5
        found = SelectionRatio().evidence(units, alpha=0.1)
        misses += not found.lower <= 0.7 <= found.upper
    assert misses <= 20


def test_no_scenario_says_nothing() -> None:
    found = SelectionRatio().evidence(np.empty((0, 2)), alpha=0.05)
    assert (found.n, found.lower, found.upper) == (0, 1 / LARGEST, LARGEST)
    assert log_maxima(SelectionRatio().paths(np.empty((0, 2)))) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("engine", "units"),
    [
        (BoundedMean(0, 1, 0.5), [1.5]),
        (clustered_change(), [[0.0]]),
        (SelectionRatio(), [[0.5]]),
        (SelectionRatio(), [[0.5, 2.0]]),
        (RestartMixture(0.1), [[3.0, 2.0]]),
        (AuditedRate(0.1, 0.5), [[0.5, 2.0]]),
        (AuditedRate(0.1, 0.5), [0.5]),
        (Drift(), [math.nan]),
    ],
)
def test_units_of_another_shape_or_range_are_refused(engine: Engine, units: list[float]) -> None:
    with pytest.raises(ValueError, match=r"needs|must lie"):
        engine.paths(np.array(units))


def test_engines_refuse_what_cannot_be_tested() -> None:
    for build in (
        lambda: BoundedMean(0, 1, 1.0),
        lambda: SelectionRatio(0.0),
        lambda: RestartMixture(1.0),
        lambda: AuditedRate(0.5, 0.0),
        lambda: clustered_change(1.0),
    ):
        with pytest.raises(ValueError, match=r"must|needs"):
            build()
