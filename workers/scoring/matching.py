"""Matching the hidden units of two gated MLPs without looking at their labels or signs.

A hidden unit is its gate row, up row and down column. Each of the three matrices is scaled to
unit root mean square, so that no one of them dominates; a pair of units scores

    (g . g' + |u . u' + d . d'|) / (norm of the unit * norm of the other unit),

which does not change when a unit's up and down weights change sign together. Row argmax over
the other model's units gives the matching that fixed points are counted in; pairs that are each
other's best match give the signs. Only scores are read, so relabelling or sign-flipping one
model's units carries the matching along unchanged: the condition under which
``compliance.domain.statistics.fixed_points`` and ``signs`` are exact and may be multiplied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HiddenUnits:
    """The units of one layer as unit vectors, float32.

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
    h, d = gate.shape
    joined = np.empty((h, 2 * d), dtype=np.float32)
    np.multiply(up, _inverse_rms(up), out=joined[:, :d])
    np.multiply(down.T, _inverse_rms(down), out=joined[:, d:])
    return _unit_vectors(gate * _inverse_rms(gate), joined)


def signed_units(*matrices: Floats) -> HiddenUnits:
    """Units all of whose weights flip sign together, with nothing like a gate that does not.

    Args:
        matrices: each of shape (units, any width), scaled to unit root mean square and joined.

    Raises:
        ValueError: they do not have one number of rows.
    """
    if len({len(one) for one in matrices}) != 1:
        raise ValueError(f"matrices of {[len(one) for one in matrices]} rows are not of one model")
    joined = np.concatenate([one * _inverse_rms(one) for one in matrices], axis=1)
    return _unit_vectors(np.empty((len(joined), 0), dtype=np.float32), joined)


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
    return _unit_vectors(gates * _inverse_rms(gates), ups * _inverse_rms(ups))


def _unit_vectors(gate: Floats, signed: Floats) -> HiddenUnits:
    """Rows scaled, in place, so that gate and signed together have length 1."""
    norms = np.sqrt(_row_squares(gate) + _row_squares(signed))
    alive = norms > 0.0
    inverse = np.divide(1.0, norms, out=np.zeros_like(norms), where=alive).astype(np.float32)
    gate *= inverse[:, None]
    signed *= inverse[:, None]
    return HiddenUnits(gate=gate, signed=signed, alive=alive)


def match_units(first: HiddenUnits, second: HiddenUnits, *, block_rows: int = 1024) -> Matching:
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
        choice, unique = _best_in_rows(scores)
        index = np.arange(len(choice))
        best[block] = np.where(unique & first.alive[block], choice, -1)
        sign[block] = np.sign(signed[index, choice])
        _update_columns(scores, start, column_score, column_best)
    return _count(best, sign, column_best)


def _scores(first: HiddenUnits, second: HiddenUnits, block: slice) -> tuple[Floats, Floats]:
    """(sign-blind scores, signed part), both of shape (rows of the block, columns)."""
    signed = first.signed[block] @ second.signed.T
    scores = first.gate[block] @ second.gate.T
    scores += np.abs(signed)
    scores[:, ~second.alive] = -np.inf
    scores[~first.alive[block]] = -np.inf
    return scores, signed


def _best_in_rows(scores: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    choice = scores.argmax(axis=1)
    top = scores[np.arange(len(scores)), choice]
    return choice, (scores == top[:, None]).sum(axis=1) == 1


def _update_columns(
    scores: Floats, start: int, column_score: Floats, column_best: NDArray[np.int64]
) -> None:
    """Carry each column's best row over from block to block; -1 where it is not unique."""
    choice = scores.argmax(axis=0)
    top = scores[choice, np.arange(scores.shape[1])]
    unique = (scores == top).sum(axis=0) == 1
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


def _inverse_rms(matrix: Floats) -> np.float32:
    """1 / root mean square, accumulated in float64; 1 for a matrix of zeros."""
    squares = float(np.einsum("ij,ij->", matrix, matrix, dtype=np.float64))
    return np.float32((matrix.size / squares) ** 0.5 if squares > 0.0 else 1.0)


def _row_squares(matrix: Floats) -> NDArray[np.float64]:
    return np.asarray(np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64))
