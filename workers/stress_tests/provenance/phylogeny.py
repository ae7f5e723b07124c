"""``provenance.phylogeny``: whose answers does a version give? A lead, with the tree of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotFoundError, NotTestableError
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Need, Scope
from workers.contract import (
    Backend,
    ComparingBackend,
    DataCard,
    Item,
    Procedure,
    Score,
    stress_test,
)
from workers.scoring.phylogenies import RESAMPLES, newick, tree
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.leads import Ranked
from workers.stress_tests.provenance.next_prompts import NAME, PROMPTS, VERSION
from workers.stress_tests.provenance.references import (
    NOT_COMPARABLE,
    Reference,
    not_compared,
    parse_references,
)

TOKENS, CHARACTERS = 4, 4
"""Of each answer, the first characters count, so that tokens cut otherwise are compared too."""
OWN = "the version"
NO_NULL = (
    "A lead, never a verdict: models that read the same, or that answer well, answer alike without "
    "copying, by amounts nobody can state beforehand. It says whom to compare by an exact test."
)
MEASURED = (
    "On tiny models, one parent among 20 of one recipe: ranked first for 20 of 20 copies with a "
    "rotated residual stream, 20 of 20 copies in 4-bit blocks, 4 of 20 merges by half, 0 of 20 "
    "fine-tunes and 1 of 20 students."
)
TREE = (
    "Tree of all by equal answers (Newick; behind a group the share of {resamples} resamplings of "
    "the prompts that keep it, which is no chance of being right): {tree}"
)
DATA_CARD = DataCard(
    name=NAME,
    version=VERSION,
    size=len(PROMPTS),
    licence="Apache-2.0, written for Assay",
    description=(
        "One item for the version and one for each registered model, which are asked how 400 "
        "beginnings of English sentences go on. Compared are the first four characters."
    ),
    limits="English. Who knows the prompts can answer them by another model than all others.",
)


@stress_test(
    "provenance.phylogeny",
    version=1,
    title="Whose answers it gives, and the tree of all",
    needs=(Need.GENERATE,),
    data_card=DATA_CARD,
    sources=(
        "Yax, Oudeyer, Palminteri: PhyloLM, ICLR 2025, arXiv 2404.04671 (similarity of answers)",
        "Felsenstein, Evolution 39, 1985 (support of a group by resampling)",
    ),
)
def phylogeny(
    references: Sequence[Json] = [], prompts: int = 200, alpha: float = 0.05
) -> Procedure:
    """No model outside the declared lineage stands out as the one whose answers this version gives.

    Ranks suspects for an exact test by answers alone, of endpoints too; nothing here has a null, so
    no e-value is given to either side and the verdict is always inconclusive.

    Args:
        references: registered models: ``parse_references``.
        prompts: how many of the bank are asked, 50 to 400.
        alpha: level of the interval, which describes how far other prompts could move a share.

    Raises:
        InvalidInputError: malformed references, or a number out of its range.
    """
    known = parse_references(references)
    check_counts(prompts=(prompts, 50, len(PROMPTS)))
    check_rates(alpha=alpha)
    claim = Claim(
        statement="No model outside the declared lineage stands out as whose answers it gives",
        population=f"answers to {prompts} prompts of '{NAME}' {VERSION}, of every model given",
        statistic="share of prompts with equal beginnings of answers, largest over models",
        limit=0.0,
        limit_source="the next largest among the models compared",
        alpha=alpha,
        unit="prompt",
        scope=Scope.POPULATION,
    )
    return Procedure(
        claim=claim,
        items=lambda rng: _items(known),
        score=lambda backend, batch: [_score(backend, item, PROMPTS[:prompts]) for item in batch],
        conclude=lambda scores: _conclude(claim, scores),
        batch_size=1,
        planning=NothingToPlan("every registered model is one item, and there is no verdict"),
    )


def _items(known: Sequence[Reference]) -> list[Item]:
    return [
        Item(id=OWN, part=OWN, cluster=OWN, payload={"label": OWN}),
        *(one.item() for one in known),
    ]


def _score(backend: Backend, item: Item, prompts: Sequence[str]) -> Score:
    """What a model answers; how alike that is to the version's is told when all are known."""
    own = item.id == OWN
    if not isinstance(backend, ComparingBackend):
        raise NotTestableError("this model's backend can open no other model beside it")
    try:
        asked = backend if own else backend.reference(item.id)
        given = asked.generate(prompts, max_new_tokens=TOKENS)
    except (NotFoundError, NotTestableError, InvalidInputError) as error:
        if own:
            raise
        return not_compared(item, error)
    role = OWN if own else str(item.payload["role"])
    answers: dict[str, Json] = {"answers": [one[:CHARACTERS] for one in given]}
    return Score(item.id, item.part, item.cluster, 1.0, role, detail=answers)


def _conclude(claim: Claim, scores: Sequence[Score]) -> Estimate:
    """Models in order of equal answers, with the tree of all.

    Raises:
        NotTestableError: the version or every other model gave no answers.
    """
    own = next((one for one in scores if one.item_id == OWN), None)
    if own is None:
        raise NotTestableError("the version was asked nothing")
    others = [_beside(own, one) for one in scores if one is not own]
    ranked = Ranked(claim, _equal, lambda one: f"{int(sum(_equal(one)))} answers are the version's")
    answered = [own, *(one for one in others if one.label != NOT_COMPARABLE)]
    return ranked.conclude(others, (NO_NULL, MEASURED, *_drawn(answered)))


def _beside(own: Score, other: Score) -> Score:
    """The score with its equal answers, and their share for a value."""
    if other.label == NOT_COMPARABLE:
        return other
    pairs = zip(_answers(own), _answers(other), strict=True)
    equal: list[Json] = [float(a == b) for a, b in pairs]
    detail: dict[str, Json] = {**other.detail, "equal": equal}
    value = float(np.mean(cast(list[float], equal)))
    return replace(other, value=value, detail=detail)


def _drawn(answered: Sequence[Score]) -> list[str]:
    """The tree of three models or more, as a sentence."""
    if len(answered) < 3:
        return []
    codes = np.unique([_answers(one) for one in answered], return_inverse=True)[1]
    grid = codes.reshape(len(answered), -1)
    clades = tree(grid, np.random.default_rng(0))
    written = newick(clades, [one.part for one in answered])
    return [TREE.format(resamples=RESAMPLES, tree=written)]


def _answers(score: Score) -> list[str]:
    return cast(list[str], score.detail["answers"])


def _equal(score: Score) -> list[float]:
    return cast(list[float], score.detail["equal"])
