"""The hidden units of a model's gated MLPs, found by tensor name and read layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compliance.domain.errors import AssayError
from workers.model_contents import WeightsReader
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


@dataclass(frozen=True, slots=True)
class Naming:
    """How a family of checkpoints names what these tests read.

    Attributes:
        layer: prefix of a layer, with ``{layer}`` for its number.
        mlp: (gate, up, down) below it. attention: (value, output) below it.
        embedding: the input embedding. head: the output matrix, absent where the two are tied.
    """

    layer: str
    mlp: tuple[str, str, str]
    attention: tuple[str, str]
    embedding: str
    head: str


_MLP = ("mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight")
_ATTENTION = ("self_attn.v_proj.weight", "self_attn.o_proj.weight")
NAMES: tuple[Naming, ...] = (
    *(
        Naming(f"{stem}layers.{{layer}}.", _MLP, _ATTENTION, f"{stem}embed_tokens.weight", head)
        for stem, head in (
            ("model.", "lm_head.weight"),
            ("", "lm_head.weight"),
            ("language_model.model.", "language_model.lm_head.weight"),
            ("model.language_model.", "lm_head.weight"),
        )
    ),
    Naming(
        "blk.{layer}.",
        ("ffn_gate.weight", "ffn_up.weight", "ffn_down.weight"),
        ("attn_v.weight", "attn_output.weight"),
        "token_embd.weight",
        "output.weight",
    ),
)
"""Llama-style, alone or inside a larger model, then GGUF."""

EXPERT_GATES = ("gate_proj.weight", "w1.weight", "ffn_gate_exps.weight", "experts.gate_up_proj")
"""How names of experts' gates end, in files that hold them apart and in files that stack them."""


def naming(reader: WeightsReader) -> Naming:
    """The names that a model uses.

    Raises:
        NotComparableError: no gated MLP, and no experts, under a known name.
    """
    present = set(reader.names())
    for one in NAMES:
        if any(name.startswith(one.layer.partition("{")[0]) for name in present) and any(
            name.endswith((*one.mlp, *EXPERT_GATES)) for name in present
        ):
            return one
    raise NotComparableError(
        f"{reader.label} has no gated MLP under a known tensor name "
        f"(such as {NAMES[0].layer.format(layer=0)}{_MLP[0]})"
    )


def gated_layers(reader: WeightsReader) -> list[LayerTensors]:
    """The gated MLPs of a model, first layer first.

    Raises:
        NotComparableError: no gated MLP under a known name, or a layer lacks a tensor.
    """
    names, present = naming(reader), set(reader.names())
    if not any(name.endswith(names.mlp) for name in present):
        raise NotComparableError(f"{reader.label} has experts in place of gated MLPs")
    layers = [
        [names.layer.format(layer=number) + one for one in names.mlp]
        for number in range(depth(reader))
    ]
    missing = [name for layer in layers for name in layer if name not in present]
    if missing:
        raise NotComparableError(f"{reader.label} lacks the tensor {missing[0]}")
    return [LayerTensors(*layer) for layer in layers]


def depth(reader: WeightsReader) -> int:
    """Layers of a model: as many as the config declares, and all that the names show.

    Raises:
        NotComparableError: see ``naming``.
    """
    head, tail = naming(reader).layer.split("{layer}")
    numbers = [
        name[len(head) :].partition(tail)[0]
        for name in reader.names()
        if name.startswith(head) and tail in name[len(head) :]
    ]
    shown = max((int(number) + 1 for number in numbers if number.isdecimal()), default=0)
    declared = reader.config().get("num_hidden_layers")
    return max(shown, declared) if shown and isinstance(declared, int) else shown


def read(reader: WeightsReader, name: str) -> np.ndarray:
    """A matrix as float32.

    Raises:
        NotComparableError: the model lacks it, or a value is NaN or infinite.
    """
    if name not in reader.names():
        raise NotComparableError(f"{reader.label} lacks the tensor {name}")
    tensor = np.asarray(reader.tensor(name), dtype=np.float32)
    if not np.isfinite(tensor).all():
        raise NotComparableError(f"{reader.label} holds NaN or infinite values in {name}")
    return tensor


def read_units(reader: WeightsReader, layer: LayerTensors) -> HiddenUnits:
    """One layer's hidden units; three tensors are in memory at a time.

    Raises:
        NotComparableError: a value is NaN or infinite, or the shapes are not one gated MLP.
    """
    gate, up, down = (read(reader, name) for name in (layer.gate, layer.up, layer.down))
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


def require_one_width(
    subject: WeightsReader, reference: WeightsReader, own: HiddenUnits, other: HiddenUnits
) -> None:
    """Refuse to match units that read residual streams of different widths.

    Raises:
        NotComparableError: they do.
    """
    if own.gate.shape[1] != other.gate.shape[1]:
        raise NotComparableError(
            f"{subject.label} has width {own.gate.shape[1]} "
            f"and {reference.label} has width {other.gate.shape[1]}"
        )


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
        require_one_width(subject, reference, units, others)
        matchings[first, second] = match_units(units, others)
    return [(one, [matchings[pair] for pair in one.layers]) for one in candidates]
