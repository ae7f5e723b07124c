"""``provenance.shared_initialisation``: do two models start from the same random weights?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim
from compliance.domain.vocabulary import Need, Scope
from workers.contract import Backend, DataCard, Item, Procedure, Score, stress_test
from workers.stress_tests.provenance.gated_units import NotComparableError
from workers.stress_tests.provenance.initialisation_evidence import (
    Accused,
    conclude,
    largest_share,
)
from workers.stress_tests.provenance.references import (
    Reference,
    Role,
    not_compared,
    parse_references,
)
from workers.stress_tests.provenance.unit_families import (
    IN_WEIGHTS,
    IN_WEIGHTS_2,
    Family,
    compare,
    log10_e_reference,
)

DATA_CARD = DataCard(
    name="registered models",
    version="as registered",
    size=0,
    licence="the licence of each model",
    description=(
        "One item per registered model that the version is compared with. Nothing is asked of "
        "either model: hidden units of their gated MLPs, value rows of their attention heads and "
        "embedding columns are matched weight against weight, experts among themselves, and a few "
        "units of every layer with those of every other layer. On demand both models read twelve "
        "short texts, and their hidden units are matched by what they do."
    ),
    limits=(
        "Models that are not registered are not compared. Models of another width can be compared "
        "by activations alone, models without gated MLPs not at all, and experts that a file "
        "stacks in one tensor are not read. "
        "Training on another model's outputs leaves no trace here."
    ),
)


SOURCES = (
    (
        "Zhu, Ahmed, Kuditipudi, Liang: Independence Tests for Language Models, ICML 2025, "
        "arXiv 2502.12292 (relabelling null; their statistic is a rank correlation)"
    ),
    "Hoeffding: Probability inequalities for sums of bounded random variables, 1963",
    (
        "Vovk, Wang: E-values: calibration, combination and applications, 2021 "
        "(averages, products, e-Bonferroni)"
    ),
)


@stress_test(
    "provenance.shared_initialisation",
    version=3,
    title="Shared initialisation with registered models",
    needs=(Need.WEIGHTS,),
    data_card=DATA_CARD,
    sources=SOURCES,
)
def shared_initialisation(
    references: Sequence[Json] = [],
    alpha: float = 0.001,
    activations: bool = False,
    screened: int = 0,
) -> Procedure:
    """Every declared parent shares the initialisation; no other model is shown to.

    Null hypothesis, for each reference: one of the two initialisations was drawn independently
    of everything about the other model, from a law that neither reordering nor sign changes what
    the function has as symmetries (hidden units with their up and down weights, value dimensions
    inside a head, dimensions of the residual stream) alter, and was trained by an algorithm that
    commutes with both (SGD, Adam, weight decay, clipping, dropout do).

    Statistic: in each of these families units of the two models are matched by a sign-blind
    score. Counted are units matched to their own place (expected: one per layer at most) and
    matched pairs of equal sign (expected: half). Both counts have exact e-values, which multiply;
    candidate pairings of layers are averaged, and so are the families, of which one sets every
    layer against every other.

    Defeated by: using up every one of these symmetries; training on outputs only. Alarms without
    copying: a shared published seed or checkpoint; one mask for both. See
    docs/stress_tests/provenance.shared_initialisation.md.

    Args:
        references: ``[{"label", "digest", "declared_parent"}, ...]``: ``parse_references``.
        alpha: largest probability of a wrong verdict. 0.001, as an accusation of derivation
            made against one in twenty independent developers would be worthless, and every
            fine-tune measured exceeded 10^40, so the strictness costs little.
        activations: also load both models, and match hidden units by what they do on texts.
        screened: how many models outside the declared lineage a screening chose these references
            from; 0 where they were not chosen.

    Raises:
        InvalidInputError: malformed references, alpha outside (0, 1), or screened negative.
    """
    wanted = (*IN_WEIGHTS, Family.ACTIVATIONS) if activations else IN_WEIGHTS
    return _procedure(_accused(references, screened), alpha, wanted)


@stress_test(
    "provenance.shared_initialisation",
    version=2,
    title="Shared initialisation with registered models",
    needs=(Need.WEIGHTS,),
    data_card=DATA_CARD,
    sources=SOURCES,
)
def shared_initialisation_2(
    references: Sequence[Json] = [],
    alpha: float = 0.001,
    activations: bool = False,
    screened: int = 0,
) -> Procedure:
    """Every declared parent shares the initialisation; no other model is shown to.

    The version that set layers against each other by place alone, and read no experts.
    """
    wanted = (*IN_WEIGHTS_2, Family.ACTIVATIONS) if activations else IN_WEIGHTS_2
    return _procedure(_accused(references, screened), alpha, wanted)


@stress_test(
    "provenance.shared_initialisation",
    version=1,
    title="Shared initialisation with registered models",
    needs=(Need.WEIGHTS,),
    data_card=DATA_CARD,
    sources=SOURCES,
)
def shared_initialisation_1(references: Sequence[Json] = [], alpha: float = 0.001) -> Procedure:
    """Every declared parent shares the initialisation; no other model is shown to.

    The version that matched hidden units alone.
    """
    return _procedure(Accused(parse_references(references)), alpha, (Family.HIDDEN_UNITS,))


def _accused(references: Sequence[Json], screened: int) -> Accused:
    if screened < 0:
        raise InvalidInputError(
            field="parameters.screened", problem="must not be negative", fix="Use 0 or a number"
        )
    return Accused(parse_references(references), screened)


def _procedure(accused: Accused, alpha: float, wanted: Collection[Family]) -> Procedure:
    claim = _claim(alpha)
    bounds = accused.bounds(alpha)
    return Procedure(
        claim=claim,
        items=lambda rng: _items(accused.references, rng),
        score=lambda backend, batch: [_score(backend, item, wanted, bounds) for item in batch],
        conclude=lambda scores: conclude(claim, accused, scores),
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
            "Every declared parent shares this version's initialisation; no other registered "
            "model is shown to"
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


def _score(
    backend: Backend, item: Item, wanted: Collection[Family], bounds: Mapping[Role, float]
) -> Score:
    """Compare the subject with one reference; what cannot be compared is scored as such."""
    try:
        detail = compare(backend, cast(str, item.payload["digest"]), wanted)
    except NotComparableError as error:
        return not_compared(item, error)
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
