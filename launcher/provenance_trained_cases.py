"""Tests of what a model was trained on, put to children that read, learnt or trained just that.

The parent read none of it, and keys and lots drawn anew after a child was trained are claims that
are false whatever the child is: they say how often a test accuses wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.vocabulary import Need, Verdict
from launcher import derived_models as derived
from launcher import provenance_texts as texts
from launcher.derived_models import (
    COPIES,
    OTHER_ORDERS,
    PARENT,
    PASSAGES,
    TUNED,
    Shelf,
    ordered,
    reader,
)
from launcher.provenance_cases import SEED, Asked, Case, Row, referred
from launcher.taught_models import (
    ANSWER_TOKENS,
    MARKED_COPIES,
    TEACHERS,
    marked,
    student,
    teacher,
)
from workers.backends.loading import open_backend
from workers.contract import Backend, ComparingBackend, SamplingBackend, WeightsReader

CANARIES, CONTAMINATION = "provenance.canaries", "provenance.contamination"
ORDER = "provenance.training_order"
PARAPHRASES, RADIOACTIVITY = texts.PARAPHRASES, texts.RADIOACTIVITY
OWN, ANEW = 1, 100
"""The draw that children read, and the first of those made anew."""
EXPLAINED = tuple(f"Explain {topic} to a visitor." for topic in texts.TOPICS[:12])


@dataclass(slots=True)
class Heard:
    """``inner`` asked nothing twice, so that many keys cost one reading of the model.

    Attributes:
        likely: nats of each continuation after its context.
        drawn: answers by prompts, length and seed.
        beside: references by digest; of others ``inner``'s own.
    """

    inner: Backend
    likely: dict[tuple[str, str], float] = field(default_factory=dict)
    drawn: dict[tuple[object, ...], list[str]] = field(default_factory=dict)
    beside: Mapping[str, Backend] = field(default_factory=dict)
    offers: frozenset[Need] = field(init=False)

    def __post_init__(self) -> None:
        self.offers = self.inner.offers

    @property
    def tokens(self) -> int:
        return self.inner.tokens

    def environment(self) -> Mapping[str, Json]:
        return self.inner.environment()

    def weights(self, digest: str | None = None) -> WeightsReader:
        return self.inner.weights(digest)

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        return self.inner.generate(prompts, max_new_tokens=max_new_tokens)

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        new = sorted(set(requests) - set(self.likely))
        self.likely |= dict(zip(new, self.inner.loglikelihood(new), strict=True)) if new else {}
        return [self.likely[one] for one in requests]

    def reference(self, digest: str) -> Backend:
        return self.beside.get(digest) or cast(ComparingBackend, self.inner).reference(digest)

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        known = (*prompts, max_new_tokens, seed)
        if known not in self.drawn:
            if not isinstance(self.inner, SamplingBackend):
                raise TypeError("the backend draws no answers")
            told = self.inner.sample(prompts, max_new_tokens=max_new_tokens, seed=seed)
            self.drawn[known] = told
        return self.drawn[known]


def _parameters(test: str, draw: texts.Draw) -> dict[str, Json]:
    """What a publisher of that draw would claim."""
    if test == CANARIES:
        return {"groups": [*draw.groups()], "drawn_at_random": True}
    if test == CONTAMINATION:
        return {"entries": [*draw.entries()], "drawn_at_random": True}
    if test == PARAPHRASES:
        documents: dict[str, Json] = {"documents": [*texts.documents()]}
        return documents | {"seal": draw.seal(test, documents)}
    scheme: dict[str, Json] = {"scheme": {**texts.SCHEME}}
    asked: dict[str, Json] = {"prompts": [*texts.PROMPTS], "max_new_tokens": ANSWER_TOKENS}
    return {**asked, **scheme, "seal": draw.seal(test, scheme)}


def _claimed(test: str, subject: str, copies: int, shelf: Shelf) -> Row:
    parameters = _parameters(test, texts.Draw(OWN))
    return {"copies": copies} | Asked(test, subject, parameters).row(shelf)


def _anew(test: str, subject: str, claims: int, shelf: Shelf) -> Row:
    """Verdicts on draws that nobody published, each by a run's seed of its own where it is free."""
    heard, wrong = Heard(open_backend(shelf.subject(subject))), 0
    for number in range(ANEW, ANEW + claims):
        seed = SEED if test == RADIOACTIVITY else SEED + number
        asked = Asked(test, subject, _parameters(test, texts.Draw(number)), seed=seed)
        wrong += asked.execution(shelf, heard).verdict is Verdict.VIOLATING
    return _counted(subject, wrong, claims)


