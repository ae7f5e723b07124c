"""A tree of models by what they answer, and how much of it another choice of prompts would keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import linkage, to_tree

RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Clade:
    """Models under one branch: places in the order given, and the share of resamples with it."""

    models: frozenset[int]
    support: float


def alike(answers: np.ndarray) -> np.ndarray:
    """Share of prompts with equal answers, shape (models, models).

    PhyloLM's similarity where every model gives each prompt one answer (Yax, Oudeyer, Palminteri:
    PhyloLM, ICLR 2025, arXiv 2404.04671, after Nei).

    Args:
        answers: one code an answer, shape (models, prompts).
    """
    return np.asarray((answers[:, None, :] == answers[None, :, :]).mean(axis=2))


def tree(answers: np.ndarray, rng: np.random.Generator) -> list[Clade]:
    """Groups of the average-linkage tree of -log similarity, smallest first.

    Support is Felsenstein's bootstrap (Evolution 39, 1985): prompts are drawn again with
    replacement, and the share of trees that hold the group is counted. It describes what other
    prompts would change and is no chance of being right.

    Raises:
        ValueError: fewer than two models.
    """
    prompts = answers.shape[1]
    times: Counter[frozenset[int]] = Counter()
    for _ in range(RESAMPLES):
        times.update(_groups(answers[:, rng.integers(prompts, size=prompts)]))
    return [Clade(group, times[group] / RESAMPLES) for group in _groups(answers)]


def newick(clades: Sequence[Clade], names: Sequence[str]) -> str:
    """The tree as text in Newick's format, support behind each group but the whole."""
    written = {frozenset((place,)): _quoted(name) for place, name in enumerate(names)}
    for clade in clades:
        inside = [one for one in written if one <= clade.models]
        text = ",".join(written.pop(one) for one in sorted(inside, key=min))
        whole = len(clade.models) == len(names)
        written[clade.models] = f"({text})" + ("" if whole else f"{clade.support:.2f}")
    return next(iter(written.values())) + ";"


def _groups(answers: np.ndarray) -> list[frozenset[int]]:
    models, prompts = answers.shape
    distances = -np.log(np.maximum(alike(answers), 0.5 / prompts))
    root = to_tree(linkage(distances[np.triu_indices(models, 1)], method="average"))
    return sorted(_under(root), key=len)


def _under(root: object) -> Iterator[frozenset[int]]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if not node.is_leaf():  # type: ignore[attr-defined]
            yield frozenset(node.pre_order())  # type: ignore[attr-defined]
            waiting += [node.left, node.right]  # type: ignore[attr-defined]


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"
