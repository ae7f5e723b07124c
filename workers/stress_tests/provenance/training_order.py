"""``provenance.training_order``: does a model remember the order that somebody trained in?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.orders import falling_p, lean, lean_interval
from compliance.domain.statistics.planning import NothingToPlan
from compliance.domain.statistics.restarts import p_growth
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
from workers.stress_tests.parameters import check_rates

SEED = 20261130
"""Of the reshuffles: the same scores give the same p-value."""
LEAST, MOST = 50, 20_000
DEPENDS = (
    "Depends on this training run: its later passages are likelier than its earlier ones, beyond "
    "what a shuffle does by chance. It holds whatever seed or architecture both may share."
)
NOT_SHOWN = (
    "Not shown: the order leaves no trace that this many passages would show. Further training "
    "wipes it out, so this is no proof of independence."
)
SHUFFLED = (
    "It takes for granted that the claimant shuffled the passages uniformly before training, and "
    "that nobody told the suspect's makers the order. Sorted data, or a curriculum, make it wrong."
)
DATA_CARD = DataCard(
    name="the claimant's transcript",
    version="as given",
    size=0,
    licence="the claimant's",
    description=(
        "Passages of the claimant's training data in the order of training. The model reads each "
        "beginning and is asked how likely the rest is."
    ),
    limits="Raw log-probabilities of a prompt are needed; several thousand passages for power.",
)


@stress_test(
    "provenance.training_order",
    version=1,
    title="The order of somebody's training, remembered",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        "Kuditipudi et al.: palimpsestic membership inference, NeurIPS 2025, arXiv 2510.19796",
        "Vovk, Wang: E-values, Annals of Statistics 49(3), 2021",
    ),
)
def training_order(
    transcript: Sequence[Json] = [], reference: str = "", alpha: float = 0.01
) -> Procedure:
    """The model does not remember the order in which the claimant trained.

    Statistic: the rank correlation of a passage's loss with its place in the transcript; models
    are a little better at what they saw last, so a model that descends from this training run leans
    downwards. One-sided p-value by 9,999 reshuffles, exact whatever the passages are. With
    ``reference`` the losses of that model are taken off first, which cancels how hard a passage is.

    Null: the model is independent of the claimant's shuffle. The claimant's own model, its
    fine-tunes and copies violate; a model trained on the same passages in another order does not,
    nor one that shares the seed.

    Args:
        transcript: passages in the order of training, 50 to 20,000, each
            ``{"prefix": str, "text": str}``.
        reference: digest of registered weights of the same organization, trained on the same
            passages in another order or before them; empty for none.
        alpha: chance of a false "depends on".

    Raises:
        InvalidInputError: a malformed transcript, or alpha outside (0, 1).
    """
    check_rates(alpha=alpha)
    remembered = _Remembered(_passages(transcript), reference, alpha)
    return Procedure(
        claim=remembered.claim,
        items=remembered.items,
        score=remembered.score,
        conclude=remembered.conclude,
        planning=NothingToPlan(
            "what a run finds depends on how much was trained after the transcript; the page of "
            "the test says what was found"
        ),
    )


@dataclass(frozen=True, slots=True)
class _Remembered:
    passages: tuple[tuple[str, str], ...]
    reference: str
    alpha: float

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The model does not remember the order in which the claimant trained",
            population=f"reshuffles of {len(self.passages)} passages of the claimant's transcript",
            statistic="rank correlation of a passage's place in the order with its likelihood",
            limit=0.0,
            limit_source="none expected of a model that is independent of a uniform shuffle",
            alpha=self.alpha,
            unit="training run",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """The passages in a random order: a run that ends early has some of every time."""
        if len(self.passages) < LEAST:
            raise NotTestableError(
                f"the transcript holds {len(self.passages)} passages; at least {LEAST} are needed"
            )
        return [
            Item(
                id=f"passage-{step}",
                part="",
                cluster=f"passage-{step}",
                payload={
                    "prefix": self.passages[step][0],
                    "text": self.passages[step][1],
                    "step": int(step),
                },
            )
            for step in rng.permutation(len(self.passages))
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        asked = [
            (cast(str, item.payload["prefix"]), cast(str, item.payload["text"])) for item in batch
        ]
        own, other = backend.loglikelihood(asked), self._beside(backend, asked)
        return [
            Score(
                item_id=item.id,
                part=item.part,
                cluster=item.cluster,
                value=(beside - likely) / len(text),
                label="read",
                detail={
                    "step": item.payload["step"],
                    "log_likelihood": likely,
                    "reference_log_likelihood": beside if self.reference else None,
                },
            )
            for item, likely, beside, (_, text) in zip(batch, own, other, asked, strict=True)
        ]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        """Raises NotTestableError where too few passages were read."""
        if len(scores) < LEAST:
            raise NotTestableError(f"only {len(scores)} passages were read, {LEAST} are needed")
        losses = np.array([score.value for score in scores], dtype=np.float64)
        steps = np.array([cast(int, score.detail["step"]) for score in scores], dtype=np.float64)
        value = -lean(losses, steps)
        lower, upper = lean_interval(value, len(scores), self.alpha)
        p_value = falling_p(losses, steps, np.random.default_rng(SEED))
        log10_e = cap(log10_e_of(p_value))
        told = DEPENDS if log10_e >= decision_bound(self.alpha) else NOT_SHOWN
        return Estimate(
            claim=self.claim,
            n=len(scores),
            planned=len(self.passages),
            value=value,
            lower=lower,
            upper=upper,
            log10_e_violating=log10_e,
            log10_e_compliant=0.0,
            caveats=(
                told,
                f"Exact one-sided p-value by reshuffling: {p_value:.3g}.",
                "The interval takes passages as independent; the p-value does not.",
                SHUFFLED,
            ),
        )

    def _beside(self, backend: Backend, asked: Sequence[tuple[str, str]]) -> Sequence[float]:
        if not self.reference:
            return [0.0] * len(asked)
        if not isinstance(backend, ComparingBackend):
            raise NotTestableError("this model's backend can ask no other model beside it")
        return backend.reference(self.reference).loglikelihood(asked)


def log10_e_of(p_value: float) -> float:
    """log10 of the calibrators' mean: an e-value, for one p-value."""
    growth: Floats = p_growth(np.array([p_value]))[0]
    mean = np.logaddexp.reduce(growth) - np.log(len(growth))
    return float(mean / np.log(10.0))


def _passages(transcript: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(transcript, Sequence) or len(transcript) > MOST:
        raise _malformed(f"must be a list of at most {MOST:,} passages")
    return tuple(_passage(one, number) for number, one in enumerate(transcript))


def _passage(entry: object, number: int) -> tuple[str, str]:
    found = entry if isinstance(entry, Mapping) else {}
    prefix, text = found.get("prefix"), found.get("text")
    if set(found) != {"prefix", "text"} or not isinstance(prefix, str) or not isinstance(text, str):
        raise _malformed(f"entry {number} is no object with a prefix and a text")
    if not prefix.strip() or not text:
        raise _malformed(f"entry {number} has an empty prefix or text")
    return prefix, text


def _malformed(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="parameters.transcript",
        problem=problem,
        fix='Write [{"prefix": "How a passage begins", "text": " and how it goes on"}, ...]',
    )
