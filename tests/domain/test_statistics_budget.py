"""The error budget: shares that last for ever, and lives in which every stream is healthy."""

from __future__ import annotations

import heapq
import math
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.statistics.betting import Floats, log_e_process
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.multiplicity import (
    alarm_bound,
    asking_discount,
    e_bh,
    lasting_share,
    stream_share,
)

ALPHA = 0.05
PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"


def test_shares_sum_to_one_over_streams_without_end() -> None:
    million = sum(stream_share(order) for order in range(1, 1_000_001))
    assert million == pytest.approx(1.0, abs=1e-6)
    assert million < 1.0


def test_an_alarm_needs_more_the_later_the_stream() -> None:
    bounds = [alarm_bound(order, ALPHA) for order in range(1, 50)]
    assert bounds == sorted(bounds)
    assert 10 ** bounds[0] == pytest.approx(math.pi**2 / 6 / ALPHA)


@pytest.mark.parametrize(("order", "alpha"), [(0, 0.05), (1, 0.0), (1, 1.0)])
def test_nonsense_is_refused(order: int, alpha: float) -> None:
    with pytest.raises(ValueError, match=r"counted|alpha"):
        alarm_bound(order, alpha)


def test_the_worst_healthy_streams_raise_a_false_alarm_in_at_most_alpha_of_lives() -> None:
    """Ville's inequality is met with equality by a maximum of 1/U: no stream can be worse."""
    lives, streams = 40_000, 200
    maxima = -np.log10(np.random.default_rng(20261127).random((lives, streams)))
    bounds = np.array([alarm_bound(order, ALPHA) for order in range(1, streams + 1)])
    alarmed = int(np.sum((maxima >= bounds).any(axis=1)))
    uncorrected = int(np.sum((maxima >= -math.log10(ALPHA)).any(axis=1)))
    bound = clopper_pearson_upper(alarmed, lives)
    assert bound == pytest.approx(ALPHA, rel=0.02)
    page = PAGE.read_text()
    assert (
        f"a false alarm was raised in {alarmed:,} ({alarmed / lives:.2%}, one-sided 95% bound "
        f"{bound:.2%}); without the budget, in {uncorrected:,}."
    ) in page


def test_askings_of_an_endpoint_are_worth_one_e_value_together() -> None:
    """Even if every asking were independent and the best of them were looked at."""
    assert sum(10 ** asking_discount(k) for k in range(1, 100_001)) == pytest.approx(1.0, abs=1e-5)
    assert asking_discount(None) == 0.0
    values = -np.log10(np.random.default_rng(20261128).random((40_000, 260)))
    discounts = np.array([asking_discount(k) for k in range(1, 261)])
    false = int(np.sum((values + discounts >= -math.log10(ALPHA)).any(axis=1)))
    assert clopper_pearson_upper(false, 40_000) <= 1.02 * ALPHA
    assert np.mean((values >= -math.log10(ALPHA)).any(axis=1)) > 0.99  # each counted whole


def test_numbers_by_result_break_the_budget_and_numbers_at_commitment_keep_it() -> None:
    """A false violation stops early, so an order by result gives it a place that asks little."""
    runs = _runs_at_the_limit(6_000)
    bounds = np.array([alarm_bound(order, ALPHA) for order in range(1, 121)])
    page = PAGE.read_text()
    for workers in (1, 8, 16, 32, 120):
        rng = np.random.default_rng(workers)
        found = {"commitment": 0, "result": 0}
        for _ in range(LIVES):
            items, log10_e = runs[rng.integers(len(runs), size=120)].T
            found["commitment"] += bool((log10_e >= bounds).any())
            found["result"] += bool((log10_e >= bounds[_places_by_result(items, workers)]).any())
        row = f"| {workers} | " + " | ".join(
            f"{one:,} of {LIVES:,} | {one / LIVES:.1%} | {clopper_pearson_upper(one, LIVES):.1%}"
            for one in (found["result"], found["commitment"])
        )
        assert row in page, row
        assert clopper_pearson_upper(found["commitment"], LIVES) <= ALPHA
        assert (found["result"] / LIVES > ALPHA) is (workers >= 8)


LIVES = 2_000


def _runs_at_the_limit(number: int) -> Floats:
    """(number, 2): items asked and log10 E against compliance, of runs that stop at a verdict.

    Of a bank of 504 with 25 violations, limit and alpha 5%, looked at after 64 items and every 16.
    """
    bank, rng = np.repeat([1.0, 0.0], [25, 479]), np.random.default_rng(20261128)
    looks, found = np.append(np.arange(64, 504, 16), 504), np.empty((number, 2))
    for run in found:
        values = rng.permutation(bank)
        sides = [(values, 0.05), (1.0 - values, 0.95)]
        against, for_it = (
            np.maximum.accumulate(log_e_process(drawn, mean=mean, bank_size=504))[looks - 1]
            for drawn, mean in sides
        )
        decided = np.flatnonzero(np.maximum(against, for_it) >= -math.log(ALPHA))
        last = decided[0] if len(decided) else -1
        run[:] = looks[last], against[last] / math.log(10)
    return found


def _places_by_result(items: Floats, workers: int) -> Floats:
    """The place of each run by the moment it ends, each begun by the first worker that is free."""
    free, ends = [0.0] * workers, np.empty(len(items))
    for run, asked in enumerate(items):
        ends[run] = heapq.heappop(free) + asked
        heapq.heappush(free, ends[run])
    return np.argsort(np.argsort(ends, kind="stable"))


@pytest.mark.parametrize("copies", [0, 3])
def test_screenings_share_one_false_discovery_rate_over_all_pairs_of_a_registry(
    copies: int,
) -> None:
    """The n-th model is screened against the n - 1 before; chance pairs are as bad as they can be.

    An e-value that is m / level or nothing is the worst for e-BH: its mean is 1, and it is
    discovered whenever it is not 0.
    """
    rng, lives, models = np.random.default_rng(20261129), 400, 60
    shared, apart = [], []
    for _ in range(lives):
        found = {True: [0, 0], False: [0, 0]}  # false, all
        for order in range(2, models + 1):
            for together, told in found.items():
                level = ALPHA * (lasting_share(order) if together else 1.0)
                pairs = order - 1
                hit = rng.random(pairs) < level / pairs
                values = np.where(hit, math.log10(pairs / level), -np.inf)
                if order <= 1 + copies:
                    values[0] = 30.0
                picked = np.array(e_bh(values.tolist(), level))
                told[0] += int(picked[1 if order <= 1 + copies else 0 :].sum())
                told[1] += int(picked.sum())
        shared.append(found[True][0] / max(found[True][1], 1))
        apart.append(found[False][0] / max(found[False][1], 1))
    spread = 3 * float(np.std(shared)) / math.sqrt(lives)
    assert np.mean(shared) < ALPHA + spread
    assert np.mean(apart) > 4 * ALPHA
