"""The audited bank: a fair game by enumeration, exact at a census, and better with a good judge."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from compliance.domain.statistics.audited_bank import AuditedBank, drawn
from compliance.domain.statistics.betting import Floats, bank_mean

PEOPLE = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
JUDGES = {
    "right": PEOPLE,
    "wrong": 1.0 - PEOPLE,
    "blind": np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0]),
    "always": np.ones(6),
}


def _orders(judge: Floats, labels: int) -> list[Floats]:
    units = np.column_stack([judge, PEOPLE])
    return [units[list(order)] for order in itertools.permutations(range(6), labels)]


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES.keys())
@pytest.mark.parametrize("labels", [1, 3, 6])
def test_the_mean_of_e_over_all_orders_is_one_at_the_limit(judge: Floats, labels: int) -> None:
    """The bank's mean is the limit, so both sides are fair after any number of labels."""
    engine = AuditedBank(6, float(PEOPLE.mean()), float(judge.mean()))
    ends = [[path[-1] for path in engine.paths(units)] for units in _orders(judge, labels)]
    assert np.exp(np.array(ends)).mean(axis=0) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES.keys())
def test_e_is_a_martingale_label_by_label(judge: Floats) -> None:
    """Given any two labels, the mean over the third is the value after the second."""
    engine = AuditedBank(6, float(PEOPLE.mean()), float(judge.mean()))
    groups: dict[bytes, list[list[float]]] = {}
    for units in _orders(judge, 3):
        violating, compliant = engine.paths(units)
        row = [violating[1], violating[2], compliant[1], compliant[2]]
        groups.setdefault(units[:2].tobytes(), []).append(row)
    for rows in groups.values():
        before_v, after_v, before_c, after_c = np.exp(np.array(rows)).T
        assert after_v.mean() == pytest.approx(before_v[0])
        assert after_c.mean() == pytest.approx(before_c[0])


def test_without_the_judge_s_mean_it_is_the_labels_own_bank_mean() -> None:
    rng = np.random.default_rng(3)
    units = (rng.random((40, 2)) < 0.2).astype(np.float64)
    alone = AuditedBank(200, 0.1, None).evidence(units, alpha=0.05)
    plain = bank_mean(units[:, 1].tolist(), bank_size=200, limit=0.1, alpha=0.05)
    assert alone.log10_e_violating == pytest.approx(plain.log10_e_violating)
    assert alone.log10_e_compliant == pytest.approx(plain.log10_e_compliant)
    assert (alone.value, alone.lower, alone.upper) == pytest.approx(
        (plain.value, plain.lower, plain.upper), abs=2e-6
    )


def test_labels_of_the_whole_bank_decide_exactly() -> None:
    rng = np.random.default_rng(4)
    for hits, sides in ((5, (-300.0, 300.0)), (6, (300.0, -300.0))):
        people = rng.permutation(np.repeat([1.0, 0.0], [hits, 100 - hits]))
        judge = (rng.random(100) < 0.3).astype(np.float64)
        units = np.column_stack([judge, people])
        found = AuditedBank(100, 0.05, float(judge.mean())).evidence(units, alpha=0.05)
        assert (found.log10_e_violating, found.log10_e_compliant) == sides
        assert found.value == pytest.approx(hits / 100)
        assert found.lower <= hits / 100 <= found.upper
        assert found.upper - found.lower < 1e-4


def test_a_good_judge_narrows_the_interval_and_a_bad_one_does_not_ruin_it() -> None:
    rng = np.random.default_rng(5)
    people = rng.permutation(np.repeat([1.0, 0.0], [250, 250]))
    widths = {}
    for name, judge in (("right", people), ("wrong", 1 - people)):
        units = np.column_stack([judge, people])[:80]
        found = AuditedBank(500, 0.4, 0.5).evidence(units, alpha=0.05)
        assert found.lower <= 0.5 <= found.upper
        widths[name] = found.upper - found.lower
    alone = AuditedBank(500, 0.4, None).evidence(units, alpha=0.05)
    widths["alone"] = alone.upper - alone.lower
    assert widths["right"] < widths["alone"]
    assert widths["wrong"] < 1.5 * widths["alone"]


def test_no_labels_say_nothing() -> None:
    found = AuditedBank(10, 0.5, 0.2).evidence(np.empty((0, 2)), alpha=0.05)
    assert (found.n, found.lower, found.upper, found.log10_e_violating) == (0, 0.0, 1.0, 0.0)


def test_the_draw_is_the_seed_s_alone_and_has_its_share() -> None:
    assert drawn(7, 1000, 0.2) == drawn(7, 1000, 0.2)
    assert drawn(7, 1000, 0.2) != drawn(8, 1000, 0.2)
    assert drawn(7, 1000, 0.0) == ()
    assert drawn(7, 5, 1.0) == (0, 1, 2, 3, 4)
    assert abs(len(drawn(7, 100_000, 0.2)) - 20_000) < 5 * math.sqrt(16_000)


def test_a_larger_share_draws_the_same_items_and_more() -> None:
    assert set(drawn(7, 1000, 0.2)) < set(drawn(7, 1000, 0.4))


@pytest.mark.parametrize("arguments", [(0, 0.5, None), (5, 1.0, None), (5, 0.5, 1.5)])
def test_an_engine_out_of_range_is_refused(arguments: tuple[int, float, float | None]) -> None:
    with pytest.raises(ValueError, match="needs a bank"):
        AuditedBank(*arguments)


@pytest.mark.parametrize("units", [np.zeros(3), np.full((2, 2), np.nan), np.zeros((11, 2))])
def test_units_of_another_shape_or_range_are_refused(units: Floats) -> None:
    with pytest.raises(ValueError, match="needs a judge's"):
        AuditedBank(10, 0.5, 0.2).paths(units)
