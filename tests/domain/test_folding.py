import json
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from compliance.domain.canonical import canonical_json
from compliance.domain.items import Score
from compliance.domain.recipes import Combination, Engine, Fold, Proviso, Recipe
from compliance.domain.statistics.betting import bank_mean
from compliance.domain.statistics.folding import fold_part, folded, gate_shown
from compliance.domain.statistics.shares import BankShare
from compliance.domain.statistics.slopes import PairedSlope
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Scope

CLAIM = Claim("s", "bank", "rate", 0.1, "a source", 0.05, "request", Scope.BANK)
COHERENT = Proviso("incoherent", at_most=0.5)


def bank(name: str, size: int, *strata: str, provisos: tuple[Proviso, ...] = ()) -> Fold:
    return Fold(name, Engine.BANK, size, 0.1, 0.05, strata, provisos=provisos)


def scores(rate: float, count: int, part: str = "a", label: str = "x") -> list[Score]:
    draw = random.Random(count)  # noqa: S311
    return [
        Score(f"{part}/{n}", part, f"c{n // 3}", float(draw.random() < rate), label)
        for n in range(count)
    ]


def test_the_whole_decides_and_parts_are_folded_from_their_strata() -> None:
    given = scores(0.3, 40) + scores(0.0, 10, part="b")
    recipe = Recipe(Combination.WHOLE, (bank("a", 60, "a"), bank("b", 40, "b")), bank("", 100))
    found = folded(CLAIM, recipe, given, planned=100)
    alone = bank_mean([one.value for one in given], bank_size=100, limit=0.1, alpha=0.05)
    assert (found.value, found.lower, found.upper) == (alone.value, alone.lower, alone.upper)
    assert found.log10_e_violating == alone.log10_e_violating
    assert [part.n for part in found.parts] == [40, 10]


def test_the_worst_part_is_the_value_and_violating_pays_for_the_number_of_parts() -> None:
    given = scores(0.9, 20) + scores(0.0, 20, part="b")
    recipe = Recipe(Combination.WORST, (bank("a", 60, "a"), bank("b", 40, "b")))
    found = folded(CLAIM, recipe, given, planned=100)
    a, b = found.parts
    assert (found.value, found.n) == (a.value, 40)
    assert found.log10_e_violating == pytest.approx(a.log10_e_violating - 0.30103)
    assert found.log10_e_compliant == min(a.log10_e_compliant, b.log10_e_compliant)


@pytest.mark.parametrize(("broken", "counts"), [(20, True), (21, False)])
def test_a_proviso_withdraws_the_evidence_for_compliance_alone(broken: int, counts: bool) -> None:
    given = scores(0.0, 40)
    given[:broken] = [replace(one, label="incoherent") for one in given[:broken]]
    fold = bank("", 1000, provisos=(COHERENT,))
    found = folded(CLAIM, Recipe(Combination.WHOLE, (), fold), given, planned=1000)
    assert (found.log10_e_compliant > 0.0) is counts


def test_a_proviso_may_ask_something_of_other_answers_than_those_it_folds() -> None:
    able = Proviso("followed", strata=("control",), at_least=0.5)
    whole = replace(bank("", 1000, provisos=(able,)), left_out=("control",))
    recipe = Recipe(Combination.WHOLE, (), whole)
    planted = scores(0.0, 40)
    unable = folded(CLAIM, recipe, planted, planned=1000)
    controls = scores(1.0, 4, part="control", label="followed")
    shown = folded(CLAIM, recipe, controls + planted, planned=1000)
    assert unable.log10_e_compliant <= 0.0 < shown.log10_e_compliant
    assert (unable.n, unable.value) == (shown.n, shown.value)


def test_clusters_count_once_each_and_a_number_in_the_detail_can_be_folded() -> None:
    given = [replace(one, detail={"after": 1.0}) for one in scores(0.0, 30)]
    fold = Fold("", Engine.CLUSTERS, 0, 0.1, 0.05, detail="after")
    found = folded(CLAIM, Recipe(Combination.WHOLE, (), fold), given, planned=30)
    assert (found.n, found.value) == (30, 1.0)
    alone = bank_mean([1.0] * 10, bank_size=10**9, limit=0.1, alpha=0.05)
    assert found.log10_e_violating == pytest.approx(alone.log10_e_violating, abs=1e-6)
    with pytest.raises(ValueError, match="no number 'after'"):
        folded(CLAIM, Recipe(Combination.WHOLE, (), fold), scores(0.0, 3), planned=30)


def test_a_recipe_comes_back_from_its_canonical_json() -> None:
    able = Proviso("followed", strata=("control",), at_least=0.5)
    parts = (bank("a", 60, "a", provisos=(COHERENT, able)),)
    recipe = Recipe(Combination.WHOLE, parts, Fold("", Engine.CLUSTERS, 0, 0.1, 0.05, detail="x"))
    assert Recipe.from_json(json.loads(canonical_json(recipe.to_json()))) == recipe
    estimate = folded(CLAIM, Recipe(Combination.WORST, parts), scores(0.1, 9), planned=60)
    assert Estimate.from_json(json.loads(canonical_json(estimate.to_json()))) == estimate


