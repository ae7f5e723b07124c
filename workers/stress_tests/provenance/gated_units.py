"""The hidden units of a model's gated MLPs, found by tensor name and read layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compliance.domain.errors import AssayError
from workers.contract import WeightsReader
from workers.scoring.matching import HiddenUnits, Matching, hidden_units, match_units


class NotComparableError(AssayError):
    """Two sets of weights that these tests cannot set side by side; the message says why."""


@dataclass(frozen=True, slots=True)
class LayerTensors:
    """Tensor names of one layer's gated MLP."""

    gate: str
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which layers of the subject are set against which of the reference, each used once."""

    name: str
    layers: tuple[tuple[int, int], ...]


_MLP = ("mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight")
_FFN = ("ffn_gate.weight", "ffn_up.weight", "ffn_down.weight")
NAMES: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("model.layers.{layer}.", _MLP),
    ("layers.{layer}.", _MLP),
    ("language_model.model.layers.{layer}.", _MLP),
    ("model.language_model.layers.{layer}.", _MLP),
    ("blk.{layer}.", _FFN),
)
"""Prefix of a layer and the names of (gate, up, down) below it: Llama-style, then GGUF."""


def gated_layers(reader: WeightsReader) -> list[LayerTensors]:
    """The gated MLPs of a model, first layer first.

    Raises:
        NotComparableError: no gated MLP under a known name, or a layer lacks a tensor.
    """
    present = set(reader.names())
    for prefix, suffixes in NAMES:
        depth = _depth(reader, present, prefix)
        layers = [[prefix.format(layer=n) + suffix for suffix in suffixes] for n in range(depth)]
        found = [name for layer in layers for name in layer if name in present]
        if not found:
            continue
        missing = [name for layer in layers for name in layer if name not in present]
        if missing:
            raise NotComparableError(f"{reader.label} lacks the tensor {missing[0]}")
        return [LayerTensors(*layer) for layer in layers]
    raise NotComparableError(
        f"{reader.label} has no gated MLP under a known tensor name "
        f"(such as {NAMES[0][0].format(layer=0)}{_MLP[0]})"
    )


def _depth(reader: WeightsReader, present: set[str], prefix: str) -> int:
    """Layers under ``prefix``: as many as the config declares, and all that the names show."""
    head, tail = prefix.split("{layer}")
    numbers = [
        name[len(head) :].partition(tail)[0]
        for name in present
        if name.startswith(head) and tail in name[len(head) :]
    ]
    shown = max((int(number) + 1 for number in numbers if number.isdecimal()), default=0)
    declared = reader.config().get("num_hidden_layers")
    return max(shown, declared) if shown and isinstance(declared, int) else shown


def read_units(reader: WeightsReader, layer: LayerTensors) -> HiddenUnits:
    """One layer's hidden units; three tensors are in memory at a time.

    Raises:
        NotComparableError: a value is NaN or infinite, or the shapes are not one gated MLP.
    """
    gate, up, down = (
        np.asarray(reader.tensor(name), dtype=np.float32)
        for name in (layer.gate, layer.up, layer.down)
    )
    for name, tensor in ((layer.gate, gate), (layer.up, up), (layer.down, down)):
        if not np.isfinite(tensor).all():
            raise NotComparableError(f"{reader.label} holds NaN or infinite values in {name}")
    try:
        return hidden_units(gate, up, down)
    except ValueError as error:
        raise NotComparableError(f"{reader.label}, {layer.gate}: {error}") from error


def pairings(subject_depth: int, reference_depth: int) -> list[Pairing]:
    """Candidate pairings of layers: by index, and by relative depth where depths differ.

    By index, the shallower model is set against the first layers of the deeper one (layers
    dropped at the end). By relative depth, layer i of the shallower model (depth S) is set
    against layer round(i (D-1)/(S-1)) of the deeper one (depth D), so first meets first and
    last meets last (layers dropped in between). Neither reads a weight, so the mean of their
    e-values is an e-value.
    """
    shallow, deep = sorted((subject_depth, reference_depth))
    index = Pairing("index", tuple((n, n) for n in range(shallow)))
    if shallow in (deep, 1):
        return [index]
    spread = [int(n * (deep - 1) / (shallow - 1) + 0.5) for n in range(shallow)]
    by_depth = [(n, far) if subject_depth == shallow else (far, n) for n, far in enumerate(spread)]
    return [index, Pairing("relative_depth", tuple(by_depth))]


def match_layers(
    subject: WeightsReader, reference: WeightsReader
) -> list[tuple[Pairing, list[Matching]]]:
    """Match the two models' hidden units layer by layer under every candidate pairing.

    Raises:
        NotComparableError: see ``gated_layers`` and ``read_units``; or the widths differ.
    """
    own, other = gated_layers(subject), gated_layers(reference)
    candidates = pairings(len(own), len(other))
    matchings: dict[tuple[int, int], Matching] = {}
    for first, second in sorted({pair for one in candidates for pair in one.layers}):
        units = read_units(subject, own[first])
        others = read_units(reference, other[second])
        if units.gate.shape[1] != others.gate.shape[1]:
            raise NotComparableError(
                f"{subject.label} has width {units.gate.shape[1]} "
                f"and {reference.label} has width {others.gate.shape[1]}"
            )
        matchings[first, second] = match_units(units, others)
    return [(one, [matchings[pair] for pair in one.layers]) for one in candidates]
