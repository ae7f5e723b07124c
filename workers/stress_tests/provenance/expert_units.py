"""The experts of a mixture, each a gated MLP of its own, against experts or a dense MLP.

Under the null the hidden units of every expert are labelled by themselves, so an expert counts as a
layer does. Experts are set against each other by number. A model that has a single MLP where the
other has experts may be what they were copied from: it is set against each of them in turn, and
the e-values are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from workers.model_contents import WeightsReader
from workers.scoring.matching import Matching, match_units
from workers.stress_tests.provenance.gated_units import (
    EXPERT_GATES,
    LayerTensors,
    NotComparableError,
    Pairing,
    depth,
    naming,
    pairings,
    read_units,
    require_one_width,
)

_LLAMA = ("gate_proj.weight", "up_proj.weight", "down_proj.weight")
_ROUTED = (
    ("block_sparse_moe.experts.{expert}.", ("w1.weight", "w3.weight", "w2.weight")),
    ("mlp.experts.{expert}.", _LLAMA),
)
"""Routed experts below a layer: Mixtral, then Qwen-MoE, DeepSeek and OLMoE."""
_SHARED = ("mlp.shared_expert.", "mlp.shared_experts.")
"""Experts that every token meets, of Qwen-MoE and of DeepSeek."""
_STACKED = EXPERT_GATES[2:]
Layers = list[list[LayerTensors]]
T = TypeVar("T")


def match_experts(
    subject: WeightsReader, reference: WeightsReader
) -> list[tuple[Pairing, list[Matching]]]:
    """Match hidden units expert by expert under every candidate pairing; none without experts.

    Raises:
        NotComparableError: see ``mlps`` and ``read_units``.
    """
    if not any(".experts." in name or "_exps." in name for name in _names(subject, reference)):
        return []
    own, other = mlps(subject), mlps(reference)
    return [
        (pairing, [_matched(subject, reference, *pair) for pair in pairs])
        for pairing, pairs in meetings(own, other)
    ]


def _names(*readers: WeightsReader) -> list[str]:
    return [name for reader in readers for name in reader.names()]


def mlps(reader: WeightsReader) -> Layers:
    """The MLPs of every layer: its routed experts by number, then the shared one; or the only one.

    Raises:
        NotComparableError: experts are stacked in one tensor, or a layer has no MLP under a known
            name.
    """
    names, present = naming(reader), set(reader.names())
    stacked = sorted(name for name in present if name.endswith(_STACKED))
    if stacked:
        raise NotComparableError(f"{reader.label} stacks its experts in {stacked[0]}: not read")
    layers = [
        _mlps(names.layer.format(layer=number), names.mlp, present)
        for number in range(depth(reader))
    ]
    if [] in layers:
        raise NotComparableError(f"{reader.label} has no MLP in layer {layers.index([])}")
    return layers


def _mlps(layer: str, dense: Sequence[str], present: set[str]) -> list[LayerTensors]:
    found: list[LayerTensors] = []
    for place, names in _ROUTED:
        while (head := layer + place.format(expert=len(found))) + names[0] in present:
            found.append(LayerTensors(*(head + name for name in names)))
    alone = [[one + name for name in _LLAMA] for one in _SHARED] if found else [dense]
    there = [names for names in alone if layer + names[0] in present]
    return found + [LayerTensors(*(layer + name for name in names)) for names in there]


def meetings(
    own: Sequence[Sequence[T]], other: Sequence[Sequence[T]]
) -> list[tuple[Pairing, list[tuple[T, T]]]]:
    """Candidate pairings with the MLPs that meet in each, layer by layer.

    A pairing names a layer as often as an MLP of it meets another.
    """
    alone = min(max(map(len, own)), max(map(len, other))) == 1
    numbers = range(max(map(len, (*own, *other)))) if alone else [None]
    found = []
    for pairing in pairings(len(own), len(other)):
        for number in numbers:
            met = [
                (place, pair)
                for place in pairing.layers
                for pair in _meeting(own[place[0]], other[place[1]], number)
            ]
            name = pairing.name if number is None else f"{pairing.name}, expert {number}"
            layers = tuple(place for place, _ in met)
            found.append((Pairing(name, layers), [pair for _, pair in met]))
    return found


def _meeting(own: Sequence[T], other: Sequence[T], number: int | None) -> list[tuple[T, T]]:
    """MLPs of two layers by number; or a layer's only MLP and the other's ``number``, if any."""
    if number is None:
        return list(zip(own, other, strict=False))
    first, second = (one if len(one) == 1 else one[number : number + 1] for one in (own, other))
    return list(zip(first, second, strict=False))


def _matched(
    subject: WeightsReader, reference: WeightsReader, own: LayerTensors, other: LayerTensors
) -> Matching:
    units, others = read_units(subject, own), read_units(reference, other)
    require_one_width(subject, reference, units, others)
    return match_units(units, others)
