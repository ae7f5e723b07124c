"""``provenance.distillation``: is a model closer to a teacher than students of other teachers?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
    SamplingBackend,
    Score,
    stress_test,
)
from workers.stress_tests.parameters import check_rates
from workers.stress_tests.provenance.given_prompts import parse_prompts
from workers.stress_tests.provenance.matched_students import (
    LEAST_CONTROLS,
    SUSPECT,
    Control,
    closeness_estimate,
    parse_controls,
)
from workers.stress_tests.provenance.references import Reference, not_compared, parse_references

LEAST_PROMPTS, MAX_NEW_TOKENS = 8, 48
ANSWERS_SEED = 20261202
"""Of the accused teacher's answers: whoever tests again reads the same."""
DATA_CARD = DataCard(
    name="an accused teacher and students of other teachers",
    version="as given",
    size=0,
    licence="the licence of each model",
    description=(
        "The accused teacher answers prompts at temperature 1; the suspect and each control are "
        "asked how likely those answers are. The record keeps likelihoods, not the teacher's words."
    ),
    limits=(
        "A verdict needs 19 controls of different teachers at alpha 5%, and somebody's word that "
        "they match the suspect. All are loaded. Raw log-probabilities of a prompt are needed."
    ),
)


@stress_test(
    "provenance.distillation",
    version=1,
    title="A teacher's answers, learnt",
    needs=(Need.LOGLIKELIHOOD,),
    data_card=DATA_CARD,
    sources=(
        "Phipson, Smyth: Permutation p-values should never be zero, 2010 (the added one)",
        (
            "Sander et al.: Watermarking Makes Language Models Radioactive, NeurIPS 2024, "
            "arXiv 2402.14904 (what a keyed teacher can show instead)"
        ),
    ),
)
def distillation(
    references: Sequence[Json] = [],
    accused: str = "",
    controls: Sequence[Json] = [],
    matched: bool = False,
    prompts: Sequence[Json] = [],
    alpha: float = 0.05,
) -> Procedure:
    """The model is no closer to the accused teacher than students of other teachers are.

    Statistic: the mean log-likelihood a byte of the accused teacher's answers, drawn at temperature
    1, ranked among that of controls: models of the suspect's architecture and data, taught by other
    teachers. Null: the suspect is exchangeable with its controls. The unit is the model: more
    prompts make the rank sharper, but never the p-value smaller than 1 / (1 + teachers of
    controls). Controls of one teacher count once, by the closest of them.

    A verdict needs controls enough for the rank to reach alpha, and ``matched``; otherwise the
    result is a lead. See docs/stress_tests/provenance.distillation.md.

    Args:
        references: registered weights, among them all that are named here.
        accused: label or digest of the teacher.
        controls: ``{"model": label or digest, "teacher": name}``, of at least 4 teachers.
        matched: that the controls have the suspect's architecture, data and length of training, and
            were chosen, as the prompts were, before anybody looked.
        prompts: at least 8 different texts.
        alpha: chance of a false "learnt from the accused".

    Raises:
        InvalidInputError: malformed references, controls or prompts, or alpha outside (0, 1).
    """
    check_rates(alpha=alpha)
    texts = parse_prompts(prompts)
    known, named = parse_references(references), parse_controls(controls)
    taught = _Taught(tuple(known), accused, named, matched, texts, alpha)
    return Procedure(
        claim=taught.claim,
        items=taught.items,
        score=taught.score,
        conclude=taught.conclude,
        batch_size=1,
        lead=not matched,
        planning=NothingToPlan("the suspect and every control are one item, compared whole"),
    )


