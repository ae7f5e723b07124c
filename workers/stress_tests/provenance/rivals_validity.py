"""Published statistics beside ours: phi_U, MATCH, and MATCH ranked among controls.

Zhu, Ahmed, Kuditipudi and Liang (ICML 2025, arXiv 2502.12292). phi_U matches up rows by linear
assignment on their cosine and takes Spearman's rank correlation of the matching with the identity;
MATCH matches gate and up activations apart and takes that of the two matchings with each other.
p-values of layers are joined by Fisher's method. Spearman's p rests on a t approximation, and
MATCH's on a null that models which learned the same need not meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2, spearmanr

from workers.stress_tests.provenance.zoo_units_validity import ZooUnits


@dataclass(frozen=True, slots=True)
class Rivals:
    """p-values of the published tests, and how many units MATCH matches alike in both parts."""

    phi_u: float
    match: float
    alike: int


def rivals(first: ZooUnits, second: ZooUnits) -> Rivals:
    """The published statistics of one pair."""
    by_weights = [assigned(one, other) for one, other in zip(first.up, second.up, strict=True)]
    identity = np.arange(len(by_weights[0]))
    pairs = match_pairs(first, second)
    return Rivals(
        phi_u=_fisher([_spearman(one, identity) for one in by_weights]),
        match=_fisher([_spearman(gate, up) for gate, up in pairs]),
        alike=sum(int((gate == up).sum()) for gate, up in pairs),
    )


def match_pairs(first: ZooUnits, second: ZooUnits) -> list[tuple[np.ndarray, np.ndarray]]:
    """Matchings of every layer by gate and by up activations."""
    return [
        tuple(assigned(_centred(own), _centred(other)) for own, other in zip(a, b, strict=True))  # type: ignore[misc]
        for a, b in zip(first.active, second.active, strict=True)
    ]


def alike_signless(first: ZooUnits, second: ZooUnits) -> int:
    """Units that gate and up activations match alike, ups by absolute correlation.

    Absolute, as flipping a unit's signs at random costs nothing and would halve the count.
    """
    total = 0
    for (gate, up), (gates, ups) in zip(first.active, second.active, strict=True):
        by_gate = assigned(_centred(gate), _centred(gates))
        by_up = assigned(_centred(up), _centred(ups), signless=True)
        total += int((by_gate == by_up).sum())
    return total


def rank_p(suspect: int, controls: Sequence[int]) -> float:
    """(1 + controls at or above the suspect) / (1 + controls): exact where all are exchangeable."""
    return (1 + sum(one >= suspect for one in controls)) / (1 + len(controls))


def assigned(first: np.ndarray, second: np.ndarray, *, signless: bool = False) -> np.ndarray:
    """For every row of ``first`` a row of ``second``, by the largest sum of cosines."""
    cosine = _unit(first) @ _unit(second).T
    score = np.abs(cosine) if signless else cosine
    return np.asarray(linear_sum_assignment(score, maximize=True)[1])


def _centred(active: np.ndarray) -> np.ndarray:
    return np.asarray((active - active.mean(axis=0)).T)


def _unit(rows: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0))


def _spearman(one: np.ndarray, other: np.ndarray) -> float:
    return float(spearmanr(one, other).pvalue)


def _fisher(p_values: Sequence[float]) -> float:
    smallest = np.finfo(float).tiny
    total = -2.0 * np.log(np.maximum(p_values, smallest)).sum()
    return float(chi2.sf(total, 2 * len(p_values)))
