"""The units of zoo models, family by family, and what two models' units amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from transformers import LlamaForCausalLM

from compliance.domain.statistics.fixed_points import log10_e_fixed_points, log10_mean
from compliance.domain.statistics.signs import log10_e_signs
from compliance.domain.statistics.sketches import Sketch
from workers.scoring.matching import HiddenUnits, active_units, match_units, signed_units
from workers.stress_tests.provenance.gated_units import gated_layers, read_units
from workers.stress_tests.provenance.residual_units import value_heads
from workers.stress_tests.provenance.sketches import sketch
from workers.stress_tests.provenance.unit_families import Family
from workers.stress_tests.provenance.zoo_arms_validity import TEXT
from workers.stress_tests.provenance.zoo_validity import HeldWeights, Shape, library_text

ROWS, START = 16, 1000
STATISTICS = ("verdict", *(family.value for family in Family))


@dataclass(frozen=True, slots=True)
class ZooUnits:
    """One model, ready to be compared.

    Attributes:
        families: units of every family, one entry a layer, head or whole model.
        active: (gate, up) activations of each layer, shape (positions, hidden units).
        up: up rows of each layer, for the published statistics.
    """

    families: Mapping[Family, list[HiddenUnits]]
    active: list[tuple[np.ndarray, np.ndarray]]
    up: list[np.ndarray]
    sketch: Sketch


def units(model: Mapping[str, np.ndarray], shape: Shape) -> ZooUnits:
    """Everything that is compared of one model of the zoo."""
    config = {
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_value_heads or shape.heads,
    }
    reader = HeldWeights("zoo", model, config)
    layers = gated_layers(reader)
    active = activations(model, shape)
    places = ("model.embed_tokens.weight", "lm_head.weight")
    embedding = [model[name].T for name in places if name in model]
    return ZooUnits(
        families={
            Family.HIDDEN_UNITS: [read_units(reader, layer) for layer in layers],
            Family.ACTIVATIONS: [active_units(*layer) for layer in active],
            Family.VALUE_ROWS: [
                head for number in range(len(layers)) for head in value_heads(reader, number)
            ],
            Family.EMBEDDING_COLUMNS: [signed_units(*embedding)],
        },
        active=active,
        up=[reader.tensor(layer.up) for layer in layers],
        sketch=sketch(reader),
    )


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
def _network(shape: Shape) -> LlamaForCausalLM:
    return LlamaForCausalLM(shape.config()).eval()


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
    """Match two models by index; both of equal depth. Families whose shapes differ are left out."""
    log10_e: dict[str, float] = {}
    counts: list[dict[str, int]] = [{}, {}, {}, {}]
    for family in Family:
        own, others = first.families[family], second.families[family]
        if len(own) != len(others) or own[0].signed.shape[1] != others[0].signed.shape[1]:
            continue
        found = [match_units(one, other) for one, other in zip(own, others, strict=True)]
        in_place, sizes = [one.in_place for one in found], [one.units for one in found]
        positive, matched = sum(one.positive for one in found), sum(one.matched for one in found)
        log10_e[family.value] = log10_e_fixed_points(in_place, sizes) + log10_e_signs(
            positive, matched
        )
        for held, number in zip(
            counts, (sum(in_place), len(found), positive, matched), strict=True
        ):
            held[family.value] = number
    verdict = log10_mean(list(log10_e.values()))
    return Evidence({"verdict": verdict, **log10_e}, *counts)


def of_all(models: Sequence[Mapping[str, np.ndarray]], shape: Shape) -> list[ZooUnits]:
    """Units of many models."""
    return [units(model, shape) for model in models]
