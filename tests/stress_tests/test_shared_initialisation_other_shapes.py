"""Weights that differ in depth, height, width, names or wholeness: an answer or a reason."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from compliance.domain.canonical import Json, digest
from compliance.domain.errors import NotTestableError
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Score, StressTest
from workers.stress_tests.provenance.derivations_validity import (
    layers_kept,
    reshuffle_residual,
    reshuffle_units,
    reshuffle_values,
)
from workers.stress_tests.provenance.gated_units import pairings
from workers.stress_tests.provenance.shared_initialisation import (
    shared_initialisation,
    shared_initialisation_1,
)
from workers.stress_tests.provenance.unit_families import (
    IN_WEIGHTS,
    compare,
    families,
    log10_e_family,
)
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Shape,
    initial,
    member,
)

Tensors = dict[str, np.ndarray]
DEEP = Shape(width=16, hidden=48, layers=5)
CONFIG: Mapping[str, Json] = {"num_attention_heads": DEEP.heads}
IN_MLPS, OTHERS = ("hidden_units", "scanned_layers"), ("value_rows", "embedding_columns")


@pytest.fixture(scope="module")
def models() -> list[Tensors]:
    """Two independent initialisations, five layers deep; training is not what is tested here."""
    stack = initial([11, 12], DEEP)
    return [member(stack, k) for k in range(2)]


def _run(
    subject: Tensors,
    *held: Tensors,
    settings: Mapping[str, Json] | None = None,
    test: StressTest = shared_initialisation,
) -> tuple[Estimate, list[Score]]:
    """Settings are the references' config; the subject's is always its own."""
    labels = [f"reference {k}" for k in range(len(held))]
    backend = HeldBackend(
        HeldWeights("subject", subject, CONFIG),
        {
            digest(label): HeldWeights(label, model, CONFIG if settings is None else settings)
            for label, model in zip(labels, held, strict=True)
        },
    )
    references: list[Json] = [
        {"label": label, "digest": digest(label), "declared_parent": False} for label in labels
    ]
    procedure = test.build({"references": references})
    scores = procedure.score(backend, procedure.items(np.random.default_rng(0)))
    return procedure.conclude(scores), scores


@pytest.mark.parametrize("kept", [[0, 1, 2], [0, 2, 4], [0, 4]])
def test_dropped_layers_are_found_from_either_side(models: list[Tensors], kept: list[int]) -> None:
    child = layers_kept(models[0], kept)
    for subject, reference in ((child, models[0]), (models[0], child)):
        estimate, scores = _run(subject, reference)
        assert judge(estimate) is Verdict.VIOLATING
        assert [p["pairing"] for p in scores[0].detail["pairings"]] == ["index", "relative_depth"]
        assert scores[0].value == 1.0


def test_unrelated_models_of_other_depth_stay_unshown(models: list[Tensors]) -> None:
    estimate, _ = _run(models[0], layers_kept(models[1], [0, 1, 2]))
    assert judge(estimate) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("own", "other"), [(5, 3), (3, 5), (30, 24), (12, 11), (80, 1), (2, 2)])
def test_a_pairing_uses_each_layer_once_and_only_layers_there_are(own: int, other: int) -> None:
    for pairing in pairings(own, other):
        first, second = zip(*pairing.layers, strict=True)
        assert len(set(first)) == len(set(second)) == min(own, other)
        assert max(first) < own
        assert max(second) < other


def test_relative_depth_sets_first_against_first_and_last_against_last() -> None:
    assert pairings(3, 5)[1].layers == ((0, 0), (1, 2), (2, 4))
    assert pairings(5, 3)[1].layers == ((0, 0), (2, 1), (4, 2))


def test_gguf_names_are_known(models: list[Tensors]) -> None:
    places = {"mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
    gguf = {}
    for name, tensor in models[0].items():
        for here, there in places.items():
            if here in name:
                gguf[name.replace("model.layers", "blk").replace(here, there)] = tensor
    estimate, scores = _run(models[0], gguf)
    assert judge(estimate) is Verdict.VIOLATING
    assert scores[0].value == 1.0


def test_units_dropped_from_every_layer_are_found(models: list[Tensors]) -> None:
    """A third of the units cut and the rest reordered: no unit in place, all signs agree."""
    order = np.random.default_rng(0).permutation(DEEP.hidden)[:32]
    narrow = dict(models[0])
    for name, tensor in models[0].items():
        if ".mlp." in name:
            narrow[name] = tensor[:, order] if "down_proj" in name else tensor[order]
    estimate, scores = _run(narrow, models[0])
    assert judge(estimate) is Verdict.VIOLATING
    assert scores[0].detail["pairings"][0]["log10_e_fixed_points"] < 3
    assert scores[0].detail["pairings"][0]["units"] == [32] * DEEP.layers


@pytest.mark.parametrize(
    ("permute", "flip", "verdict"),
    [
        (True, False, Verdict.VIOLATING),
        (False, True, Verdict.VIOLATING),
        (True, True, Verdict.INCONCLUSIVE),
    ],
)
def test_hidden_units_alone_find_copies_unless_both_their_symmetries_are_used(
    models: list[Tensors], permute: bool, flip: bool, verdict: Verdict
) -> None:
    copy = reshuffle_units(models[0], np.random.default_rng(5), permute=permute, flip=flip)
    assert judge(_run(copy, models[0], test=shared_initialisation_1)[0]) is verdict
    assert judge(_run(copy, models[0])[0]) is Verdict.VIOLATING


def _every_symmetry(model: Tensors) -> Tensors:
    rng = np.random.default_rng(5)
    hidden = reshuffle_units(model, rng, permute=True, flip=True)
    return reshuffle_residual(reshuffle_values(hidden, rng, heads=DEEP.heads), rng)


def _by_family(score: Score) -> dict[str, float]:
    found = families(score.detail)
    return {family.value: log10_e_family(pairings) for family, pairings in found.items()}


RESHUFFLED: list[tuple[Callable[[Tensors], Tensors], set[str]]] = [
    (lambda m: reshuffle_units(m, np.random.default_rng(5), permute=True, flip=True), {*OTHERS}),
    (lambda m: reshuffle_residual(m, np.random.default_rng(5)), set()),
    (lambda m: reshuffle_values(m, np.random.default_rng(5), heads=2), {*IN_MLPS, OTHERS[1]}),
    (_every_symmetry, set()),
]


@pytest.mark.parametrize(("change", "left"), RESHUFFLED)
def test_each_family_survives_the_symmetries_of_the_others(
    models: list[Tensors], change: Callable[[Tensors], Tensors], left: set[str]
) -> None:
    estimate, scores = _run(change(models[0]), models[0])
    found = _by_family(scores[0])
    assert set(found) == {*IN_MLPS, *OTHERS}
    assert {family for family, log10_e in found.items() if log10_e > 5} == left
    assert judge(estimate) is (Verdict.VIOLATING if left else Verdict.INCONCLUSIVE)


def _narrowed(model: Tensors) -> Tensors:
    return member(initial([1], Shape(width=8, hidden=48, layers=5)), 0)


def _with_nan(model: Tensors) -> Tensors:
    broken = model["model.layers.3.mlp.up_proj.weight"].copy()
    broken[0, 0] = np.nan
    return {**model, "model.layers.3.mlp.up_proj.weight": broken}


def _without(name: str) -> Callable[[Tensors], Tensors]:
    return lambda model: {key: tensor for key, tensor in model.items() if key != name}


def _without_gates(model: Tensors) -> Tensors:
    return {name: tensor for name, tensor in model.items() if ".mlp." not in name}


def _transposed(model: Tensors) -> Tensors:
    name = "model.layers.2.mlp.down_proj.weight"
    return {**model, name: model[name].T}


REASONS: list[tuple[Callable[[Tensors], Tensors], str]] = [
    (_narrowed, "subject has width 16 and reference 0 has width 8"),
    (_with_nan, "NaN or infinite values in model.layers.3.mlp.up_proj.weight"),
    (_without("model.layers.4.mlp.down_proj.weight"), "lacks the tensor model.layers.4.mlp.down"),
    (_without_gates, "no gated MLP under a known tensor name"),
    (_transposed, "model.layers.2.mlp.gate_proj.weight: gate (48, 16)"),
]


@pytest.mark.parametrize(("change", "reason"), REASONS)
def test_what_cannot_be_compared_is_said_with_its_reason(
    models: list[Tensors], change: Callable[[Tensors], Tensors], reason: str
) -> None:
    test = shared_initialisation_1
    estimate, scores = _run(models[0], change(models[1]), models[1], test=test)
    assert [score.label for score in scores] == ["not_comparable", "not_shown"]
    assert reason in scores[0].detail["reason"]
    assert any("could not be compared" in c and reason in c for c in estimate.caveats)
    assert (estimate.n, estimate.planned) == (1, 2)
    with pytest.raises(NotTestableError, match="no reference could be compared"):
        _run(models[0], change(models[1]), test=test)


@pytest.mark.parametrize(("change", "reason"), REASONS)
def test_a_family_that_cannot_speak_leaves_the_word_to_the_others(
    models: list[Tensors], change: Callable[[Tensors], Tensors], reason: str
) -> None:
    if change in (_narrowed, _without_gates):
        with pytest.raises(NotTestableError, match="no reference could be compared"):
            _run(models[0], change(models[0]))
        return
    estimate, scores = _run(models[0], change(models[0]))
    assert reason in scores[0].detail["silent"]["hidden_units"]
    assert judge(estimate) is Verdict.VIOLATING
    said = "Hidden units could not be compared with reference 0: "
    assert any(one.startswith(said) and reason in one for one in estimate.caveats)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "the config of reference 0 does not say num_attention_heads"),
        ({"num_attention_heads": 3}, "attention of a shape its config does not say"),
        ({"num_attention_heads": 4}, "subject has 2 value heads of 8 dimensions"),
        ({"num_attention_heads": 2, "num_key_value_heads": 0}, "does not say num_key_value"),
        ({"num_attention_heads": 4, "num_key_value_heads": 2}, "of a shape its config does not"),
    ],
)
def test_heads_that_the_config_does_not_tell_are_not_guessed(
    models: list[Tensors], config: Mapping[str, Json], reason: str
) -> None:
    _, scores = _run(models[0], models[1], settings=config)
    assert reason in scores[0].detail["silent"]["value_rows"]
    assert set(_by_family(scores[0])) == {*IN_MLPS, "embedding_columns"}


def test_grouped_queries_and_tied_embeddings_are_compared() -> None:
    shape = replace(DEEP, heads=4, key_value_heads=2, tied=True)
    config: dict[str, Json] = {"num_attention_heads": 4, "num_key_value_heads": 2}
    copy, other = (member(initial([3, 4], shape), k) for k in range(2))
    backend = HeldBackend(
        HeldWeights("subject", copy, config),
        {"aa": HeldWeights("a", copy, config), "bb": HeldWeights("b", other, config)},
    )
    same, unrelated = (compare(backend, held, IN_WEIGHTS) for held in ("aa", "bb"))
    assert same["other_units"]["value_rows"][0]["units"] == [4] * 2 * DEEP.layers  # type: ignore[call-overload,index]
    assert min(log10_e_family(found) for found in families(same).values()) > 4
    assert max(log10_e_family(found) for found in families(unrelated).values()) < 1


def test_models_untied_on_one_side_are_compared_by_the_embedding_alone(
    models: list[Tensors],
) -> None:
    tied = {name: tensor for name, tensor in models[0].items() if name != "lm_head.weight"}
    longer = dict(models[0])
    longer["model.embed_tokens.weight"] = np.vstack([models[0]["model.embed_tokens.weight"]] * 2)
    for subject in (tied, longer):
        _, scores = _run(subject, models[0])
        assert _by_family(scores[0])["embedding_columns"] > 5


def test_layers_that_the_config_declares_must_be_there(models: list[Tensors]) -> None:
    with pytest.raises(NotTestableError, match=r"lacks the tensor model\.layers\.5\.mlp"):
        _run(models[0], models[1], settings={"num_hidden_layers": 6}, test=shared_initialisation_1)


def test_a_declared_parent_that_cannot_be_compared_leaves_compliance_unshown(
    models: list[Tensors],
) -> None:
    backend = HeldBackend(
        HeldWeights("subject", models[0], {}), {"aa": HeldWeights("a", models[0], {})}
    )
    references: list[Json] = [
        {"label": label, "digest": held, "declared_parent": True}
        for label, held in (("a", "aa"), ("lost", "ff"))
    ]
    procedure = shared_initialisation.build({"references": references})
    scores = procedure.score(backend, procedure.items(np.random.default_rng(0)))
    estimate = procedure.conclude(scores)
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert "lost could not be compared: no weights are held under ff." in estimate.caveats
