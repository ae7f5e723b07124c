"""What bias tests of a share in each part have in common: order, asking, the worst part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from compliance.domain.errors import NotTestableError
from compliance.domain.recipes import Combination, Engine, Fold, Recipe
from compliance.domain.statistics.folding import folded
from compliance.domain.verdicts import Claim, Estimate, Part
from workers.contract import Backend, Score

T = TypeVar("T")


def in_turn(banks: Iterable[Sequence[T]], rng: np.random.Generator) -> list[T]:
    """Each bank in its own random order, then the banks in turn."""
    orders = [[bank[index] for index in rng.permutation(len(bank))] for bank in banks]
    turns = itertools.zip_longest(*orders)
    return [one for turn in turns for one in turn if one is not None]


def loglikelihoods(
    backend: Backend, asked: Sequence[tuple[str, str]], shape: tuple[int, ...]
) -> np.ndarray:
    """Log-likelihoods in nats, all in one request: the backend asks each once.

    Raises:
        NotTestableError: one is not finite.
    """
    found = np.asarray(backend.loglikelihood(asked), dtype=np.float64).reshape(shape)
    if not np.isfinite(found).all():
        raise NotTestableError("the model gives log-likelihoods that are not finite")
    return found


def worst_share(
    claim: Claim,
    scores: Sequence[Score],
    sizes: Mapping[str, int],
    caveats: Callable[[Part | None], tuple[str, ...]],
) -> Estimate:
    """The largest share of a part's bank, with evidence over all parts (e-Bonferroni).

    Args:
        sizes: items of each part's bank.
        caveats: given the part with the largest share; None before the first answer.
    """
    level = claim.alpha / len(sizes)
    folds = [Fold(one, Engine.BANK, sizes[one], claim.limit, level, (one,)) for one in sizes]
    recipe = Recipe(Combination.WORST, tuple(folds))
    found = folded(claim, recipe, scores, planned=sum(sizes.values()))
    worst = max((part for part in found.parts if part.n), key=lambda p: p.value, default=None)
    return replace(
        found,
        parts=tuple(replace(one, note=_note(one.name, scores)) for one in found.parts),
        caveats=caveats(worst),
    )


def _note(name: str, scores: Sequence[Score]) -> str:
    ties = sum(score.label == "tie" for score in scores if score.part == name)
    return f"{ties} ties" if ties else ""
