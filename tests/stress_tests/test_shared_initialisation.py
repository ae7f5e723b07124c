"""``provenance.shared_initialisation``: from weights to verdict, on models trained here."""

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest

from compliance.domain.canonical import Json, digest
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Score
from workers.stress_tests.provenance.shared_initialisation import shared_initialisation
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Shape,
    Training,
    batches,
    initial,
    library_text,
    member,
    train,
)

SHAPE = Shape(width=16, hidden=48, layers=2)
Tensors = Mapping[str, np.ndarray]


@pytest.fixture(scope="module")
def models() -> dict[str, Tensors]:
    """Independent seeds a, b, c on the same text in the same order, and a fine-tune of a."""
    drawn = batches(library_text("json"), [0, 0, 0], SHAPE)
    zoo = train(initial([1, 2, 3], SHAPE), drawn, SHAPE, Training(60, 3e-3))
    parent = {name: tensor[:1] for name, tensor in zoo.items()}
    other_text = batches(library_text("pydoc_data"), [1], SHAPE)
    child = train(parent, other_text, SHAPE, Training(60, 1e-3, decay=False))
    names = {letter: member(zoo, k) for k, letter in enumerate("abc")}
    return names | {"child": member(child, 0)}


def _reference(label: str, **declared: bool) -> dict[str, Json]:
    return {"label": label, "digest": digest(label), "declared_parent": False, **declared}


def _run(
    subject: Tensors, held: Mapping[str, Tensors], references: list[dict[str, Json]]
) -> tuple[Estimate, list[Score]]:
    backend = HeldBackend(
        HeldWeights("subject", subject, {}),
        {digest(label): HeldWeights(label, model, {}) for label, model in held.items()},
    )
    procedure = shared_initialisation.build({"references": references})
    scores = procedure.score(backend, procedure.items(np.random.default_rng(0)))
    return procedure.conclude(scores), scores


def test_declared_parent_that_is_shown_is_compliant(models: dict[str, Tensors]) -> None:
    references = [_reference("a", declared_parent=True), _reference("b"), _reference("c")]
    estimate, scores = _run(models["child"], models, references)
    assert judge(estimate) is Verdict.COMPLIANT
    assert [score.label for score in scores] == ["shares_initialisation", "not_shown", "not_shown"]
    assert scores[0].value > 0.9
    assert estimate.log10_e_compliant > 100
    assert estimate.claim.limit == pytest.approx(1 / SHAPE.hidden)
    assert estimate.value == max(score.value for score in scores[1:])
    assert estimate.lower <= estimate.claim.limit <= estimate.upper
    assert [part.name for part in estimate.parts] == ["a", "b", "c"]


def test_undeclared_parent_is_violating(models: dict[str, Tensors]) -> None:
    estimate, _ = _run(models["child"], models, [_reference("b"), _reference("a")])
    assert judge(estimate) is Verdict.VIOLATING
    assert estimate.value == 1.0
    # Two layers, two references: the interval is wide where the e-value is beyond doubt.
    assert estimate.lower == pytest.approx(math.sqrt(0.001 / 2 / 2))


def test_many_references_cost_their_number(models: dict[str, Tensors]) -> None:
    """e-Bonferroni, seen where the evidence is below the stored cap: signs alone."""
    alone, scores = _run(models["child"], models, [_reference("a")])
    three, _ = _run(models["child"], models, [_reference(x) for x in "abc"])
    assert scores[0].detail["log10_e"] < 300
    difference = alone.log10_e_violating - three.log10_e_violating
    assert difference == pytest.approx(math.log10(3))


def test_references_that_a_screening_chose_cost_the_number_screened(
    models: dict[str, Tensors],
) -> None:
    alone, scores = _run(models["child"], models, [_reference("a")])
    chosen = shared_initialisation.build({"references": [_reference("a")], "screened": 1000})
    assert alone.log10_e_violating < 300
    difference = alone.log10_e_violating - chosen.conclude(scores).log10_e_violating
    assert difference == pytest.approx(3.0)
    with pytest.raises(InvalidInputError):
        shared_initialisation.build({"screened": -1})


