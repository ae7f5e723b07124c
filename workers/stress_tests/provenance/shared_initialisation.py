"""``provenance.shared_initialisation``: do two models start from the same random weights?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import (
    InvalidInputError,
    NotFoundError,
    NotTestableError,
)
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim
from compliance.domain.vocabulary import Need, Scope
from workers.contract import Backend, DataCard, Item, Procedure, Score, stress_test
from workers.stress_tests.provenance.gated_units import NotComparableError, match_layers
from workers.stress_tests.provenance.initialisation_evidence import (
    NOT_COMPARABLE,
    conclude,
    largest_share,
    log10_e_reference,
    pairing_detail,
    shown_bounds,
)
from workers.stress_tests.provenance.references import Reference, Role, parse_references

DATA_CARD = DataCard(
    name="registered models",
    version="as registered",
    size=0,
    licence="the licence of each model",
    description=(
        "One item per registered model that the version is compared with. Nothing is asked of "
        "either model: the hidden units of their gated MLPs are matched weight against weight."
    ),
    limits=(
        "Models that are not registered are not compared. Models of another width, or without "
        "gated MLPs, cannot be compared. Training on another model's outputs leaves no trace here."
    ),
)


@stress_test(
    "provenance.shared_initialisation",
    version=1,
    title="Shared initialisation with registered models",
    needs=(Need.WEIGHTS,),
    data_card=DATA_CARD,
    sources=(
        (
            "Zhu, Ahmed, Kuditipudi, Liang: Independence Tests for Language Models, ICML 2025, "
            "arXiv 2502.12292 (relabelling null; their statistic is a rank correlation)"
        ),
        "Hoeffding: Probability inequalities for sums of bounded random variables, 1963",
        (
            "Vovk, Wang: E-values: calibration, combination and applications, 2021 "
            "(averages, products, e-Bonferroni)"
        ),
    ),
)
def shared_initialisation(
    references: Sequence[Json] = [],
    alpha: float = 0.001,
) -> Procedure:
    """No model outside the declared lineage shares the initialisation; every parent does.

    Null hypothesis, for each reference: one of the two initialisations was drawn independently
    of everything about the other model, from a law that neither the order of hidden units nor
    the joint sign of a unit's up and down weights changes, and was trained by an algorithm that
    commutes with relabelling and with that flip (SGD, Adam, weight decay, clipping, dropout do).

    Statistic: units of the two models are matched layer by layer by a sign-blind score of
    (gate, up, down). Counted are units matched to their own place (expected: one per layer at
    most) and matched pairs of equal sign (expected: half). Both counts have exact e-values,
    which multiply; candidate pairings of layers are averaged.

    Defeated by: relabelling hidden units together with flipping their signs; training on
    outputs only. Alarms without copying: a shared published seed or checkpoint; index-wise
    masks or learning rates. See docs/stress_tests/provenance.shared_initialisation.md.

    Args:
        references: ``[{"label", "digest", "declared_parent"}, ...]``: ``parse_references``.
        alpha: largest probability of a wrong verdict. 0.001, as an accusation of derivation
            made against one in twenty independent developers would be worthless, and every
            fine-tune measured exceeded 10^40, so the strictness costs little.

    Raises:
        InvalidInputError: malformed references, or alpha outside (0, 1).
    """
    compared, claim = parse_references(references), _claim(alpha)
    bounds = shown_bounds(compared, alpha)
    return Procedure(
        claim=claim,
        items=lambda rng: _items(compared, rng),
        score=lambda backend, batch: [_score(backend, item, bounds) for item in batch],
        conclude=lambda scores: conclude(claim, compared, scores),
        batch_size=1,
        planning=NothingToPlan(
            "every registered model is one item, read whole once; the evidence grows with the "
            "hidden units of the models, not with items"
        ),
    )


def _claim(alpha: float) -> Claim:
    """The limit is 1/h of the layers compared; before a model is opened no h is known, so 0."""
    if not isinstance(alpha, float) or not 0.0 < alpha < 1.0:
        raise InvalidInputError(
            field="parameters.alpha",
            problem=f"{alpha} is no error rate",
            fix="Use a number between 0 and 1",
        )
    return Claim(
        statement=(
            "No registered model outside the declared lineage shares this version's "
            "initialisation, and every declared parent does"
        ),
        population="hidden units of the gated MLPs, against every registered model given",
        statistic="largest share of hidden units matched to their own place in another model",
        limit=0.0,
        limit_source=(
            "one unit per layer (1/h): expectation under independent initialisation, by "
            "exchangeability of hidden units (Zhu et al., ICML 2025, arXiv 2502.12292)"
        ),
        alpha=alpha,
        unit="layer",
        scope=Scope.POPULATION,
    )


def _items(references: Sequence[Reference], rng: np.random.Generator) -> list[Item]:
    """One item per reference, in the order given: no order can change the result."""
    del rng
    if not references:
        raise NotTestableError("there is no registered model to compare with")
    return [reference.item() for reference in references]


def _score(backend: Backend, item: Item, bounds: Mapping[Role, float]) -> Score:
    """Compare the subject with one reference; what cannot be compared is scored as such."""
    try:
        subject = backend.weights()
        found = match_layers(subject, backend.weights(cast(str, item.payload["digest"])))
    except (NotComparableError, NotTestableError, NotFoundError, InvalidInputError) as error:
        detail: dict[str, Json] = {"reason": str(error)}
        return Score(item.id, item.part, item.cluster, 0.0, NOT_COMPARABLE, detail=detail)
    detail = {"pairings": [pairing_detail(pairing, layers) for pairing, layers in found]}
    log10_e = log10_e_reference(detail)
    shown = log10_e >= bounds[Role(str(item.payload["role"]))]
    return Score(
        item_id=item.id,
        part=item.part,
        cluster=item.cluster,
        value=largest_share(detail),
        label="shares_initialisation" if shown else "not_shown",
        detail=detail | {"log10_e": log10_e},
    )
