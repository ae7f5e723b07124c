"""Layers that were moved or grafted, and experts: found where they lie, or why not."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from compliance.domain.canonical import Json
from workers.stress_tests.provenance.derivations_validity import grafted, layers_kept
from workers.stress_tests.provenance.expert_units import meetings
from workers.stress_tests.provenance.gated_units import NotComparableError
from workers.stress_tests.provenance.layer_scan import offsets
from workers.stress_tests.provenance.unit_families import (
    IN_WEIGHTS,
    Family,
    compare,
    families,
    log10_e_family,
    log10_e_reference,
)
from workers.stress_tests.provenance.zoo_units_validity import apart
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Shape,
    initial,
    member,
)

Tensors = dict[str, np.ndarray]
DENSE = Shape(width=16, hidden=48, layers=4)
MIXED = Shape(width=16, hidden=24, layers=2, experts=3)
CONFIG: Mapping[str, Json] = {"num_attention_heads": 2}


def _models(shape: Shape, number: int = 2) -> list[Tensors]:
    """Independent initialisations; training is not what is tested here."""
    stack = initial(range(number), shape)
    return [apart(member(stack, k)) for k in range(number)]


def _found(subject: Tensors, reference: Tensors) -> dict[str, Json]:
    backend = HeldBackend(
        HeldWeights("subject", subject, CONFIG), {"aa": HeldWeights("other", reference, CONFIG)}
    )
    return compare(backend, "aa", IN_WEIGHTS)


def _by_family(detail: Mapping[str, Json]) -> dict[str, float]:
    return {one.value: log10_e_family(found) for one, found in families(detail).items()}


@pytest.mark.parametrize(("own", "other"), [(1, 1), (2, 5), (32, 24)])
def test_offsets_hold_every_pair_of_layers_once(own: int, other: int) -> None:
    every = offsets(own, other)
    pairs = [pair for one in every for pair in one.layers]
    assert sorted(pairs) == [(a, b) for a in range(own) for b in range(other)]
    assert len(every) == own + other - 1
    for one in every:
        first, second = zip(*one.layers, strict=True)
        assert len(set(first)) == len(set(second)) == len(one.layers)


@pytest.mark.parametrize("place", [0, 3])
def test_one_layer_grafted_at_another_place_is_found_by_the_scan_alone(place: int) -> None:
    parent, host = _models(DENSE)
    detail = _found(grafted(host, parent, layer=1, place=place), parent)
    found = _by_family(detail)
    assert {name for name, log10_e in found.items() if log10_e > 5} == {"scanned_layers"}
    assert log10_e_reference(detail) > 5
    scanned = max(families(detail)[Family.SCANNED_LAYERS], key=lambda one: sum(one["in_place"]))  # type: ignore[arg-type]
    assert scanned["pairing"] == f"offset {1 - place:+d}"


@pytest.mark.parametrize("kept", [(3, 2, 1, 0), (2, 3), (0, 1, 2, 3, 1, 2, 3)])
def test_moved_and_repeated_layers_are_found(kept: tuple[int, ...]) -> None:
    parent, _ = _models(DENSE)
    assert _by_family(_found(layers_kept(parent, kept), parent))["scanned_layers"] > 20


def test_independent_models_are_not_shown_by_any_offset() -> None:
    models = _models(DENSE, 6)
    for own, other in zip(models[::2], models[1::2], strict=True):
        assert _by_family(_found(own, other))["scanned_layers"] < 1


def test_experts_are_set_against_each_other_by_number() -> None:
    parent, other = _models(MIXED)
    detail = _found(parent, parent)
    assert set(_by_family(detail)) == {"value_rows", "embedding_columns", "experts"}
    (index,) = families(detail)[Family.EXPERTS]
    assert index["subject_layers"] == [0, 0, 0, 1, 1, 1]
    assert index["in_place"] == [24] * 6
    assert detail["silent"] == {
        "hidden_units": "subject has experts in place of gated MLPs",
        "scanned_layers": "subject has experts in place of gated MLPs",
    }
    assert _by_family(_found(parent, other))["experts"] < 1


def test_an_mlp_copied_into_one_of_the_experts_is_found_from_either_side() -> None:
    mixture, dense = _models(MIXED)[0], _models(Shape(width=16, hidden=24, layers=2))[1]
    for layer in range(2):
        for part in ("gate", "up", "down"):
            head, tail = f"model.layers.{layer}.mlp.", f"{part}_proj.weight"
            mixture[f"{head}experts.2.{tail}"] = dense[head + tail]
    for pair in ((mixture, dense), (dense, mixture)):
        detail = _found(*pair)
        assert _by_family(detail)["experts"] > 20
        names = [one["pairing"] for one in families(detail)[Family.EXPERTS]]
        assert names == ["index, expert 0", "index, expert 1", "index, expert 2"]


def _as_mixtral(model: Tensors) -> Tensors:
    places = {"gate_proj": "w1", "up_proj": "w3", "down_proj": "w2"}
    renamed = {}
    for name, one in model.items():
        head, _, rest = name.partition("mlp.experts.")
        number, _, tail = rest.partition(".")
        kind = tail.removesuffix(".weight")
        here = f"{head}block_sparse_moe.experts.{number}.{places.get(kind)}.weight"
        renamed[here if rest else name] = one
    return renamed


def _with_shared(model: Tensors) -> Tensors:
    shared = {
        name.replace("experts.0", "shared_expert"): one
        for name, one in model.items()
        if "experts.0" in name
    }
    return model | shared


@pytest.mark.parametrize(("names", "number"), [(_as_mixtral, 6), (_with_shared, 8)])
def test_experts_are_known_by_the_names_of_their_family(
    names: Callable[[Tensors], Tensors], number: int
) -> None:
    model = names(_models(MIXED)[0])
    (index,) = families(_found(model, model))[Family.EXPERTS]
    assert index["in_place"] == [24] * number


@pytest.mark.parametrize(
    "name", ["model.layers.0.mlp.experts.gate_up_proj", "blk.0.ffn_gate_exps.weight"]
)
def test_stacked_experts_are_named_as_not_read(name: str) -> None:
    stacked = {name: np.zeros((3, 8, 4), np.float32)}
    with pytest.raises(NotComparableError, match=f"other stacks its experts in {name}: not read"):
        _found(_models(DENSE)[0], stacked)


def test_models_without_experts_say_nothing_of_them() -> None:
    detail = _found(*_models(DENSE))
    assert "experts" not in _by_family(detail)
    assert "silent" not in detail


def test_an_mlp_alone_meets_each_expert_in_turn() -> None:
    """Also where a model's first layer has no experts, as DeepSeek's has not."""
    mixed, dense = [["a"], ["b", "c"]], [["x"], ["y"]]
    met = {pairing.name: pairs for pairing, pairs in meetings(mixed, dense)}
    assert met == {
        "index, expert 0": [("a", "x"), ("b", "y")],
        "index, expert 1": [("a", "x"), ("c", "y")],
    }
    ((_, pairs),) = meetings(mixed, mixed)
    assert pairs == [("a", "a"), ("b", "b"), ("c", "c")]
