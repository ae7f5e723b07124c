"""Whether two samples of texts come from one model: exact p-values, one look after another.

Model equality: the maximum mean discrepancy under the kernel "share of equal characters at equal
places", summed over prompts, with the labels "now" and "before" permuted within each prompt. Every
p-value counts the observed split among the permuted ones, (1 + hits) / (1 + permutations); the
published code leaves it out, so its size is above its level.

Many looks. If nothing changed, all answers to a prompt are exchangeable, whenever they were given.
p_t compares the answers of look t with a random sample of *all* before, and reads of the past
nothing but which answers were given, not when. Seen backwards, it is therefore uniform whatever
came later, so p_2, p_3, ... are independent (Vovk's argument for conformal p-values), and bets on
them multiply. Against one fixed reference the p-values of many looks share its luck, and do not.

Rank uniformity: where the registered weights are held, a fresh answer's score ranks uniformly
among as many fresh answers of those weights. The ranks of a look are compared with uniform ones by
Cramer and von Mises' statistic, whose law is simulated.

Sources: Gao, Liang and Guestrin, Model Equality Testing, ICLR 2025, arXiv 2410.20247 (statistic);
Zhu et al., Rank-based uniformity test, ICLR 2026, arXiv 2506.06975; Vovk, Gammerman and Shafer,
Algorithmic Learning in a Random World, 2005; Phipson and Smyth 2010 (the added one).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from compliance.domain.statistics.betting import Floats

TIE = 1e-9
"""Statistics that rounding alone tells apart are equal."""
PERMUTATIONS = 1_999


def encoded(texts: Sequence[str], length: int) -> NDArray[np.int32]:
    """Code points of each text, cut or padded with -1 to ``length``; shape (texts, length)."""
    found = np.full((len(texts), length), -1, dtype=np.int32)
    for row, text in enumerate(texts):
        points = [ord(one) for one in text[:length]]
        found[row, : len(points)] = points
    return found


def hamming_kernel(codes: NDArray[np.int32]) -> NDArray[np.float32]:
    """Number of equal characters at equal places, shape (..., n, n) for codes (..., n, length).

    Places beyond both texts' ends count as equal, as in the published kernel.
    """
    equal = codes[..., :, None, :] == codes[..., None, :, :]
    return np.asarray(equal.sum(axis=-1), dtype=np.float32)


def equality_p(
    now: NDArray[np.int32],
    before: NDArray[np.int32],
    rng: np.random.Generator,
    *,
    permutations: int = PERMUTATIONS,
) -> float:
    """The permutation p-value of "now and before answer alike".

    Args:
        now, before: encoded answers, shapes (prompts, m, length) and (prompts, s, length).
        rng: its draws must not depend on the answers.

    Raises:
        ValueError: no answers on one side.
    """
    if not now.size or not before.size:
        raise ValueError("needs answers to compare")
    # The same positions change sides for every prompt, so their order within one must be random.
    pooled = np.concatenate([_shuffled(now, rng), _shuffled(before, rng)], axis=1)
    kernel = hamming_kernel(pooled).sum(axis=0)
    fresh, total = now.shape[1], pooled.shape[1]
    drawn = rng.random((permutations, total), dtype=np.float32)
    chosen = np.argpartition(drawn, fresh - 1, axis=1)[:, :fresh]
    inside = np.zeros((permutations + 1, total), dtype=np.float32)
    inside[0, :fresh] = 1.0
    np.put_along_axis(inside[1:], chosen, 1.0, axis=1)
    apart = _apart(kernel, inside)
    return float(np.mean(apart >= apart[0] - TIE))


def _shuffled(answers: NDArray[np.int32], rng: np.random.Generator) -> NDArray[np.int32]:
    """Each prompt's answers in a random order of its own."""
    order = rng.random(answers.shape[:2]).argsort(axis=1)
    return np.take_along_axis(answers, order[:, :, None], axis=1)


def _apart(kernel: NDArray[np.float32], inside: NDArray[np.float32]) -> Floats:
    """The discrepancy of each split, up to what is the same for all; shape (splits,).

    With weights 1/m for the m answers of one side and -1/s for the s others, z'Kz is, but for a
    constant, u^2 (sum of K within the side) - 2 u (sum of its rows) / s, with u = 1/m + 1/s. Both
    sums are of whole numbers below 2^24, so exact in single precision, and ties are ties.

    Args:
        inside: shape (splits, n), 1 for the answers that are on the one side.
    """
    fresh = int(inside[0].sum())
    rest = len(kernel) - fresh
    weight = 1.0 / fresh + 1.0 / rest
    within = ((inside @ kernel) * inside).sum(axis=1).astype(np.float64)
    rows = (inside @ kernel.sum(axis=0)).astype(np.float64)
    found: Floats = weight**2 * within - 2.0 * weight / rest * rows
    return found


def uniform_p(ranks: Floats, rng: np.random.Generator, *, draws: int = PERMUTATIONS) -> float:
    """The Monte Carlo p-value of "these numbers in [0, 1] are uniform and independent".

    Cramer and von Mises' statistic against as many simulated sets.

    Raises:
        ValueError: no numbers, or one outside [0, 1].
    """
    if not len(ranks) or bool(np.any((ranks < 0.0) | (ranks > 1.0))):
        raise ValueError("needs ranks between 0 and 1")
    simulated = np.concatenate([ranks[None], rng.random((draws, len(ranks)))])
    middles = (np.arange(len(ranks)) + 0.5) / len(ranks)
    distance = ((np.sort(simulated, axis=1) - middles) ** 2).sum(axis=1)
    return float(np.mean(distance >= distance[0] - TIE))


def rank_among(value: float, others: Sequence[float], coin: float) -> float:
    """Where ``value`` stands among ``others``, in (0, 1); ``coin``, uniform in [0, 1), breaks ties.

    Uniform if value and others are exchangeable.
    """
    below = sum(one < value for one in others)
    ties = sum(one == value for one in others)
    return (below + coin * (ties + 1)) / (len(others) + 1)
