"""Follow an estimate's recipe over the scores in hand, with the code that the run used.

Figures of another machine may differ in the last bits: logarithms of two libraries do. So e-values
and values agree within one part in 10^9, and ends of intervals, which are rounded to one millionth,
within two of them. A verdict that differs is always told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from compliance.domain.items import Score
from compliance.domain.recipes import Recipe
from compliance.domain.verdicts import Claim, Estimate, Part, judge

CLOSE = 1e-9
STEPS = 2e-6


class Recomputed(StrEnum):
    """What became of recomputing an estimate."""

    SAME = "same"
    OTHER = "other"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Recomputation:
    """What became of it, and what to say, in one sentence."""

    outcome: Recomputed
    text: str


def recompute(estimate: Estimate, scores: Sequence[Score | str]) -> Recomputation:
    """Compare an estimate with what its recipe makes of the scores.

    Args:
        scores: in the order asked; hex where one is withheld.
    """
    recipe = estimate.recipe
    if recipe is None:
        return Recomputation(Recomputed.NOT, "this stress test gives no recipe to follow")
    shown = [one for one in scores if isinstance(one, Score)]
    if len(shown) != len(scores):
        withheld = len(scores) - len(shown)
        return Recomputation(Recomputed.NOT, f"{withheld} of {len(scores)} scores are withheld")
    problem = _strays(recipe, estimate.claim)
    if problem:
        return Recomputation(Recomputed.OTHER, problem)
    try:
        from compliance.domain.statistics.folding import folded
    except ImportError:
        return Recomputation(Recomputed.NOT, "install the extra: pip install 'assay[statistics]'")
    try:
        found = folded(estimate.claim, recipe, shown, planned=estimate.planned)
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
        return Recomputation(Recomputed.OTHER, f"the recipe cannot be followed: {error}")
    return _compared(estimate, found, recipe)


def _compared(said: Estimate, found: Estimate, recipe: Recipe) -> Recomputation:
    for problem in _differences(said, found):
        return Recomputation(Recomputed.OTHER, problem)
    verdict = judge(replace(found, lead=said.lead))
    if verdict is not judge(said):
        return Recomputation(Recomputed.OTHER, f"from these scores the verdict is {verdict}")
    left_out = recipe.whole.left_out if recipe.whole else ()
    beside = f", without {', '.join(left_out)}" if left_out else ""
    return Recomputation(
        Recomputed.SAME,
        f"recomputed from {said.n:,} scores{beside}: {found.value:.6g} "
        f"({found.lower:.6g} to {found.upper:.6g}), {verdict.value}",
    )


def _strays(recipe: Recipe, claim: Claim) -> str:
    """What a recipe would decide by that the claim does not say; empty if nothing."""
    deciding = [recipe.whole] if recipe.whole else recipe.parts
    level = claim.alpha / len(deciding)
    for fold in deciding:
        limit = (claim.limit + 1) / 2 if fold.signed else claim.limit
        if fold.limit != limit or not math.isclose(fold.alpha, level, rel_tol=CLOSE):
            return (
                f"the recipe's limit or alpha is not the claim's, in {fold.name or 'the whole'!r}"
            )
    if recipe.whole and (recipe.whole.strata or recipe.whole.detail):
        return "the recipe decides by a part of the scores"
    return ""


def _differences(said: Estimate, found: Estimate) -> Iterator[str]:
    if [one.name for one in said.parts] != [one.name for one in found.parts]:
        yield "the estimate has other parts than its recipe"
        return
    pairs: list[tuple[str, Estimate | Part, Estimate | Part]] = [("the estimate", said, found)]
    pairs += [(one.name, one, again) for one, again in zip(said.parts, found.parts, strict=True)]
    for name, one, again in pairs:
        if one.n != again.n:
            yield f"n of {name} is {one.n}, recomputed {again.n}"
        for field in ("value", "log10_e_violating", "log10_e_compliant"):
            yield from _differs(name, field, one, again, absolute=CLOSE)
        for field in ("lower", "upper"):
            yield from _differs(name, field, one, again, absolute=STEPS)


def _differs(
    name: str, field: str, one: Estimate | Part, again: Estimate | Part, *, absolute: float
) -> Iterator[str]:
    said, found = getattr(one, field), getattr(again, field)
    if not math.isclose(said, found, rel_tol=CLOSE, abs_tol=absolute):
        yield f"{field} of {name} is {said:.9g}, recomputed {found:.9g}"
