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
from scipy.stats import chi2, spearmanr

from workers.scoring.assignment import alike, assigned, centred
from workers.stress_tests.provenance.zoo_units_validity import ZooUnits


@dataclass(frozen=True, slots=True)
class Rivals:
    """p-values of the published tests, and how many units MATCH matches alike in both parts."""

    phi_u: float
    match: float
    alike: int


def rivals(first: ZooUnits, second: ZooUnits) -> Rivals:
    """The published statistics of one pair, layers by index as far as both have them."""
    by_weights = [_columns(one, other) for one, other in zip(first.up, second.up, strict=False)]
    if not by_weights:  # a mixture of experts has no one MLP a layer
        return Rivals(phi_u=1.0, match=1.0, alike=0)
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
        tuple(_columns(centred(own), centred(other)) for own, other in zip(a, b, strict=True))  # type: ignore[misc]
        for a, b in zip(first.active, second.active, strict=False)
    ]


def alike_signless(first: ZooUnits, second: ZooUnits) -> int:
    """Units that gate and up activations match alike, ups by absolute correlation."""
    return sum(alike(one, other) for one, other in zip(first.active, second.active, strict=True))


def _columns(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.array(assigned(first, second)[1])


def _spearman(one: np.ndarray, other: np.ndarray) -> float:
    return float(spearmanr(one, other).pvalue)


def _fisher(p_values: Sequence[float]) -> float:
    smallest = np.finfo(float).tiny
    total = -2.0 * np.log(np.maximum(p_values, smallest)).sum()
    return float(chi2.sf(total, 2 * len(p_values)))