def _counted(subject: str, wrong: int, claims: int) -> Row:
    upper = round(clopper_pearson_upper(wrong, claims), 5)
    return {"subject": subject, "claims": claims, "wrong": wrong, "upper": upper}


def _children(test: str) -> dict[int, str]:
    """Who read or learnt what the draw published, by how often."""
    if test == RADIOACTIVITY:
        return {one: marked(OWN, one) for one in MARKED_COPIES}
    return {one: reader(OWN, one) for one in COPIES}


def keyed_cases(test: str, claims: int) -> list[Case]:
    """The parent, its children by copies, and draws made anew claimed of both."""
    children = _children(test)
    last = [*children.values()][-1]
    return [
        Case("never read", partial(_claimed, test, PARENT, 0)),
        *(Case(f"read {n} times", partial(_claimed, test, children[n], n)) for n in children),
        Case("never read, drawn anew", partial(_anew, test, PARENT, claims)),
        Case("read another draw", partial(_anew, test, last, claims)),
    ]


@dataclass(slots=True)
class Orders:
    """Orders claimed of models that are asked for their likelihoods once, for all claims."""

    asked: dict[str, Heard] = field(default_factory=dict)

    def claimed(self, claimant: str, suspect: str, reference: str, shelf: Shelf) -> Row:
        """One order claimed of a model, beside another where one is named."""
        names = [claimant, *([reference] if reference else [])]
        digests = [shelf.subject(one).weights_digest for one in names]
        parameters: dict[str, Json] = {"passages": PASSAGES}
        parameters |= dict(zip(("claimant", "reference"), digests, strict=False))
        asked = Asked(ORDER, suspect, parameters, names)
        inner = open_backend(shelf.subject(suspect), [shelf.subject(one) for one in names])
        heard = self._of(shelf, suspect)
        beside: dict[str, Backend] = {}
        if reference:
            beside[digests[1]] = self._of(shelf, reference)
        backend = Heard(inner, heard.likely, heard.drawn, beside)
        return {"reference": reference, **asked.row(shelf, backend)}

    def anew(self, suspect: str, reference: str, shelf: Shelf) -> Row:
        """Verdicts on orders that nobody trained in."""
        rows = [self.claimed(derived.claimed(k), suspect, reference, shelf) for k in OTHER_ORDERS]
        wrong = sum(row["verdict"] == Verdict.VIOLATING.value for row in rows)
        return _counted(suspect, wrong, len(rows)) | {"reference": reference}

    def _of(self, shelf: Shelf, name: str) -> Heard:
        if name not in self.asked:
            self.asked[name] = Heard(open_backend(shelf.subject(name)))
        return self.asked[name]


def order_cases() -> list[Case]:
    """Who trained in the claimed order, its child, and who did not."""
    orders, own = Orders(), ordered(OWN)
    asked = [
        ("the claimant's own model", own, PARENT),
        ("the claimant's own model, alone", own, ""),
        ("fine-tuned after it", f"{own}-tuned", PARENT),
        ("never trained on it", TUNED, PARENT),
    ]
    return [
        *(Case(name, partial(orders.claimed, own, one, beside)) for name, one, beside in asked),
        Case("orders drawn anew", partial(orders.anew, own, PARENT)),
    ]


def _distilled(part: str, shelf: Shelf) -> Row:
    """A teacher's student among the students of the other teachers."""
    others = [one for one in TEACHERS if one != part]
    names = [teacher(part), *map(student, others)]
    parameters: dict[str, Json] = {
        "references": referred(shelf, names),
        "accused": teacher(part),
        "controls": [{"model": student(one), "teacher": one} for one in others],
        "matched": True,
        "prompts": [*EXPLAINED],
    }
    return Asked("provenance.distillation", student(part), parameters, names).row(shelf)


def distillation_cases() -> list[Case]:
    """Each teacher accused in turn."""
    return [Case(one, partial(_distilled, one)) for one in TEACHERS]