@dataclass(slots=True)
class _Taught:
    known: tuple[Reference, ...]
    accused: str
    controls: tuple[Control, ...]
    matched: bool
    prompts: tuple[str, ...]
    alpha: float
    _answers: list[str] = field(default_factory=list)
    """The teacher's, which it gives once for all models."""

    @property
    def claim(self) -> Claim:
        return Claim(
            statement="The model is no closer to the accused teacher than matched students are",
            population="students of other teachers, like the suspect in all else",
            statistic="share of other teachers whose students are less close to the accused",
            limit=1.0 - self.alpha,
            limit_source="the rank of one among exchangeable models",
            alpha=self.alpha,
            unit="model",
            scope=Scope.POPULATION,
        )

    def items(self, rng: np.random.Generator) -> list[Item]:
        """The suspect, then its controls in the order given."""
        del rng
        if not self.accused:
            raise NotTestableError("nobody is accused: name one of the references in 'accused'")
        teacher = self._named(self.accused)
        models = [self._named(one.model) for one in self.controls]
        if len({teacher.digest, *(one.digest for one in models)}) <= len(models):
            raise NotTestableError("a control is named twice, or is the accused teacher itself")
        if len({one.teacher for one in self.controls}) < LEAST_CONTROLS:
            raise NotTestableError(f"controls of at least {LEAST_CONTROLS} teachers are needed")
        if len(self.prompts) < LEAST_PROMPTS:
            raise NotTestableError(f"at least {LEAST_PROMPTS} prompts are needed")
        taught_by = [one.teacher for one in self.controls]
        return [
            _item(SUSPECT, "", teacher, ""),
            *(
                _item(one.label, one.digest, teacher, by)
                for one, by in zip(models, taught_by, strict=True)
            ),
        ]

    def score(self, backend: Backend, batch: Sequence[Item]) -> list[Score]:
        return [self._score(backend, item) for item in batch]

    def conclude(self, scores: Sequence[Score]) -> Estimate:
        planned = 1 + len(self.controls)
        return closeness_estimate(self.claim, scores, matched=self.matched, planned=planned)

    def _score(self, backend: Backend, item: Item) -> Score:
        """How likely the teacher's answers are to one model; the suspect must be able to say."""
        digest, taught_by = cast(str, item.payload["digest"]), cast(str, item.payload["taught_by"])
        asked = self._asked(backend, cast(str, item.payload["accused"]))
        try:
            model = _beside(backend, digest) if digest else backend
            likely = model.loglikelihood(asked)
        except (NotFoundError, InvalidInputError, NotTestableError) as error:
            if not digest:
                raise NotTestableError(str(error)) from error
            return not_compared(item, error)
        each = [one / len(text.encode()) for one, (_, text) in zip(likely, asked, strict=True)]
        detail: dict[str, Json] = {"teacher": taught_by, "closeness": [*each]}
        label = "control" if digest else SUSPECT
        value = sum(each) / len(each)
        return Score(item.id, item.part, item.cluster, value, label, detail=detail)

    def _asked(self, backend: Backend, teacher: str) -> list[tuple[str, str]]:
        """Prompts and the teacher's answers, without those that it left empty."""
        if not self._answers:
            model = _beside(backend, teacher)
            if not isinstance(model, SamplingBackend):
                raise NotTestableError("the accused teacher's backend can draw no answers")
            tokens, seed = MAX_NEW_TOKENS, ANSWERS_SEED
            self._answers = model.sample(self.prompts, max_new_tokens=tokens, seed=seed)
        pairs = zip(self.prompts, self._answers, strict=True)
        asked = [(prompt, f" {answer}") for prompt, answer in pairs if answer]
        if len(asked) < LEAST_PROMPTS:
            raise NotTestableError(f"the accused teacher answers only {len(asked)} prompts")
        return asked

    def _named(self, name: str) -> Reference:
        found = [one for one in self.known if name in (one.label, one.digest)]
        if len(found) != 1:
            raise NotTestableError(f"no reference, or more than one, is called '{name}'")
        return found[0]


def _beside(backend: Backend, digest: str) -> Backend:
    if not isinstance(backend, ComparingBackend):
        raise NotTestableError("this model's backend can ask no other model beside it")
    return backend.reference(digest)


def _item(label: str, digest: str, teacher: Reference, taught_by: str) -> Item:
    """The suspect's own digest is empty: it is what the run is about."""
    name = digest or SUSPECT
    payload: dict[str, Json] = {
        "digest": digest,
        "accused": teacher.digest,
        "taught_by": taught_by,
    }
    return Item(id=name, part=label, cluster=name, payload=payload)
