"""What every stress test concludes is recomputed from its scores by the verifier's own function."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.errors import NotTestableError
from compliance.domain.items import Item, Score
from compliance.domain.verdicts import Estimate
from compliance.domain.verify.recomputing import Recomputed, recompute
from workers.catalogue import catalogue
from workers.contract import Procedure

NOT_RECOMPUTED = {
    "bias.decisions": "its ratios of every two groups are not said by a recipe yet",
    "provenance.calibrated_match": "it ranks among controls, which no recipe says yet",
    "provenance.distillation": "it ranks among controls, which no recipe says yet",
    "provenance.next_token_agreement": "it ranks among controls, which no recipe says yet",
    "provenance.output_image": "it ranks among controls, which no recipe says yet",
    "provenance.resemblance": "it is a rank of leads, and concludes nothing",
    "provenance.phylogeny": "it is a rank of leads, and concludes nothing",
    "provenance.served_drift": "its p-values need the looks before, which no recipe holds yet",
    "provenance.shared_initialisation": "it folds counts of layers, which no recipe says yet",
    "provenance.training_order": "its bets on pairs of places are said by no recipe yet",
    "provenance.weights_digest": "a census of files: nothing is estimated",
}
DETAIL: dict[str, Json] = {"after": 0.5, "contrast": 0.1, "right": True, "other_leaning": 0.2}
TESTS = {f"{name}@{version}": test for (name, version), test in catalogue().items()}


def plan(procedure: Procedure) -> list[Item]:
    try:
        return procedure.items(np.random.Generator(np.random.PCG64(3)))
    except NotTestableError as error:
        pytest.skip(str(error))


def answered(items: list[Item], draw: random.Random) -> list[Score]:
    labels = ("refusal", "compliance", "incoherent", "followed", "tie")
    return [
        Score(
            item.id,
            item.part,
            item.cluster,
            float(draw.random() < 0.2),
            draw.choice(labels),
            detail=DETAIL | {"log_odds_of_women": 0.1 * place},
        )
        for place, item in enumerate(items)
    ]


@pytest.mark.parametrize("name", sorted(TESTS))
@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_verifier_finds_what_the_run_concluded(name: str, share: float) -> None:
    if name.partition("@")[0] in NOT_RECOMPUTED:
        pytest.skip(NOT_RECOMPUTED[name.partition("@")[0]])
    procedure = TESTS[name].build({})
    items = plan(procedure)
    count = round(share * len(items) / procedure.batch_size) * procedure.batch_size
    scores = answered(items[:count], random.Random(4))  # noqa: S311
    recorded = json.loads(canonical_json(procedure.conclude(scores).to_json()))
    estimate = Estimate.from_json(recorded)
    assert recompute(estimate, scores).outcome is Recomputed.SAME
    other = [replace(one, value=float(place % 2)) for place, one in enumerate(scores)]
    assert recompute(estimate, other).outcome is Recomputed.OTHER


def test_a_test_without_a_recipe_is_known_by_name() -> None:
    """Whoever adds a stress test writes its recipe, or a line above that says why there is none."""
    assert {name.partition("@")[0] for name in TESTS} >= set(NOT_RECOMPUTED)


def test_the_docs_name_the_provenance_tests_that_are_recomputed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "bundles.md").read_text()
    (said,) = re.findall(r"\*\*Recomputed\*\*:(.*?)\*\*Not", page, flags=re.DOTALL)
    recomputed = {name.partition("@")[0] for name in TESTS} - set(NOT_RECOMPUTED)
    assert set(re.findall(r"`(\w+\.\w+)`", said)) == {
        name for name in recomputed if name.startswith("provenance.")
    }
