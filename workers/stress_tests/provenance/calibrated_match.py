"""``provenance.calibrated_match``: a lead where an adversary used up every symmetry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotFoundError, NotTestableError
from compliance.domain.statistics.fixed_points import share_interval
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.statistics.ranks import log10_e_rank, rank_p
from compliance.domain.verdicts import Claim, Estimate, Part, decision_bound
from compliance.domain.vocabulary import Need, Scope
from workers.contract import Backend, DataCard, Item, Procedure, Score, stress_test
from workers.model_contents import Activations, ActivationsSource
from workers.scoring.assignment import alike
from workers.stress_tests.provenance.gated_units import NotComparableError, pairings
from workers.stress_tests.provenance.probe_texts import TEXTS
from workers.stress_tests.provenance.references import (
    NOT_COMPARABLE,
    Reference,
    not_compared,
    parse_references,
    reasons_told,
)
from workers.stress_tests.provenance.unit_families import (
    Family,
    common_rows,
    compare,
    log10_e_reference,
)

LEAST_CONTROLS = 19
"""With fewer no rank is as small as one in twenty."""
NO_NULL = (
    "A lead, never a verdict: models that learned the same things match alike in part. The rank "
    "is right only where the controls have the suspect's architecture, data and fine-tuning."
)
DISTILLED = (
    "Training on the accused model's outputs may raise this too: of its students of 40 steps 0 of "
    "5 were called so, longer ones were not measured."
)
LAUNDERING = "A lead of laundering: the exact tests see nothing"
MEASURED = "Of independent tiny models 15 of 395 were called so at 5%, among 19 controls."
DATA_CARD = DataCard(
    name="an accused model and its controls",
    version="as given",
    size=0,
    licence="the licence of each model",
    description=(
        "One item for the accused model and one for each control. All read twelve short texts; "
        "counted are hidden units whose gates and ups correspond in the same way."
    ),
    limits="At least 19 controls, all loaded one after the other.",
)


@stress_test(
    "provenance.calibrated_match",
    version=1,
    title="Hidden units that correspond beyond matched controls",
    needs=(Need.WEIGHTS, Need.HIDDEN_STATES),
    data_card=DATA_CARD,
    sources=(
        (
            "Zhu, Ahmed, Kuditipudi, Liang: Independence Tests for Language Models, ICML 2025, "
            "arXiv 2502.12292 (MATCH; its p-value is not used)"
        ),
    ),
)
def calibrated_match(
    references: Sequence[Json] = [], accused: str = "", alpha: float = 0.05
) -> Procedure:
    """The subject's hidden units match the accused model's no better than its controls' do.

    Statistic: the share of hidden units that gate and up activations assign to the same unit of the
    accused model (MATCH), ranked among the same shares of the controls. It is the only statistic
    that is left when relabelling, rotation and sign flips were all used. High among controls while
    the exact tests see nothing is a lead of laundering. Always a lead.

    Args:
        references: the accused model and its controls: ``parse_references``.
        accused: label or digest of the accused among them; all others are controls.
        alpha: the rank p-value at which the lead is called.

    Raises:
        InvalidInputError: malformed references, or alpha outside (0, 1).
    """
    known = parse_references(references)
    if not 0.0 < alpha < 1.0:
        raise InvalidInputError(
            field="parameters.alpha", problem="no error rate", fix="Use one between 0 and 1"
        )
    claim = _claim(alpha)
    return Procedure(
        claim=claim,
        items=lambda rng: _items(known, accused, rng),
        score=lambda backend, batch: [_score(backend, item) for item in batch],
        conclude=lambda scores: _conclude(claim, scores),
        batch_size=1,
        lead=True,
        planning=NothingToPlan("the accused and every control are one item, compared whole"),
    )


def _claim(alpha: float) -> Claim:
    return Claim(
        statement="The hidden units match the accused model's no better than matched controls' do",
        population="hidden units of the gated MLPs, as active on twelve texts",
        statistic="share of hidden units that gate and up activations match alike",
        limit=0.0,
        limit_source="the largest share among the controls given (rank among exchangeable models)",
        alpha=alpha,
        unit="model",
        scope=Scope.POPULATION,
    )


def _items(known: Sequence[Reference], accused: str, rng: np.random.Generator) -> list[Item]:
    """The accused, then its controls in the order given."""
    del rng
    chosen = [one for one in known if accused and accused in (one.label, one.digest)]
    if len(chosen) != 1:
        raise NotTestableError("nobody is accused: name one of the references in 'accused'")
    controls = [one for one in known if one is not chosen[0]]
    if len(controls) < LEAST_CONTROLS:
        raise NotTestableError(
            f"{len(controls)} controls are too few; at least {LEAST_CONTROLS} are needed"
        )
    accused_digest = chosen[0].digest
    return [
        Item(
            id=one.digest,
            part=one.label,
            cluster=one.digest,
            payload={"label": one.label, "digest": one.digest, "accused": accused_digest},
        )
        for one in (*chosen, *controls)
    ]


def _score(backend: Backend, item: Item) -> Score:
    """How alike the accused and this model are matched; for the accused's own item, the subject."""
    digest, accused = cast(str, item.payload["digest"]), cast(str, item.payload["accused"])
    own = digest == accused
    if not isinstance(backend, ActivationsSource):
        raise NotTestableError("the backend cannot look into a model while it reads")
    try:
        model = backend.mlp_activations(TEXTS, None if own else digest)
        found = matched_alike(model, backend.mlp_activations(TEXTS, accused))
    except (NotFoundError, InvalidInputError, NotTestableError) as error:
        if own:
            raise NotTestableError(str(error)) from error
        return not_compared(item, error)
    detail: dict[str, Json] = {**found, "exact_log10_e": _exact(backend, accused) if own else 0.0}
    share = sum(cast(list[int], found["alike"])) / sum(cast(list[int], found["units"]))
    label = "suspect" if own else "control"
    return Score(item.id, item.part, item.cluster, share, label, detail=detail)


