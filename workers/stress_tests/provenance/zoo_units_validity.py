"""The units of zoo models, family by family, and what two models' units amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from transformers import PreTrainedModel

from compliance.domain.statistics.fixed_points import log10_e_fixed_points, log10_mean
from compliance.domain.statistics.signs import log10_e_signs
from compliance.domain.statistics.sketches import Sketch
from workers.scoring.matching import (
    HiddenUnits,
    Matching,
    active_units,
    match_units,
    signed_units,
)
from workers.stress_tests.provenance.expert_units import meetings, mlps
from workers.stress_tests.provenance.gated_units import (
    depth,
    gated_layers,
    pairings,
    read_units,
)
from workers.stress_tests.provenance.layer_scan import first_units, offsets
from workers.stress_tests.provenance.residual_units import value_heads
from workers.stress_tests.provenance.sketches import sketch
from workers.stress_tests.provenance.unit_families import Family
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE, TEXT
from workers.stress_tests.provenance.zoo_validity import HeldWeights, Shape, library_text

ROWS, START = 16, 1000
STATISTICS = ("verdict", *(family.value for family in Family))


@dataclass(frozen=True, slots=True)
class ZooUnits:
    """One model, ready to be compared.

    Attributes:
        families: units of every family: for each layer (or the whole model), one entry for what is
            matched by itself there, such as a head.
        active: (gate, up) activations of each layer, shape (positions, hidden units).
        up: up rows of each layer, for the published statistics.
    """

    families: Mapping[Family, list[list[HiddenUnits]]]
    active: list[tuple[np.ndarray, np.ndarray]]
    up: list[np.ndarray]
    sketch: Sketch | None


def units(model: Mapping[str, np.ndarray], shape: Shape) -> ZooUnits:
    """Everything that is compared of one model of the zoo."""
    config = {
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_value_heads or shape.heads,
    }
    reader = HeldWeights("zoo", apart(model), config)
    if shape.experts:
        return _mixture_units(reader)
    layers = gated_layers(reader)
    active = activations(model, shape)
    return ZooUnits(
        families={
            Family.HIDDEN_UNITS: [[read_units(reader, layer)] for layer in layers],
            Family.ACTIVATIONS: [[active_units(*layer)] for layer in active],
            **_outside_mlps(reader),
            Family.SCANNED_LAYERS: [[one] for one in first_units(reader)],
        },
        active=active,
        up=[reader.tensor(layer.up) for layer in layers],
        sketch=sketch(reader),
    )


def _mixture_units(reader: HeldWeights) -> ZooUnits:
    experts = [[read_units(reader, one) for one in layer] for layer in mlps(reader)]
    return ZooUnits({Family.EXPERTS: experts, **_outside_mlps(reader)}, [], [], None)


def _outside_mlps(reader: HeldWeights) -> dict[Family, list[list[HiddenUnits]]]:
    places = ("model.embed_tokens.weight", "lm_head.weight")
    embedding = [reader.tensor(name).T for name in places if name in reader.tensors]
    return {
        Family.VALUE_ROWS: [value_heads(reader, number) for number in range(depth(reader))],
        Family.EMBEDDING_COLUMNS: [[signed_units(*embedding)]],
    }


def apart(model: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Experts under the names that checkpoints give them, one by one; all else as it is."""
    found = {name: one for name, one in model.items() if "experts" not in name}
    for name, stacked in model.items():
        head, fused, _ = name.partition("gate_up_proj")
        for number, one in enumerate(stacked if "experts" in name else ()):
            if fused:
                gate, up = np.split(one, 2)
                found[f"{head}{number}.gate_proj.weight"] = gate
                found[f"{head}{number}.up_proj.weight"] = up
            else:
                place = name.removesuffix("down_proj")
                found[f"{place}{number}.down_proj.weight"] = one
    return found


