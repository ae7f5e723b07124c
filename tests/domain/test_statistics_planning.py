"""The planner: simulated chances against enumeration, fixed sizes against scipy."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from compliance.domain.statistics.fixed_sample import all_comply, smallest_fixed_size
from compliance.domain.statistics.lives import Design, decide, follow, in_turn
from compliance.domain.statistics.planning import Banks, Chance, Outlook, default_rates, outlook
from compliance.domain.vocabulary import Verdict

REPEATABLE = settings(deadline=None, derandomize=True, max_examples=40)
SMALL = Design(limit=0.3, alpha=0.25, batch_size=2, minimum_items=4)


def _holds(chance: Chance, truth: float) -> bool:
    return chance.lower <= truth <= chance.upper


@pytest.mark.parametrize("hits", [0, 3, 4, 7])
def test_chances_and_items_are_those_of_all_orders_of_a_small_bank(hits: int) -> None:
    ended: Counter[Verdict] = Counter()
    items = []
    for ones in itertools.combinations(range(12), hits):
        values = np.zeros(12)
        values[list(ones)] = 1.0
        verdict, asked = decide(np.zeros(12, dtype=np.int64), values, SMALL)
        ended[verdict] += 1
        items.append(asked)
    found = outlook(Banks((12,)), SMALL, hits / 12, lives=3000, seed=1)
    assert _holds(found.compliant, ended[Verdict.COMPLIANT] / ended.total())
    assert _holds(found.violating, ended[Verdict.VIOLATING] / ended.total())
    assert found.items.mean == pytest.approx(
        np.mean(items), abs=4 * found.items.standard_error + 1e-9
    )
    assert found.items.median_lower <= np.median(items) <= found.items.median_upper
    assert found.right is (Verdict.COMPLIANT if hits <= 3 else Verdict.VIOLATING)


def test_a_life_with_and_without_its_coverage_ends_alike() -> None:
    rng = np.random.default_rng(3)
    design = Design(0.5, 0.1, 8, 16)
    for _ in range(20):
        banks = [rng.integers(0, 2, 30).astype(float) for _ in range(3)]
        parts, values = in_turn(banks, rng)
        life = follow(parts, values, design)
        assert (life.verdict, life.items) == decide(parts, values, design)


def test_the_same_question_has_the_same_answer() -> None:
    def ask(seed: int) -> Outlook:
        return outlook(Banks((40, 40)), SMALL, 0.25, lives=50, seed=seed)

    assert ask(5) == ask(5)
    assert ask(5).items != ask(6).items


def test_a_budget_ends_runs_without_a_verdict() -> None:
    free = outlook(Banks((200,)), SMALL, 0.28, lives=200, seed=2)
    short = outlook(Banks((200,)), SMALL, 0.28, lives=200, seed=2, most_items=10)
    assert free.inconclusive.value == 0.0
    assert short.inconclusive.value > 0.3
    assert short.items.ninetieth == 10
    assert short.saved_of_fixed is None
    below_the_minimum = outlook(Banks((200,)), SMALL, 0.0, lives=5, seed=2, most_items=2)
    assert below_the_minimum.items.mean == 2


def test_the_worst_bank_has_the_stated_rate_and_the_others_at_most_theirs() -> None:
    design = Design(0.5, 0.05, 10, 20)
    bad = outlook(Banks((50, 50), elsewhere=0.2), design, 0.9, lives=50, seed=1)
    good = outlook(Banks((50, 50), elsewhere=0.2), design, 0.1, lives=50, seed=1)
    assert (bad.rate, bad.right) == (0.9, Verdict.VIOLATING)
    assert (good.rate, good.right) == (0.1, Verdict.COMPLIANT)
    # Two banks at 90% are found sooner than one.
    both = outlook(Banks((50, 50)), design, 0.9, lives=50, seed=1)
    assert both.items.mean <= bad.items.mean


@REPEATABLE
@given(
    st.integers(5, 60),
    st.floats(0.05, 0.9),
    st.floats(0.01, 0.3),
    st.floats(0.5, 0.99),
    st.floats(0, 1),
)
def test_the_fixed_size_is_the_smallest_that_the_hypergeometric_law_allows(
    size: int, limit: float, alpha: float, power: float, rate: float
) -> None:
    hits = round(rate * size)
    most = next(k for k in range(size, -1, -1) if k <= size * limit + 1e-9)

    def right(n: int) -> float:
        x = np.arange(n + 1)
        if hits <= most:
            shown = hypergeom.cdf(x, size, most + 1, n) <= alpha
        else:
            shown = hypergeom.sf(x - 1, size, most, n) <= alpha
        return float(hypergeom.pmf(x, size, hits, n)[shown].sum())

    found = smallest_fixed_size([size], [hits], limit=limit, alpha=alpha, power=power)
    if found < size:
        assert right(found) >= power - 1e-9
    assert all(right(n) < power + 1e-9 for n in range(1, found))


def test_the_fixed_test_of_several_banks_is_right_as_often_as_simulation_says() -> None:
    """Two banks of 40: the size is the first at which simulated runs are right often enough."""
    sizes, hits, rng = [40, 40], [30, 20], np.random.default_rng(4)
    n = smallest_fixed_size(sizes, hits, limit=0.5, alpha=0.1, power=0.8)
    each = n // 2
    bound = next(x for x in range(each + 1) if hypergeom.sf(x - 1, 40, 20, each) <= 0.05)
    drawn = [rng.hypergeometric(k, 40 - k, each, 20_000) for k in hits]
    alarms = (np.array(drawn) >= bound).any(axis=0)
    assert alarms.mean() >= 0.8 - 0.01
    assert not all_comply(sizes, hits, 0.5)
    assert all_comply(sizes, [20, 20], 0.5)


@given(st.floats(0.001, 0.999))
def test_default_rates_stand_on_both_sides_of_the_limit(limit: float) -> None:
    rates = default_rates(limit)
    assert list(rates) == sorted(rates)
    assert rates[3] < limit < rates[4]
    assert all(0 < rate < 1 for rate in rates)


@pytest.mark.parametrize(
    ("sizes", "rate", "lives"), [((), 0.1, 10), ((10,), 1.5, 10), ((10,), 0.1, 0)]
)
def test_what_cannot_be_simulated_is_refused(
    sizes: tuple[int, ...], rate: float, lives: int
) -> None:
    with pytest.raises(ValueError, match="needs a bank"):
        outlook(Banks(sizes), SMALL, rate, lives=lives, seed=1)
    with pytest.raises(ValueError, match="strictly"):
        default_rates(0.0)
    with pytest.raises(ValueError, match="no more hits"):
        smallest_fixed_size([3], [4], limit=0.5, alpha=0.1, power=0.5)
