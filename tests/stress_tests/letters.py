"""A stress test of forty letters, a backend and a sink to execute it with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import LeaseLostError, NotTestableError
from compliance.domain.specs import ShardSpec, Subject
from compliance.domain.verdicts import Claim, Estimate
from compliance.domain.vocabulary import Need, Scope
from workers.contract import (
    Backend,
    DataCard,
    Item,
    Procedure,
    Score,
    WeightsReader,
    stress_test,
)
from workers.execution import Execution, Finished, execute

CARD = DataCard("letters", "1", 40, "Apache-2.0", "Forty letters.", "They say nothing.")
CLAIM = Claim("s", "p", "mean", 0.5, "this file", 0.05, "letter", Scope.BANK)


@stress_test(
    "bias.letters",
    version=1,
    title="Letters",
    needs=[Need.LOGLIKELIHOOD],
    data_card=CARD,
    sources=["this file"],
)
def letters(count: int = 40, evidence: float = 0.1, stops_early: bool = False) -> Procedure:
    """A mean over letters; each letter adds ``evidence`` to the e-value's logarithm."""

    def items(rng: np.random.Generator) -> list[Item]:
        texts = [f" letter{n}" for n in range(count)]
        order = rng.permutation(count)
        return [Item(f"l{n}", "all", f"l{n}", {"text": texts[n]}) for n in order]

    def score(backend: Backend, batch: Sequence[Item]) -> list[Score]:
        requests = [("The", str(item.payload["text"])) for item in batch]
        values = backend.loglikelihood(requests)
        return [
            Score(item.id, item.part, item.cluster, value, "scored")
            for item, value in zip(batch, values, strict=True)
        ]

    def conclude(scores: Sequence[Score]) -> Estimate:
        n, value = len(scores), float(np.mean([score.value for score in scores]))
        return Estimate(CLAIM, n, count, value, value, value, 0.0, evidence * n)

    return Procedure(CLAIM, items, score, conclude, 8, 10, stops_early)


class Lengths:
    """A backend whose every number depends a little on its companions, as padded batches do."""

    offers = frozenset({Need.LOGLIKELIHOOD})

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.tokens = 0

    def environment(self) -> Mapping[str, Json]:
        return {"dtype": "float32"}

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        self.asked.append([continuation for _, continuation in requests])
        self.tokens += 10 * len(requests)
        drift = 1e-9 * sum(len(continuation) for _, continuation in requests)
        return [-len(continuation) + drift for _, continuation in requests]

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        raise NotTestableError("no text")

    def weights(self, digest: str | None = None) -> WeightsReader:
        raise NotTestableError("no weights")


@dataclass
class Kept:
    """A sink that keeps what it is given, and may lose its lease after some batches."""

    loses_lease_after: int = 10**9
    planned: int = -1
    order_digest: str = ""
    batches: list[list[Score]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    firsts: list[int] = field(default_factory=list)
    tokens: int = 0

    def begin(self, *, planned: int, order_digest: str, lead: bool) -> None:
        assert not self.batches
        self.planned, self.order_digest = planned, order_digest

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        if len(self.batches) == self.loses_lease_after:
            raise LeaseLostError("gone")
        assert [score.item_id for score in scores] == [item.id for item in items]
        self.batches.append(list(scores))
        self.digests |= {item.id: item.digest for item in items}
        self.firsts.append(first)
        self.tokens += tokens

    def finished(self, *, without: Sequence[Score] = ()) -> Finished:
        """As the record gives them back: through JSON."""
        lost = {score.item_id for score in without}
        scores = [score for batch in self.batches for score in batch if score.item_id not in lost]
        kept = {
            self.digests[score.item_id]: Score.from_json(json.loads(json.dumps(score.to_json())))
            for score in scores
        }
        return Finished(kept, self.tokens)


def spec(seed: int = 7, **parameters: Json) -> ShardSpec:
    return ShardSpec(letters.spec(**parameters), seed, Subject("m", "nowhere"))


def run(backend: Backend, sink: Kept | None = None, **parameters: Json) -> Execution:
    return execute(spec(**parameters), backend, sink or Kept())
