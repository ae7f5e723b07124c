"""``provenance.resemblance``: which registered models does a version look like? A lead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotFoundError, NotTestableError
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim
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
from workers.stress_tests.parameters import check_rates
from workers.stress_tests.provenance.gated_units import NotComparableError
from workers.stress_tests.provenance.leads import Ranked
from workers.stress_tests.provenance.references import not_compared, parse_references
from workers.stress_tests.provenance.resemblances import (
    aligned_weights,
    norm_profile,
    same_shape,
    same_tokens,
    shared_tokens,
    spectra,
    vocabulary,
)

NO_NULL = (
    "A lead, never a verdict: models of one recipe, corpus or tokenizer look alike without "
    "copying, by amounts nobody can state beforehand. It says whom to compare by an exact test."
)
MEASURED = (
    "On tiny models, one parent among 20 of one recipe: ranked first for 20 of 20 merges by half, "
    "20 of 20 copies with relabelled units, 20 of 20 fine-tunes, 5 of 20 copies with a rotated "
    "residual stream and 2 of 20 students."
)
SAID = ("tokens", "shape", "norms", "spectra")
DATA_CARD = DataCard(
    name="registered models",
    version="as given",
    size=0,
    licence="the licence of each model",
    description=(
        "One item for each registered model. Compared are up matrices with residual dimensions "
        "aligned by embeddings, vocabularies, shapes, profiles of norms, and spectra."
    ),
    limits="Gated MLPs alone; weights that share no tokens, or whose widths differ, are left out.",
)


@stress_test(
    "provenance.resemblance",
    version=1,
    title="Which registered models it looks like",
    needs=(Need.WEIGHTS,),
    data_card=DATA_CARD,
    sources=(
        "AWM, ICLR 2026, arXiv 2510.06738 (alignment by embeddings, then CKA)",
        "Nguyen, Raghu, Kornblith, ICLR 2021, arXiv 2010.15327 (unbiased linear CKA)",
        "arXiv 2507.03014 (norm profiles; met at 0.9 between unrelated models)",
    ),
)
def resemblance(references: Sequence[Json] = [], alpha: float = 0.05) -> Procedure:
    """No model outside the declared lineage stands out as the one that this version looks like.

    Ranks suspects for an exact test; nothing here has a null, so no e-value is given to either
    side and the verdict is always inconclusive.

    Args:
        references: registered models: ``parse_references``.
        alpha: level of the interval, which describes how far layers differ.

    Raises:
        InvalidInputError: malformed references, or alpha outside (0, 1).
    """
    known = parse_references(references)
    check_rates(alpha=alpha)
    claim = Claim(
        statement="No model outside the declared lineage stands out as what this one looks like",
        population="up matrices of the gated MLPs, against every registered model given",
        statistic="unbiased CKA of aligned weights, mean over layers, largest over models",
        limit=0.0,
        limit_source="the next largest among the models compared",
        alpha=alpha,
        unit="layer",
        scope=Scope.POPULATION,
    )
    return Procedure(
        claim=claim,
        items=lambda rng: [one.item() for one in known],
        score=lambda backend, batch: [_score(backend, item) for item in batch],
        conclude=lambda scores: Ranked(claim, _layers, _said).conclude(scores, (NO_NULL, MEASURED)),
        batch_size=1,
        planning=NothingToPlan("every registered model is one item, and there is no verdict"),
    )


def _score(backend: Backend, item: Item) -> Score:
    try:
        found = _compared(backend, item.id)
    except (NotComparableError, NotFoundError, NotTestableError, InvalidInputError) as error:
        return not_compared(item, error)
    value = float(np.clip(np.mean(cast(list[float], found["layers"])), 0.0, 1.0))
    return Score(item.id, item.part, item.cluster, value, str(item.payload["role"]), detail=found)


def _compared(backend: Backend, digest: str) -> dict[str, Json]:
    """Layers' CKA, and every other measure that can speak of the two."""
    own, other = backend.weights(), backend.weights(digest)
    beside = backend.reference(digest) if isinstance(backend, ComparingBackend) else None
    words = vocabulary(backend), vocabulary(beside)
    layers, pairing = aligned_weights(own, other, shared_tokens((own, words[0]), (other, words[1])))
    measures: dict[str, float | None] = {
        "tokens": same_tokens(*words),
        "shape": same_shape(own, other),
        "norms": norm_profile(own, other),
        "spectra": spectra(own, other),
    }
    said: dict[str, Json] = {key: round(one, 4) for key, one in measures.items() if one is not None}
    return {"layers": [round(one, 6) for one in layers], "pairing": pairing, **said}


def _layers(score: Score) -> list[float]:
    return cast(list[float], score.detail["layers"])


def _said(score: Score) -> str:
    return ", ".join(f"{name} {score.detail[name]:.2f}" for name in SAID if name in score.detail)
