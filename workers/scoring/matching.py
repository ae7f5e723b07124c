"""Matching the hidden units of two gated MLPs without looking at their labels or signs.

A hidden unit is its gate row, up row and down column. Each of the three matrices is scaled to
unit root mean square, so that no one of them dominates; a pair of units scores

    (g . g' + |u . u' + d . d'|) / (norm of the unit * norm of the other unit),

which does not change when a unit's up and down weights change sign together. Row argmax over
the other model's units gives the matching that fixed points are counted in; pairs that are each
other's best match give the signs. Only scores are read, so relabelling or sign-flipping one
model's units carries the matching along unchanged: the condition under which
``compliance.domain.statistics.fixed_points`` and ``signs`` are exact and may be multiplied.

Units are rounded to bfloat16 once they are scaled, and products are summed in float32. That is part
of the score, not of its computation: a unit is rounded by itself, whatever its label, and rounding
is odd, so the condition above holds as before and the e-values stay exact. What the rounding costs
is power, and next to none: it moves a cosine by a few thousandths of what chance moves it by.
Processors with instructions for bfloat16 multiply it several times faster than float32. The product
of two such numbers is exact in float32, so elsewhere the same sums come out, up to their order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # else it is loaded where units are matched: listing the tests needs none
    import torch

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HiddenUnits:
    """The units of one layer as unit vectors, rounded to bfloat16 and held as float32.

    Attributes:
        gate: shape (h, d), the gate row of each unit; d may be 0.
        signed: shape (h, 2d), its up row and down column, which flip sign together.
        alive: shape (h,), False for units that are entirely zero; they match nothing.
    """

    gate: Floats
    signed: Floats
    alive: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Matching:
    """What the matching of one layer amounts to.

    Attributes:
        in_place: rows of the first model whose single best match carries their own label.
        units: hidden units of the first model.
        matched: mutual best matches whose up and down weights are not exactly orthogonal.
        positive: those of them that point the same way.
    """

    in_place: int
    units: int
    matched: int
    positive: int


def hidden_units(gate: Floats, up: Floats, down: Floats) -> HiddenUnits:
    """Scale and join one layer's weights.

    Args:
        gate: shape (h, d). up: shape (h, d). down: shape (d, h), as linear layers store them.

    Raises:
        ValueError: the shapes do not belong to one gated MLP.
    """
    if gate.ndim != 2 or up.shape != gate.shape or down.shape != gate.shape[::-1]:
        raise ValueError(
            f"gate {gate.shape}, up {up.shape} and down {down.shape} are not one gated MLP"
        )
    return _unit_vectors(gate, (up, down.T))


def row_units(gate: Floats, up: Floats) -> HiddenUnits:
    """Hidden units by what they read alone: gate and up rows, without their down columns.

    Args:
        gate: shape (h, d). up: shape (h, d).

    Raises:
        ValueError: the shapes differ.
    """
    if gate.ndim != 2 or gate.shape != up.shape:
        raise ValueError(f"gate {gate.shape} and up {up.shape} are not one gated MLP")
    return _unit_vectors(gate, (up,))


def signed_units(*matrices: Floats) -> HiddenUnits:
    """Units all of whose weights flip sign together, with nothing like a gate that does not.

    Args:
        matrices: each of shape (units, any width), scaled to unit root mean square and joined.

    Raises:
        ValueError: they do not have one number of rows.
    """
    if len({len(one) for one in matrices}) != 1:
        raise ValueError(f"matrices of {[len(one) for one in matrices]} rows are not of one model")
    return _unit_vectors(np.empty((len(matrices[0]), 0), dtype=np.float32), matrices)


def active_units(gate: Floats, up: Floats) -> HiddenUnits:
    """Hidden units as what they do on common inputs, in place of their weights.

    Each unit's activations are centred over the inputs first: what all units have in common with
    each other, such as a constant, says nothing of which is which.

    Args:
        gate: shape (inputs, h), before the activation function. up: shape (inputs, h). The signs of
            a unit's up activations flip with its up and down weights.

    Raises:
        ValueError: the shapes differ.
    """
    if gate.ndim != 2 or gate.shape != up.shape:
        raise ValueError(f"gate {gate.shape} and up {up.shape} are not activations of one MLP")
    gates, ups = (np.ascontiguousarray((one - one.mean(axis=0)).T) for one in (gate, up))
    return _unit_vectors(gates, (ups,))


def _unit_vectors(gate: Floats, signed: Sequence[Floats]) -> HiddenUnits:
    """Units of matrices with a row each: matrices to unit root mean square, then units to length 1.

    No step depends on the units' order or signs, to the last bit: a row is squared by itself, and
    rows' squares are added up exactly.
    """
    squares = [np.einsum("ij,ij->i", one, one, dtype=np.float64) for one in (gate, *signed)]
    scales = [
        (one.size / total) ** 0.5 if (total := math.fsum(rows)) > 0.0 else 1.0
        for one, rows in zip((gate, *signed), squares, strict=True)
    ]
    norms = np.sqrt(sum(c * c * rows for c, rows in zip(scales, squares, strict=True)))
    alive = norms > 0.0
    inverse = np.divide(1.0, norms, out=np.zeros_like(norms), where=alive)
    parts = [
        _rounded(one, scale * inverse) for one, scale in zip((gate, *signed), scales, strict=True)
    ]
    joined = parts[1] if len(parts) == 2 else np.concatenate(parts[1:], axis=1)
    return HiddenUnits(gate=parts[0], signed=joined, alive=alive)


def _rounded(matrix: Floats, factors: NDArray[np.float64]) -> Floats:
    """Rows times their factors, rounded to bfloat16."""
    import torch

    scaled = torch.from_numpy(matrix * factors.astype(np.float32)[:, None])
    rounded: Floats = scaled.copy_(scaled.bfloat16()).numpy()
    return rounded


def match_units(first: HiddenUnits, second: HiddenUnits, *, block_rows: int = 2048) -> Matching:
    """Match every unit of ``first`` to its best unit of ``second``, ``block_rows`` at a time.

    Memory beside the units themselves: two float32 blocks of ``block_rows`` times h. A row
    whose best score is attained twice is left out, and so is a column for the signs. The two
    models may differ in h (labels beyond the smaller h match nothing of their own).

    Raises:
        ValueError: the models differ in width d.
    """
    if (first.gate.shape[1], first.signed.shape[1]) != (
        second.gate.shape[1],
        second.signed.shape[1],
    ):
        raise ValueError("units of different width d cannot be matched")
    rows, columns = len(first.gate), len(second.gate)
    best, sign = np.full(rows, -1), np.zeros(rows, dtype=np.int8)
    column_score = np.full(columns, -np.inf, dtype=np.float32)
    column_best = np.full(columns, -1)
    for start in range(0, rows, block_rows):
        block = slice(start, min(start + block_rows, rows))
        scores, signed = _scores(first, second, block)
        choice, _, unique = _best(scores, axis=1)
        best[block] = np.where(unique & first.alive[block], choice, -1)
        sign[block] = np.sign(signed.numpy()[np.arange(len(choice)), choice])
        _update_columns(scores, start, column_score, column_best)
    return _count(best, sign, column_best)


def _scores(
    first: HiddenUnits, second: HiddenUnits, block: slice
) -> tuple[torch.Tensor, torch.Tensor]:
    """(sign-blind scores, signed part), both of shape (rows of the block, columns)."""
    import torch

    with _bfloat16_products():
        signed = torch.from_numpy(first.signed[block]) @ torch.from_numpy(second.signed).T
        scores = torch.from_numpy(first.gate[block]) @ torch.from_numpy(second.gate).T
    scores += signed.abs()
    scores[:, torch.from_numpy(~second.alive)] = -torch.inf
    scores[torch.from_numpy(~first.alive[block])] = -torch.inf
    return scores, signed


@contextmanager
def _bfloat16_products() -> Iterator[None]:
    """Let products of float32 matrices be taken in bfloat16 where the processor can.

    Of numbers that are rounded already; whoever asked for another precision has it back after.
    """
    import torch

    matmul = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]  # set at import
    before, matmul.fp32_precision = matmul.fp32_precision, "bf16"
    try:
        yield
    finally:
        matmul.fp32_precision = before


def _best(
    scores: torch.Tensor, axis: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """(place of the best score, the best score, whether no other equals it) along an axis."""
    top, choice = scores.max(dim=axis)
    unique = (scores == top.unsqueeze(axis)).sum(dim=axis) == 1
    return choice.numpy(), top.numpy(), unique.numpy()


def _update_columns(
    scores: torch.Tensor, start: int, column_score: Floats, column_best: NDArray[np.int64]
) -> None:
    """Carry each column's best row over from block to block; -1 where it is not unique."""
    choice, top, unique = _best(scores, axis=0)
    better, equal = top > column_score, top == column_score
    column_best[better] = np.where(unique, choice + start, -1)[better]
    column_best[equal] = -1
    column_score[better] = top[better]


def _count(
    best: NDArray[np.int64], sign: NDArray[np.int8], column_best: NDArray[np.int64]
) -> Matching:
    labels = np.arange(len(best))
    mutual = (best >= 0) & (column_best[best] == labels) & (sign != 0)
    return Matching(
        in_place=int((best == labels).sum()),
        units=len(best),
        matched=int(mutual.sum()),
        positive=int((sign[mutual] > 0).sum()),
    )