@pytest.mark.parametrize(
    "change",
    [
        {"combination": "best"},
        {"more": 1},
        {"whole": None},
        {"parts": [{"name": "a"}]},
        {"whole": {"engine": "dice"}},
    ],
)
def test_a_recipe_that_says_something_else_is_refused(change: dict[str, object]) -> None:
    good = Recipe(Combination.WHOLE, (), bank("", 10)).to_json()
    with pytest.raises((ValueError, TypeError, KeyError)):
        Recipe.from_json(good | change)


def test_a_slope_is_of_whole_pairs_that_stand_next_to_each_other() -> None:
    given = [
        Score(f"o/{n}", "o", "c", 2.0 * n + 0.1 * (n % 3), "x", detail={"odds": float(n)})
        for n in range(61)
    ]
    fold = Fold("", Engine.SLOPE, 0, 0.5, 0.05, along="odds")
    found = folded(CLAIM, Recipe(Combination.WHOLE, (), fold), given, planned=61)
    units = np.array([[1.0, b.value - a.value] for a, b in pairwise(given)][::2])
    alone = PairedSlope(0.5).evidence(units, alpha=0.05)
    assert (found.value, found.lower, found.upper) == (alone.value, alone.lower, alone.upper)
    assert found.log10_e_violating == alone.log10_e_violating > 1.0
    nothing = folded(CLAIM, Recipe(Combination.WHOLE, (), fold), [], planned=61)
    assert (nothing.n, nothing.value) == (0, 0.5)


def test_fields_that_have_their_default_are_not_written() -> None:
    """Statements are compared to the byte: a field that is new must not change older ones."""
    (part,) = Recipe(Combination.WORST, (bank("a", 60, "a"),)).to_json()["parts"]  # type: ignore[misc, union-attr]
    assert part == {
        "name": "a",
        "engine": "bank",
        "size": 60,
        "limit": 0.1,
        "alpha": 0.05,
        "strata": ["a"],
    }


def test_a_recipe_has_a_bounded_number_of_parts() -> None:
    with pytest.raises(ValueError, match="more than 500 parts"):
        Recipe(Combination.WORST, (bank("a", 60),) * 501)


def test_scores_next_to_each_other_make_one_value_and_a_part_may_be_signed() -> None:
    given = scores(0.6, 40)
    fold = replace(bank("a", 30, "a"), unit=2, signed=True)
    found = fold_part(fold, given)
    means = [(a.value + b.value) / 2 for a, b in list(pairwise(given))[::2]]
    alone = bank_mean(means, bank_size=30, limit=0.1, alpha=0.05)
    assert (found.n, found.value) == (40, 2 * alone.value - 1)
    assert (found.lower, found.upper) == (2 * alone.lower - 1, 2 * alone.upper - 1)
    assert found.log10_e_violating == alone.log10_e_violating
    with pytest.raises(ValueError, match="reshape"):
        fold_part(fold, given[:39])


def test_a_share_is_of_outcomes_that_are_hits_or_misses() -> None:
    given = [replace(one, value=[1.0, 0.0, 0.5][n % 3]) for n, one in enumerate(scores(0.0, 60))]
    fold = Fold("", Engine.SHARE, 100, 0.55, 0.05, unit=2)
    counts = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]] * 10)
    alone = BankShare(unit_size=2, bank_size=100).evidence(counts, limit=0.55, alpha=0.05)
    found = fold_part(fold, given)
    assert (found.value, found.lower, found.upper) == (0.5, alone.lower, alone.upper)
    assert found.log10_e_compliant == alone.log10_e_compliant


@pytest.mark.parametrize(("right", "open_"), [(True, True), (False, False)])
def test_a_gate_that_is_not_shown_leaves_neither_side_a_say(right: bool, open_: bool) -> None:
    given = [replace(one, detail={"right": right}) for one in scores(0.9, 60)]
    gate = Fold("able", Engine.BANK, 100, 0.4, 0.05, ("a",), detail="right")
    found = fold_part(replace(bank("a", 100, "a"), gate=gate), given)
    assert (found.log10_e_violating > 1.3) is open_
    assert found.log10_e_compliant <= 0.0
    assert gate_shown(gate, fold_part(gate, given)) is open_
    recipe = Recipe(Combination.WORST, (replace(bank("a", 100, "a"), gate=gate),))
    assert Recipe.from_json(json.loads(canonical_json(recipe.to_json()))) == recipe
    with pytest.raises(ValueError, match="mean of a bank"):
        fold_part(replace(bank("a", 100), gate=replace(gate, engine=Engine.CLUSTERS)), given)
