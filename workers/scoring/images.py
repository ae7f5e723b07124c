"""How far log-probabilities lie from what an output layer can give (Finlayson et al. 2024)."""

from __future__ import annotations

import numpy as np

_BLOCK = 8192
"""Rows that are looked at together: bounds the memory that float64 takes."""
_SINGULAR = 1e-12
"""Directions whose share of the largest eigenvalue is below this are rounding."""


class Image:
    """The log-probabilities that a linear output layer can give: its columns, and constants.

    Softmax takes a constant off all logits of a position, so both sides are centred over tokens.

    Args:
        head: the output layer, shape (tokens, width) with tokens > width; a bias is a column more.
    """

    def __init__(self, head: np.ndarray) -> None:
        self._head = head
        self._mean = head.mean(axis=0, dtype=np.float64)
        gram = np.zeros((head.shape[1], head.shape[1]))
        for block in self._blocks():
            centred = head[block] - self._mean
            gram += centred.T @ centred
        values, vectors = np.linalg.eigh(gram)
        kept = values > _SINGULAR * values[-1]
        self._inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T

    def residuals(self, log_probabilities: np.ndarray) -> np.ndarray:
        """||y - P y|| / ||y|| of each row y, centred, and P the projection on the image.

        Args:
            log_probabilities: shape (texts, tokens), finite.

        Returns:
            Shape (texts,), from 0 (inside) to 1; 1 for a row without any differences.
        """
        rows = log_probabilities.astype(np.float64)
        rows -= rows.mean(axis=1, keepdims=True)
        read = np.zeros((len(rows), self._head.shape[1]))
        for block in self._blocks():
            read += rows[:, block] @ (self._head[block] - self._mean)
        weights = read @ self._inverse
        left = np.zeros(len(rows))
        for block in self._blocks():
            rest = rows[:, block] - weights @ (self._head[block] - self._mean).T
            left += (rest**2).sum(axis=1)
        whole = (rows**2).sum(axis=1)
        shares = np.divide(left, whole, out=np.ones(len(rows)), where=whole > 0)
        found: np.ndarray = np.minimum(np.sqrt(shares), 1.0)
        return found

    def _blocks(self) -> list[slice]:
        return [slice(at, at + _BLOCK) for at in range(0, len(self._head), _BLOCK)]
