"""Tests of what a model was trained on, put to children that read or learnt just that.

The parent read none of it, and keys and lots drawn anew after a child was trained are claims that
are false whatever the child is: they say how often a test accuses wrongly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.vocabulary import Need, Verdict
from launcher import provenance_texts as texts
from launcher.derived_models import COPIES, PARENT, Shelf, reader
from launcher.provenance_cases import SEED, Asked, Case, Row
from launcher.taught_models import ANSWER_TOKENS, MARKED_COPIES, marked
from workers.backends.loading import open_backend
from workers.contract import Backend, SamplingBackend, WeightsReader

CANARIES, CONTAMINATION = "provenance.canaries", "provenance.contamination"
PARAPHRASES, RADIOACTIVITY = texts.PARAPHRASES, texts.RADIOACTIVITY
OWN, ANEW = 1, 100
"""The draw that children read, and the first of those made anew."""


@dataclass(slots=True)
class Heard:
    """``inner`` asked nothing twice, so that many keys cost one reading of the model.

    Attributes:
        likely: nats of each continuation after its context.
        drawn: answers by prompts, length and seed.
    """

    inner: Backend
    likely: dict[tuple[str, str], float] = field(default_factory=dict)
    drawn: dict[tuple[object, ...], list[str]] = field(default_factory=dict)
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
