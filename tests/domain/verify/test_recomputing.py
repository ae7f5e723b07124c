from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compliance.domain.recipes import Combination, Fold, Recipe
from compliance.domain.statistics.folding import folded
from compliance.domain.verdicts import Estimate
from compliance.domain.verify.recomputing import Recomputed, recompute
from tests.domain.verify.bundles import CLAIM, answers, finding, recipe

ROOT = Path(__file__).parents[3]
PAIRS = answers(60)
SCORES = [score for _, score in PAIRS[:40]]
GOOD = finding(PAIRS, asked=40).estimate


def test_the_same_scores_give_the_same_estimate() -> None:
    found = recompute(GOOD, SCORES)
    assert found.outcome is Recomputed.SAME
    assert "recomputed from 40 scores" in found.text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"value": GOOD.value + 1e-6}, "value of the estimate"),
        ({"lower": GOOD.lower - 1e-5}, "lower of the estimate"),
        ({"upper": GOOD.upper + 1e-5}, "upper of the estimate"),
        ({"log10_e_violating": GOOD.log10_e_violating + 1e-6}, "log10_e_violating"),
        ({"log10_e_compliant": 9.0}, "log10_e_compliant"),
        ({"n": 41}, "n of the estimate"),
        ({"parts": ()}, "other parts"),
        ({"parts": (replace(GOOD.parts[0], value=0.0),)}, "value of letters"),
    ],
)
def test_another_figure_is_told(changes: dict[str, Any], text: str) -> None:
    found = recompute(replace(GOOD, **changes), SCORES)
    assert found.outcome is Recomputed.OTHER
    assert text in found.text


def test_figures_of_another_machine_may_differ_in_their_last_bits() -> None:
    near = replace(
        GOOD,
        log10_e_violating=GOOD.log10_e_violating * (1 + 1e-12),
        lower=GOOD.lower + 1e-6,
        upper=GOOD.upper - 1e-6,
    )
    assert recompute(near, SCORES).outcome is Recomputed.SAME


def test_a_verdict_on_the_edge_is_told_whatever_the_tolerance() -> None:
    edge = replace(CLAIM, alpha=10**-GOOD.log10_e_violating)
    part = replace(recipe(60).parts[0], alpha=edge.alpha)
    whole = Recipe(Combination.WHOLE, (part,), replace(part, name="", strata=()))
    found = folded(edge, whole, SCORES, planned=60)
    for log10_e in (found.log10_e_violating - 1e-12, found.log10_e_violating + 1e-12):
        said = replace(found, log10_e_violating=log10_e)
        same = recompute(said, SCORES).outcome is Recomputed.SAME
        assert same is (log10_e >= found.log10_e_violating)


def changed(change: Callable[[Fold], Fold]) -> Estimate:
    """An estimate that was folded as an operator would like it to be."""
    own = recipe(60)
    assert own.whole is not None
    other = replace(own, whole=change(own.whole))
    return folded(CLAIM, other, SCORES, planned=60)


@pytest.mark.parametrize(
    "change",
    [
        lambda fold: replace(fold, limit=0.9),
        lambda fold: replace(fold, alpha=0.5),
        lambda fold: replace(fold, strata=("letters",)),
        lambda fold: replace(fold, detail="value"),
    ],
)
def test_a_recipe_that_strays_from_the_claim_is_told(change: Callable[[Fold], Fold]) -> None:
    scores = [replace(one, detail={"value": 0.0}) for one in SCORES]
    try:
        estimate = changed(change)
    except ValueError:
        whole = change(recipe(60).parts[0])
        estimate = replace(GOOD, recipe=Recipe(Combination.WHOLE, (), whole))
    assert recompute(estimate, scores).outcome is Recomputed.OTHER


def test_parts_of_the_worst_share_the_alpha() -> None:
    one = recipe(60).parts[0]
    both = (one, replace(one, name="again"))
    greedy = folded(CLAIM, Recipe(Combination.WORST, both), SCORES, planned=60)
    assert recompute(greedy, SCORES).outcome is Recomputed.OTHER
    halves = tuple(replace(fold, alpha=0.025) for fold in both)
    honest = folded(CLAIM, Recipe(Combination.WORST, halves), SCORES, planned=60)
    assert recompute(honest, SCORES).outcome is Recomputed.SAME


@pytest.mark.parametrize("changes", [{"size": 3}, {"limit": "x"}, {"name": 1}, {"strata": (1,)}])
def test_a_recipe_that_cannot_be_followed_is_told(changes: dict[str, Any]) -> None:
    part = replace(recipe(60).parts[0], **changes)
    said = replace(GOOD, recipe=Recipe(Combination.WHOLE, (part,), recipe(60).whole))
    assert recompute(said, SCORES).outcome is Recomputed.OTHER


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['numpy'] = sys.modules['scipy'] = None\n"
        "from compliance.domain.verify.recomputing import recompute\n"
        "from compliance.domain.verdicts import Estimate\n"
        "import json; found = recompute(Estimate.from_json(json.load(sys.stdin)), [])\n"
        "print(found.outcome.value, found.text)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(GOOD.to_json()),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "not install the extra: pip install 'assay[statistics]'"
