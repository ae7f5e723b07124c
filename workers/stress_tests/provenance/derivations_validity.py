"""What is done to a model on the way to a derived one, on tensors by name (float32).

Each takes and gives one model's tensors; only linear weights (two-dimensional) are changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

Tensors = Mapping[str, np.ndarray]
_LAYERS = "model.layers."


def to_bfloat16(model: Tensors) -> dict[str, np.ndarray]:
    """Every value rounded to bfloat16 (nearest, ties to even) and back."""
    return {name: _bfloat16(tensor) for name, tensor in model.items()}


def prune(model: Tensors, share: float) -> dict[str, np.ndarray]:
    """The smallest ``share`` of each matrix by magnitude set to zero."""
    return {
        name: np.where(np.abs(one) <= np.quantile(np.abs(one), share), np.float32(0), one)
        if one.ndim == 2
        else one
        for name, one in model.items()
    }


def merge(model: Tensors, other: Tensors, weight: float) -> dict[str, np.ndarray]:
    """``weight`` of the model plus ``1 - weight`` of the other."""
    return {
        name: np.asarray(weight * one + (1 - weight) * other[name], dtype=np.float32)
        for name, one in model.items()
    }


def quantize_in_blocks(
    model: Tensors, *, block: int = 32, levels: int = 7
) -> dict[str, np.ndarray]:
    """Rows cut into blocks of ``block`` values that share one scale (GGUF Q4_0 in kind).

    In a down projection the blocks run along the hidden units, so neighbours share a scale.
    """
    return {
        name: _quantized(one, block, levels) if one.ndim == 2 and one.shape[1] % block == 0 else one
        for name, one in model.items()
    }


def reshuffle_units(
    model: Tensors, rng: np.random.Generator, *, permute: bool, flip: bool
) -> dict[str, np.ndarray]:
    """The same function with hidden units relabelled and, or, their signs flipped at random."""
    changed = dict(model)
    for name in model:
        if not name.endswith("mlp.gate_proj.weight"):
            continue
        head = name.removesuffix("gate_proj.weight")
        units = len(model[name])
        order = rng.permutation(units) if permute else np.arange(units)
        signs = (
            rng.choice(np.array([-1, 1], np.float32), units) if flip else np.ones(units, np.float32)
        )
        changed[name] = model[name][order]
        changed[f"{head}up_proj.weight"] = (signs[:, None] * model[f"{head}up_proj.weight"])[order]
        changed[f"{head}down_proj.weight"] = (signs * model[f"{head}down_proj.weight"])[:, order]
    return changed


def reshuffle_residual(model: Tensors, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The same function with the residual stream's dimensions relabelled and their signs flipped.

    Reading matrices (queries, keys, values, gates, ups, head) and the embedding change by column,
    writing ones (attention output, downs) by row, norms by label alone.
    """
    width = model["model.embed_tokens.weight"].shape[1]
    order, signs = rng.permutation(width), rng.choice(np.array([-1, 1], np.float32), width)
    changed = {}
    for name, one in model.items():
        if one.ndim == 1:
            changed[name] = one[order]
        elif name.endswith(("o_proj.weight", "down_proj.weight")):
            changed[name] = (signs[:, None] * one)[order]
        else:
            changed[name] = (signs * one)[:, order]
    return changed