def matched_alike(own: Activations, other: Activations) -> dict[str, Json]:
    """Units matched alike and units, layer by layer, under the pairing that gives the most."""
    rows = common_rows(own.ends, other.ends)
    if len(rows) < 2:
        raise NotTestableError("the two models' tokens end at no common places")
    first, second = (list(column) for column in zip(*rows, strict=True))
    best: dict[str, Json] = {"alike": [0], "units": [1]}
    for pairing in pairings(len(own.layers), len(other.layers)):
        pairs = [(own.layers[a], other.layers[b]) for a, b in pairing.layers]
        counted = [
            alike((one[0][first], one[1][first]), (two[0][second], two[1][second]))
            for one, two in pairs
        ]
        if sum(counted) > sum(cast(list[int], best["alike"])) or best["units"] == [1]:
            sizes = [one[0].shape[1] for one, _ in pairs]
            best = {"alike": cast(Json, counted), "units": cast(Json, sizes)}
    return best


def _exact(backend: Backend, accused: str) -> float:
    """log10 e of the exact tests, all families together; 0 where none can speak."""
    try:
        return log10_e_reference(compare(backend, accused, tuple(Family)))
    except NotComparableError:
        return 0.0


def _conclude(claim: Claim, scores: Sequence[Score]) -> Estimate:
    """Rank of the suspect among the controls that could be compared; always a lead.

    Raises:
        NotTestableError: too few controls could be compared.
    """
    suspect = next((score for score in scores if score.label == "suspect"), None)
    controls = [score.value for score in scores if score.label == "control"]
    if suspect is None or len(controls) < LEAST_CONTROLS:
        raise NotTestableError(f"only {len(controls)} controls could be compared")
    p_value, log10_e = rank_p(suspect.value, controls), log10_e_rank(suspect.value, controls)
    exact = cast(float, suspect.detail["exact_log10_e"])
    caveats = [NO_NULL, f"Rank p-value among {len(controls)} controls: {p_value:.3f}."]
    if p_value <= claim.alpha:
        caveats.append(DISTILLED)
        if exact < decision_bound(claim.alpha):
            caveats.append(f"{LAUNDERING} (log10 e {exact:.1f}). {MEASURED}")
    low, high = _interval(suspect.detail, claim.alpha)
    return Estimate(
        claim=replace(claim, limit=max(controls)),
        n=1 + len(controls),
        planned=len(scores),
        value=suspect.value,
        lower=low,
        upper=high,
        log10_e_violating=log10_e,
        log10_e_compliant=0.0,
        parts=tuple(_part(score, claim.alpha) for score in scores if score.label != NOT_COMPARABLE),
        caveats=(*caveats, *reasons_told(scores)),
        lead=True,
    )


def _part(score: Score, alpha: float) -> Part:
    low, high = _interval(score.detail, alpha)
    units = sum(cast(list[int], score.detail["units"]))
    return Part(score.part, units, score.value, low, high, 0.0, 0.0, note=score.label)


def _interval(detail: Mapping[str, Json], alpha: float) -> tuple[float, float]:
    """Bounds for the share, layers taken as independent draws: a description, as layers are not."""
    alike_by_layer, units = (cast(list[int], detail[name]) for name in ("alike", "units"))
    return share_interval([a / h for a, h in zip(alike_by_layer, units, strict=True)], alpha)
