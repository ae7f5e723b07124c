"""MATCH: do the gates and the ups of two models' hidden units correspond in one and the same way?

Zhu, Ahmed, Kuditipudi and Liang (ICML 2025, arXiv 2502.12292). A gated unit multiplies its gate by
its up, so where units correspond, gate and up activations are matched alike, whatever relabelling,
rotation or rescaling came between. Ups are matched by absolute correlation, as flipping a unit's
signs costs nothing and would halve the count. Models that learned the same things match alike in
part too: the count has no null of its own and is compared with that of controls.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

Layer = tuple[np.ndarray, np.ndarray]
"""(gate, up) activations, shape (positions, hidden units)."""


def alike(first: Layer, second: Layer) -> int:
    """Units of ``first`` that gate and up activations assign to the same unit of ``second``."""
    by_gate = assigned(centred(first[0]), centred(second[0]))
    by_up = assigned(centred(first[1]), centred(second[1]), signless=True)
    return len({*zip(*by_gate, strict=True)} & {*zip(*by_up, strict=True)})


def assigned(
    first: np.ndarray, second: np.ndarray, *, signless: bool = False
) -> tuple[list[int], list[int]]:
    """Pairs of rows with the largest sum of cosines; all rows of the smaller side are used."""
    cosine = _unit(first) @ _unit(second).T
    rows, columns = linear_sum_assignment(np.abs(cosine) if signless else cosine, maximize=True)
    return rows.tolist(), columns.tolist()


def centred(active: np.ndarray) -> np.ndarray:
    """Units by positions, each less its mean over them."""
    return np.asarray((active - active.mean(axis=0)).T)


def _unit(rows: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0))
