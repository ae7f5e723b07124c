"""What is done to a model on the way to a derived one, on tensors by name (float32).

Each takes and gives one model's tensors; only linear weights (two-dimensional) are changed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Tensors = Mapping[str, np.ndarray]


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


def _bfloat16(tensor: np.ndarray) -> np.ndarray:
    bits = np.ascontiguousarray(tensor, dtype=np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return (rounded & np.uint32(0xFFFF0000)).view(np.float32)


def _quantized(matrix: np.ndarray, block: int, levels: int) -> np.ndarray:
    blocks = matrix.reshape(matrix.shape[0], -1, block)
    scale = np.abs(blocks).max(axis=2, keepdims=True) / levels
    safe = np.where(scale > 0, scale, 1.0)
    return np.asarray((np.round(blocks / safe) * scale).reshape(matrix.shape), dtype=np.float32)