def test_unrelated_models_are_inconclusive_and_never_called_independent(
    models: dict[str, Tensors],
) -> None:
    estimate, _ = _run(models["a"], models, [_reference("b"), _reference("c")])
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert estimate.log10_e_compliant == 0.0
    assert any("Not shown is not independent" in caveat for caveat in estimate.caveats)


def test_undeclared_hit_outweighs_a_shown_parent(models: dict[str, Tensors]) -> None:
    references = [_reference("a", declared_parent=True), _reference("copy")]
    estimate, _ = _run(models["child"], {**models, "copy": models["child"]}, references)
    assert judge(estimate) is Verdict.VIOLATING
    assert estimate.log10_e_compliant == 0.0


def test_declared_parent_that_is_no_parent_is_inconclusive(models: dict[str, Tensors]) -> None:
    estimate, _ = _run(models["a"], models, [_reference("b", declared_parent=True)])
    assert judge(estimate) is Verdict.INCONCLUSIVE


def test_every_declared_parent_must_be_shown(models: dict[str, Tensors]) -> None:
    references = [_reference("a", declared_parent=True), _reference("b", declared_parent=True)]
    estimate, _ = _run(models["child"], models, references)
    assert judge(estimate) is Verdict.INCONCLUSIVE


def test_declared_relative_moves_neither_side(models: dict[str, Tensors]) -> None:
    references = [_reference("child", declared_relative=True), _reference("b")]
    estimate, scores = _run(models["a"], models, references)
    assert scores[0].label == "shares_initialisation"
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert "declared relative: shares initialisation" in estimate.parts[0].note


def test_shared_seed_is_named_in_every_estimate(models: dict[str, Tensors]) -> None:
    for label in "ab":
        estimate, _ = _run(models["child"], models, [_reference(label)])
        assert any("published seed" in caveat for caveat in estimate.caveats)


def test_estimate_is_recomputed_from_stored_scores(models: dict[str, Tensors]) -> None:
    references = [_reference("a", declared_parent=True), _reference("b")]
    estimate, scores = _run(models["child"], models, references)
    stored = json.loads(json.dumps([score.to_json() for score in scores]))
    procedure = shared_initialisation.build({"references": references})
    again = procedure.conclude([Score.from_json(one) for one in stored])
    assert again == estimate
    assert Estimate.from_json(json.loads(json.dumps(again.to_json()))) == estimate
    assert shared_initialisation.spec(references=references).digest


def test_without_references_it_is_not_testable() -> None:
    procedure = shared_initialisation.build({})
    with pytest.raises(NotTestableError, match="no registered model"):
        procedure.items(np.random.default_rng(0))


def test_same_weights_registered_twice_are_compared_once_under_the_strongest_role() -> None:
    twice = [_reference("a"), {**_reference("a", declared_parent=True), "label": "a again"}]
    procedure = shared_initialisation.build({"references": twice})
    (item,) = procedure.items(np.random.default_rng(0))
    assert (item.part, item.payload["role"]) == ("a again", "declared_parent")


def test_equal_labels_are_told_apart() -> None:
    entries = [_reference("a"), {**_reference("a"), "digest": digest("other")}]
    procedure = shared_initialisation.build({"references": entries})
    parts = {item.part for item in procedure.items(np.random.default_rng(0))}
    assert parts == {f"a ({digest('a')[:12]})", f"a ({digest('other')[:12]})"}


@pytest.mark.parametrize(
    ("references", "field"),
    [
        ("a", "parameters.references"),
        (["a"], "parameters.references[0]"),
        ([{"label": "a", "digest": "b"}], "parameters.references[0]"),
        ([{"label": "", "digest": "b", "declared_parent": True}], "parameters.references[0]"),
        ([{**_reference("a"), "parent": True}], "parameters.references[0]"),
    ],
)
def test_malformed_reference_names_the_field(references: Json, field: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        shared_initialisation.build({"references": references})
    assert error.value.field == field


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0, "low", None, True])
def test_impossible_error_rate_is_refused(alpha: Json) -> None:
    with pytest.raises(InvalidInputError) as error:
        shared_initialisation.build({"alpha": alpha})
    assert error.value.field == "parameters.alpha"
