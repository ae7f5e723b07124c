"""``provenance.training_order``: does a model remember the order that somebody trained in?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.orders import falling_p, lean, lean_interval, log10_e_falling
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.verdicts import Claim, Estimate, cap, decision_bound
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
from workers.stress_tests.parameters import check_counts, check_rates
from workers.stress_tests.provenance.transcripts import NAME, Passage, read_transcript, spread

SEED = 20261130
"""Of the reshuffles: the same scores give the same p-value."""
LEAST, MOST = 50, 20_000
DEPENDS = (
    "Depends on this training run: its later passages are likelier than its earlier ones, beyond "
    "what a shuffle does by chance. It holds whatever seed or architecture both may share."
)
NOT_SHOWN = (
    "Not shown: the order leaves no trace that so many passages would show. Further training wears "
    "it out, so this is no proof of independence."
)
MEASURED = (
    "On tiny models, asked all 3,200 passages of their training beside a reference, 20 of 20 "
    "fine-tunes by 10 steps (a fortieth of the training), 13 of 20 fine-tunes by 50 steps and 4 of "
    "20 fine-tunes by 200 steps were found; without a reference, none."
)
SHUFFLED = (
    "It takes for granted that the claimant shuffled the passages uniformly before training, and "
    "registered the transcript before the suspect could be asked: sorted data, a curriculum, or an "
    "order made up afterwards make it wrong."
)
BESIDE = (
    "It also takes for granted that the reference, whose losses were taken off, does not depend on "
    "this order either: a checkpoint from within the transcript does."
)
DATA_CARD = DataCard(
    name="the claimant's transcript",
    version="as registered",
    size=0,
    licence="the claimant's",
    description=(
        f"Passages of the claimant's training data with the step that read each, from {NAME} "
        "beside the claimant's registered weights. The model reads how a passage begins and is "
        "asked how likely its rest is. The record keeps digests of passages, not their words."
    ),
    limits=(
        "Raw log-probabilities of a prompt are needed, and some thousand passages. An endpoint is "
        "sent the passages."
    ),
)


@stress_test(
    "provenance.training_order",
    version=1,
    title="The order of somebody's training, remembered",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        "Kuditipudi et al.: palimpsestic membership inference, NeurIPS 2025, arXiv 2510.19796",
        "Fisher: The Design of Experiments, 1935 (signs given magnitudes)",
        "Phipson, Smyth: Permutation p-values should never be zero, 2010",
    ),
)
def training_order(
    claimant: str = "", passages: int = 2_000, reference: str = "", alpha: float = 0.01
) -> Procedure:
    """The model does not remember the order in which the claimant trained.

    Statistic: the rank correlation of a passage's place in the training with its likelihood;
    models are a little better at what they saw last, so what descends from this training run leans
    upwards. With ``reference`` the losses of that model are taken off first, which cancels how hard
    a passage is. Evidence: bets on which passage of a pair of places is likelier, exact without a
    floor; beside it an exact one-sided p-value by 9,999 reshuffles.

    Null: the model (and the reference) is independent of the claimant's shuffle. The claimant's own
    model, its fine-tunes and copies violate; a model trained on the same passages in another order
    does not, even from the same seed. See docs/stress_tests/provenance.training_order.md.

    Args:
        claimant: digest of registered weights of the same organization with a transcript beside
            them: ``transcripts``.
        passages: how many of it are asked, spread over the training, 50 to 20,000.
        reference: digest of registered weights of the same organization, trained on the same
            passages in another order or not at all; empty for none.
        alpha: chance of a false "depends on".

    Raises:
        InvalidInputError: a number or rate out of its range, or claimant and reference are one.
    """
    check_counts(passages=(passages, LEAST, MOST))
    check_rates(alpha=alpha)
    if claimant and claimant == reference:
        raise InvalidInputError(
            field="parameters.reference",
            problem="the claimant's own model trained in the order that is asked about",
            fix="Name weights that did not, or none",
        )
    remembered = _Remembered(claimant, passages, reference, alpha)
    return Procedure(
        claim=remembered.claim,
        items=remembered.items,
        score=remembered.score,
        conclude=remembered.conclude,
        batch_size=64,
        planning=NothingToPlan(
            "what a run finds depends on how much was trained after the transcript; the page of "
            "the test says what was found"
        ),
    )


@dataclass(slots=True)
class _Remembered:
    claimant: str
    passages: int
    reference: str
    alpha: float
    _chosen: list[Passage] = field(default_factory=list)

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The model does not remember the order in which the claimant trained",
            population=f"reshuffles of {self.passages} passages of the claimant's transcript",
            statistic="rank correlation of a passage's place in the training with its likelihood",
            limit=0.0,
            limit_source="none expected of a model that is independent of a uniform shuffle",
            alpha=self.alpha,
            unit="passage",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """Places in the transcript in a random order: a run that ends early has some of all."""
        if not self.claimant:
            raise NotTestableError("no claimant is named, so there is no order to ask about")
        return [
            Item(
                id=f"passage-{place:05d}",
                part="",
                cluster=f"passage-{place:05d}",
                payload={"claimant": self.claimant, "place": int(place), "of": self.passages},
            )
            for place in rng.permutation(self.passages)
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        if not self._chosen:
            self._chosen = spread(read_transcript(backend, self.claimant), self.passages)
        read = [self._chosen[cast(int, item.payload["place"])] for item in batch]
        asked = [(one.prefix, one.text) for one in read]
        own, other = backend.loglikelihood(asked), self._beside(backend, asked)
        return [
            Score(
                item_id=item.id,
                part=item.part,
                cluster=item.cluster,
                value=(beside - likely) / len(one.text),
                label="read",
                detail={
                    "step": one.step,
                    "passage": one.sha256,
                    "log_likelihood": likely,
                    "reference_log_likelihood": beside if self.reference else None,
                },
            )
            for item, one, likely, beside in zip(batch, read, own, other, strict=True)
        ]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        """Raises NotTestableError where too few passages were read, or all at one step."""
        losses = np.array([score.value for score in scores], dtype=np.float64)
        steps = np.array([cast(int, score.detail["step"]) for score in scores], dtype=np.float64)
        if len(scores) < LEAST or len(set(steps)) < 2:
            raise NotTestableError(
                f"{len(scores)} passages of {len(set(steps))} steps were read; at least {LEAST} of "
                "two steps or more are needed"
            )
        value = -lean(losses, steps)
        lower, upper = lean_interval(value, len(scores), self.alpha)
        log10_e = cap(log10_e_falling(losses, steps))
        p_value = falling_p(losses, steps, np.random.default_rng(SEED))
        shown = log10_e >= decision_bound(self.alpha)
        return Estimate(
            claim=self.claim,
            n=len(scores),
            planned=self.passages,
            value=value,
            lower=lower,
            upper=upper,
            log10_e_violating=log10_e,
            log10_e_compliant=0.0,
            caveats=(
                *((DEPENDS,) if shown else (NOT_SHOWN, MEASURED)),
                f"Exact one-sided p-value by reshuffling: {p_value:.3g}.",
                "The interval takes passages as independent; neither e-value nor p-value does.",
                SHUFFLED,
                *((BESIDE,) if self.reference else ()),
            ),
        )

    def _beside(self, backend: Backend, asked: Sequence[tuple[str, str]]) -> Sequence[float]:
        if not self.reference:
            return [0.0] * len(asked)
        if not isinstance(backend, ComparingBackend):
            raise NotTestableError("this model's backend can ask no other model beside it")
        return backend.reference(self.reference).loglikelihood(asked)
