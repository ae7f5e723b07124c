"""``provenance.served_drift`` on a real model: what is served changes after some looks.

Local weights stand in for an endpoint: each of their answers is drawn anew, and nothing is told of
their files. What the looks before a change are is drawn once, for all changes alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Need, Verdict
from launcher.derived_models import PARENT, TUNED, Shelf
from launcher.provenance_cases import SEED, Asked, Case, Row, kept
from workers.backends.loading import open_backend
from workers.catalogue import find
from workers.contract import Backend, ComparingBackend, SamplingBackend, Score, WeightsReader
from workers.execution import Execution

TEST = "provenance.served_drift"
BEFORE, AFTER = 2, 2
"""Looks at the registered model, and looks at most at what is served then."""
CHANGES = ("smollm2-4-bit", TUNED)
ASKED: dict[str, Json] = {"prompts": 8, "samples": 4}
Looks = tuple[tuple[Score, ...], ...]


@dataclass(slots=True)
class Served:
    """Weights as an endpoint shows them.

    Attributes:
        beside: opens the registered weights by their digest.
        look: number of the look, of which the draws depend.
    """

    inner: Backend
    beside: Backend
    look: int
    asked: int = 0
    offers: frozenset[Need] = field(default=frozenset({Need.GENERATE, Need.LOGLIKELIHOOD}))

    @property
    def tokens(self) -> int:
        return self.inner.tokens

    def environment(self) -> Mapping[str, Json]:
        return self.inner.environment()

    def weights(self, digest: str | None = None) -> WeightsReader:
        raise NotTestableError("an endpoint shows no weights")

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        return self.inner.generate(prompts, max_new_tokens=max_new_tokens)

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        return self.inner.loglikelihood(requests)

    def sample(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int) -> list[str]:
        """Drawn by a seed of the endpoint's own, as one does that is asked over a network."""
        del seed
        self.asked += 1
        own = SEED + 1_000 * self.look + self.asked
        inner = cast(SamplingBackend, self.inner)
        return inner.sample(prompts, max_new_tokens=max_new_tokens, seed=own)

    def reference(self, digest: str) -> Backend:
        return cast(ComparingBackend, self.beside).reference(digest)


def _looked(shelf: Shelf, served: str, before: Looks, number: int) -> Execution:
    """One look, with the registered weights beside it."""
    registered = shelf.subject(PARENT)
    parameters: dict[str, Json] = {
        "reference": registered.weights_digest,
        **ASKED,
    }
    asked = Asked(TEST, served, parameters, [PARENT], before)
    inner = open_backend(shelf.subject(served), [registered])
    return asked.execution(shelf, Served(inner, inner, number))


def _alone(looks: Looks) -> Estimate:
    """What the same looks say without the registered weights."""
    conclude = find(TEST).build(ASKED).conclude_after
    if conclude is None:
        raise TypeError(f"{TEST} follows nothing over time")
    return conclude(looks[:-1], looks[-1])


@dataclass(slots=True)
class First:
    """Looks at the registered model before anything changes, the same for every change."""

    looks: Looks = ()

    def taken(self, shelf: Shelf) -> Looks:
        for number in range(len(self.looks), BEFORE):
            self.looks += (_looked(shelf, PARENT, self.looks, number).scores,)
        return self.looks


def _changed(served: str, first: First, shelf: Shelf) -> Row:
    """Looks until both ways have called a change, or as many as there may be."""
    looks, number = first.taken(shelf), BEFORE
    told: dict[str, Json] = {"alone": None, "beside": None}
    while True:
        found = _looked(shelf, served, looks, number)
        looks, number = (*looks, found.scores), number + 1
        alone = _alone(looks)
        for way, estimate in (("alone", alone), ("beside", found.estimate)):
            if told[way] is None and judge(estimate) is Verdict.VIOLATING:
                told[way] = number - BEFORE
        if None not in told.values() or number == BEFORE + AFTER:
            return {
                "subject": served,
                "before": BEFORE,
                "looks": number - BEFORE,
                "told": told,
                "alone": alone.to_json(),
                **kept(found),
            }


def served_cases() -> list[Case]:
    """The registered model served on, and what may take its place."""
    first = First()
    return [Case(one, partial(_changed, one, first)) for one in (PARENT, *CHANGES)]