@torch.inference_mode()
def activations(
    model: Mapping[str, np.ndarray], shape: Shape
) -> list[tuple[np.ndarray, np.ndarray]]:
    """(gate, up) of every layer on 16 windows of the parents' text."""
    network = _network(shape)
    tensors = {name: torch.tensor(np.ascontiguousarray(one)) for name, one in model.items()}
    network.load_state_dict(tensors, strict=False)
    caught: list[torch.Tensor] = []
    hooks = [
        part.register_forward_hook(lambda _, __, output: caught.append(output.flatten(0, -2)))
        for layer in network.model.layers
        for part in (layer.mlp.gate_proj, layer.mlp.up_proj)
    ]
    text = library_text(*TEXT)[START : START + ROWS * shape.window]
    network.model(input_ids=text.reshape(ROWS, shape.window), use_cache=False)
    for hook in hooks:
        hook.remove()
    whole = [one.numpy().copy() for one in caught]
    return list(zip(whole[::2], whole[1::2], strict=True))


@cache
def _network(shape: Shape) -> PreTrainedModel:
    return shape.network().eval()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one pair of models gave.

    Attributes:
        log10_e: by family, and as the test combines them under ``verdict``.
        in_place: units in place by family. groups: layers, heads or whole models they lie in.
        positive, matched: agreeing signs and matched pairs by family.
    """

    log10_e: Mapping[str, float]
    in_place: Mapping[str, int]
    groups: Mapping[str, int]
    positive: Mapping[str, int]
    matched: Mapping[str, int]


def compare(first: ZooUnits, second: ZooUnits) -> Evidence:
    """Match two models as the test does. Families whose shapes differ are left out."""
    log10_e: dict[str, float] = {}
    counts: list[dict[str, int]] = [{}, {}, {}, {}]
    for family in Family:
        found = _found(first, second, family)
        if not found:
            continue
        log10_e[family.value] = log10_mean([_log10_e(one) for one in found])
        every = [matching for one in found for matching in one]
        told = (
            sum(one.in_place for one in every),
            len(every),
            sum(one.positive for one in every),
            sum(one.matched for one in every),
        )
        for held, number in zip(counts, told, strict=True):
            held[family.value] = number
    verdict = log10_mean(list(log10_e.values()))
    return Evidence({"verdict": verdict, **log10_e}, *counts)


def _found(first: ZooUnits, second: ZooUnits, family: Family) -> list[list[Matching]]:
    """Matchings of every candidate pairing; none where a model lacks it, or shapes differ."""
    if family is Family.EXPERTS:
        own, others = (
            one.families.get(Family.EXPERTS) or one.families[Family.HIDDEN_UNITS]
            for one in (first, second)
        )
        if max(map(len, (*own, *others))) == 1:
            return []
        return [[match_units(*pair) for pair in pairs] for _, pairs in meetings(own, others)]
    if family not in first.families or family not in second.families:
        return []
    own, others = first.families[family], second.families[family]
    if len(own[0]) != len(others[0]) or own[0][0].signed.shape[1] != others[0][0].signed.shape[1]:
        return []
    candidates = offsets if family is Family.SCANNED_LAYERS else pairings
    return [
        [
            match_units(one, other)
            for a, b in pairing.layers
            for one, other in zip(own[a], others[b], strict=True)
        ]
        for pairing in candidates(len(own), len(others))
    ]


def _log10_e(found: Sequence[Matching]) -> float:
    in_place, sizes = [one.in_place for one in found], [one.units for one in found]
    positive, matched = sum(one.positive for one in found), sum(one.matched for one in found)
    return log10_e_fixed_points(in_place, sizes) + log10_e_signs(positive, matched)


def shape_of(model: Mapping[str, np.ndarray]) -> Shape:
    """The zoo's shape with as many layers, and as many experts in each, as the model has."""
    layers = sum(name.endswith("input_layernorm.weight") for name in model)
    downs = [one for name, one in model.items() if name.endswith("experts.down_proj")]
    experts, hidden = (len(downs[0]), downs[0].shape[2]) if downs else (0, SHAPE.hidden)
    return replace(SHAPE, layers=layers, experts=experts, hidden=hidden)


def of_all(models: Sequence[Mapping[str, np.ndarray]], shape: Shape) -> list[ZooUnits]:
    """Units of many models."""
    return [units(model, shape) for model in models]