def rotate_residual(model: Tensors, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The same function with the residual stream rotated; norms' gains move into what reads them.

    The gain of a norm is multiplied into the matrices that read it and becomes one, so that the
    norm commutes with the rotation.
    """
    width = model["model.embed_tokens.weight"].shape[1]
    rotation = np.linalg.qr(rng.standard_normal((width, width)))[0].astype(np.float32)
    read_by = {
        "input_layernorm.weight": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        "post_attention_layernorm.weight": ("mlp.gate_proj", "mlp.up_proj"),
    }
    changed = dict(model)
    for name, gain in model.items():
        head, _, kind = name.rpartition("layers.")[2].partition(".")
        if kind in read_by:
            for part in read_by[kind]:
                reader = f"model.layers.{head}.{part}.weight"
                changed[reader] = model[reader] * gain
    changed["lm_head.weight"] = model["lm_head.weight"] * model["model.norm.weight"]
    for name, one in changed.items():
        if one.ndim == 1:
            changed[name] = np.ones_like(one)
        elif name.endswith(("o_proj.weight", "down_proj.weight")):
            changed[name] = rotation.T @ one
        else:
            changed[name] = one @ rotation
    return changed


def reshuffle_values(
    model: Tensors, rng: np.random.Generator, *, heads: int
) -> dict[str, np.ndarray]:
    """The same function with each value head's dimensions relabelled and their signs flipped.

    For models with as many value heads as query heads.
    """
    changed = dict(model)
    for name, value in model.items():
        if not name.endswith("v_proj.weight"):
            continue
        size = len(value) // heads
        order = np.concatenate([head * size + rng.permutation(size) for head in range(heads)])
        signs = rng.choice(np.array([-1, 1], np.float32), len(value))
        output = name.replace("v_proj", "o_proj")
        changed[name] = (signs[:, None] * value)[order]
        changed[output] = (signs * model[output])[:, order]
    return changed


def rescale_units(model: Tensors, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """The same function with every up row multiplied by 1/8 to 8 and its down column divided."""
    changed = dict(model)
    for name, up in model.items():
        if name.endswith("mlp.up_proj.weight"):
            scale = np.float32(8.0) ** rng.uniform(-1, 1, len(up)).astype(np.float32)
            down = name.replace("up_proj", "down_proj")
            changed[name] = scale[:, None] * up
            changed[down] = model[down] / scale
    return changed


def layers_kept(model: Tensors, kept: Sequence[int]) -> dict[str, np.ndarray]:
    """A model of the kept layers alone, numbered anew in the order given."""
    outside = {name: one for name, one in model.items() if not name.startswith(_LAYERS)}
    return outside | {
        f"{_LAYERS}{new}.{rest}": model[f"{_LAYERS}{old}.{rest}"]
        for new, old in enumerate(kept)
        for rest in _names_in(model, old)
    }


def grafted(host: Tensors, donor: Tensors, *, layer: int, place: int) -> dict[str, np.ndarray]:
    """The host with the donor's ``layer`` in ``place`` of its own."""
    return dict(host) | {
        f"{_LAYERS}{place}.{rest}": donor[f"{_LAYERS}{layer}.{rest}"]
        for rest in _names_in(donor, layer)
    }


def upcycled(model: Tensors, experts: int) -> dict[str, np.ndarray]:
    """A mixture whose experts are all the model's MLP, and whose router knows no difference yet."""
    changed = {name: one for name, one in model.items() if ".mlp." not in name}
    for name, gate in model.items():
        if not name.endswith("mlp.gate_proj.weight"):
            continue
        head = name.removesuffix("gate_proj.weight")
        both = np.concatenate([gate, model[f"{head}up_proj.weight"]])
        down = model[f"{head}down_proj.weight"]
        changed[f"{head}gate.weight"] = np.zeros((experts, gate.shape[1]), np.float32)
        changed[f"{head}experts.gate_up_proj"] = np.repeat(both[None], experts, axis=0)
        changed[f"{head}experts.down_proj"] = np.repeat(down[None], experts, axis=0)
    return changed


def _names_in(model: Tensors, layer: int) -> list[str]:
    head = f"{_LAYERS}{layer}."
    return [name.removeprefix(head) for name in model if name.startswith(head)]


def _bfloat16(tensor: np.ndarray) -> np.ndarray:
    bits = np.ascontiguousarray(tensor, dtype=np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return (rounded & np.uint32(0xFFFF0000)).view(np.float32)


def _quantized(matrix: np.ndarray, block: int, levels: int) -> np.ndarray:
    blocks = matrix.reshape(matrix.shape[0], -1, block)
    scale = np.abs(blocks).max(axis=2, keepdims=True) / levels
    safe = np.where(scale > 0, scale, 1.0)
    return np.asarray((np.round(blocks / safe) * scale).reshape(matrix.shape), dtype=np.float32)
