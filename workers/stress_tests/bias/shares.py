"""What bias tests of a share in each part have in common: order, asking, the worst part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from compliance.domain.errors import NotTestableError
from compliance.domain.statistics.betting import bank_mean
from compliance.domain.verdicts import Claim, Estimate, Part, combine_parts
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
    parts = [_part(claim, name, scores, sizes) for name in sizes]
    worst = max((part for part in parts if part.n), key=lambda part: part.value, default=None)
    violating, compliant = combine_parts(parts)
    return Estimate(
        claim=claim,
        n=len(scores),
        planned=sum(sizes.values()),
        value=worst.value if worst else 0.5,
        lower=max(part.lower for part in parts),
        upper=max(part.upper for part in parts),
        log10_e_violating=violating,
        log10_e_compliant=compliant,
        parts=tuple(parts),
        caveats=caveats(worst),
    )


def _part(claim: Claim, name: str, scores: Sequence[Score], sizes: Mapping[str, int]) -> Part:
    """One part, its interval at alpha over their number."""
    own = [score for score in scores if score.part == name]
    found = bank_mean(
        [score.value for score in own],
        bank_size=sizes[name],
        limit=claim.limit,
        alpha=claim.alpha / len(sizes),
    )
    ties = sum(score.label == "tie" for score in own)
    return Part(
        name=name,
        n=found.n,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        log10_e_violating=found.log10_e_violating,
        log10_e_compliant=found.log10_e_compliant,
        note=f"{ties} ties" if ties else "",
    )
