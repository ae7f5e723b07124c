"""Sketches of models, a few kilobytes each, and the exact screening of one against many.

A sketch holds the first hidden units of a few layers, each as signs of random projections of its
gate and up rows: 1 where the projection is above the median of the layer's units. Null hypothesis
as in ``fixed_points``: the labels of one model's hidden units are a uniform permutation of all h.
Whichever units then carry the first labels, their order is uniform, so the fixed points of a
matching among them have the same exact e-value. Units are matched by the number of equal bits.

Before that, the bits that are equal in place are counted. Every bit splits a layer's units in
halves, so under the null half are equal on average. Who has not two standard errors of fair coins
more is given an e-value of 0, which keeps the mean of the e-value at 1 or below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compliance.domain.statistics.fixed_points import log10_e_fixed_points

FORM = 1
"""Sketches of different forms are not set side by side."""
LAYERS, UNITS, BITS = 8, 64, 64
"""At most so many layers and units a layer; signs of each unit."""
SCREENING_ALPHA = 0.05
"""Share of false hits among the hits of one screening, on average; each is tested anew."""
_SEED = 20_261_127
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a model.

    Attributes:
        width: d of its residual stream; other widths are other projections.
        words: shape (layers, units), 64 signs each.
    """

    width: int
    words: NDArray[np.uint64]

    @property
    def key(self) -> tuple[int, int, int, int]:
        """(form, width, layers, units): sketches of one key can be screened together."""
        return (FORM, self.width, *self.words.shape)

    def to_bytes(self) -> bytes:
        return self.words.astype("<u8").tobytes()


def projections(width: int) -> NDArray[np.float32]:
    """The same random directions for every model of a width; shape (2 d, 64)."""
    generator = np.random.Generator(np.random.PCG64(_SEED))
    return generator.standard_normal((2 * width, BITS), dtype=np.float32)


def layers_sketched(depth: int) -> list[int]:
    """The first and the last four of ``depth`` layers: what drops some in between keeps these."""
    if depth <= LAYERS:
        return list(range(depth))
    half = LAYERS // 2
    return [*range(half), *range(depth - half, depth)]


def signs_packed(projected: Sequence[NDArray[np.float32]]) -> NDArray[np.uint64]:
    """Projections of each layer, shape (units, 64), as words of signs about the layer's median."""
    above = np.stack([one > np.median(one, axis=0) for one in projected])
    packed = np.packbits(above, axis=2, bitorder="little")
    return packed.view("<u8")[..., 0].astype(np.uint64)


def screen(own: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.float64]:
    """log10 e of each of many sketches against one, -inf for an e-value of 0.

    Args:
        own: shape (layers, units). others: shape (sketches, layers, units).

    Raises:
        ValueError: the shapes do not belong together.
    """
    if others.shape[1:] != own.shape:
        raise ValueError(f"sketches of {others.shape[1:]} and {own.shape} units")
    bits = own.size * BITS
    equal = np.concatenate(
        [np.zeros(0, dtype=np.int64)]
        + [
            bits - np.bitwise_count(others[k : k + _CHUNK] ^ own).sum(axis=(1, 2), dtype=np.int64)
            for k in range(0, len(others), _CHUNK)
        ]
    )
    found = np.full(len(others), -np.inf)
    kept = np.flatnonzero(equal >= bits / 2 + math.sqrt(bits))
    for start in range(0, len(kept), _CHUNK):
        chunk = kept[start : start + _CHUNK]
        found[chunk] = [
            log10_e_fixed_points(one, [own.shape[1]] * own.shape[0])
            for one in _in_place(own, others[chunk]).tolist()
        ]
    return found


def _in_place(own: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Units whose single best match carries their own label; shape (sketches, layers)."""
    labels = np.arange(own.shape[1])
    found = np.empty(others.shape[:2], dtype=np.int64)
    for layer in range(own.shape[0]):
        apart = np.bitwise_count(own[layer][:, None] ^ others[:, layer][:, None, :])
        best = apart.min(axis=2, keepdims=True)
        unique = (apart == best).sum(axis=2) == 1
        found[:, layer] = (unique & (apart.argmin(axis=2) == labels)).sum(axis=1)
    return found
