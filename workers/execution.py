"""Execute one stress test on one subject: plan, ask in fixed batches, conclude.

Knows nothing of Django or Celery; what is finished goes to a sink. Batches are fixed slices
of the committed order, and a batch that was not finished whole is asked again whole, so an
interrupted execution resumes to the same bits as an undisturbed one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from compliance.domain.canonical import Json, digest_of_digests
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.items import order_commitment, scores_digest
from compliance.domain.specs import ShardSpec
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Stop, Verdict
from workers.catalogue import find, unmeasured
from workers.contract import Backend, Item, Procedure, Score, StressTest
from workers.sources import code_digest


@dataclass(frozen=True, slots=True)
class Finished:
    """What earlier attempts left behind.

    Attributes:
        scores: by the digest of the item they answer.
        tokens: that the model read and wrote for them.
    """

    scores: Mapping[str, Score] = field(default_factory=dict)
    tokens: int = 0


NOTHING_FINISHED = Finished()


class Sink(Protocol):
    """Takes what is finished; it may raise LeaseLostError, which ends the execution."""

    def begin(self, *, planned: int, order_digest: str, lead: bool) -> None:
        """Commit to the number of items and their order, before the first answer.

        Args:
            lead: whether nothing that is found can be a verdict.
        """

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        """Keep a finished batch.

        Args:
            first: where its first item stands in the committed order.
            tokens: read and written for it.
        """


class NullSink:
    """Keeps nothing."""

    def begin(self, *, planned: int, order_digest: str, lead: bool) -> None:
        pass

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Execution:
    """What an execution found, with everything needed to find it again.

    Attributes:
        stopped: why no further item was asked.
        unasked_digest: commits to the planned items that were not asked, so that who holds the
            others can check the order.
    """

    estimate: Estimate
    verdict: Verdict
    scores: tuple[Score, ...]
    planned: int
    stopped: Stop
    order_digest: str
    unasked_digest: str
    spec_digest: str
    code_digest: str
    environment: Mapping[str, Json]
    seed: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be asked of a backend, before the first answer.

    Attributes:
        lead: whether nothing that it finds can be a verdict.
    """

    spec: ShardSpec
    backend: Backend
    procedure: Procedure
    items: Sequence[Item]
    order_digest: str
    lead: bool

    def ask(self, sink: Sink, finished: Finished = NOTHING_FINISHED) -> Execution:
        """Ask and conclude; whoever calls has committed to the items and their order.

        Raises:
            NotTestableError: the test cannot speak.
            LeaseLostError: raised by the sink.
        """
        asking = _Asking(self.procedure, self.backend, sink, self.spec.token_budget)
        scores, stopped = asking.ask(self.items, finished)
        found = concluded(self.spec, self.procedure, self.items, scores)
        environment = {**self.backend.environment(), **_earlier(self.spec)}
        return replace(found, stopped=stopped, environment=environment)


def prepare(spec: ShardSpec, backend: Backend) -> Prepared:
    """Build the stress test, its items and their order.

    Raises:
        NotTestableError: the backend lacks what the test needs, or there is nothing to ask.
        InvalidInputError: an unknown stress test or parameter.
    """
    test = find(spec.test.name, spec.test.version)
    require_needs(test, backend)
    procedure = test.build(spec.test.parameters)
    items = procedure.items(_rng(spec))
    require_short_names(spec, items)
    order_digest = order_commitment([item.digest for item in items])
    lead = procedure.lead or unmeasured(test)
    return Prepared(spec, backend, procedure, items, order_digest, lead)


def execute(
    spec: ShardSpec,
    backend: Backend,
    sink: Sink,
    finished: Finished = NOTHING_FINISHED,
) -> Execution:
    """Run ``spec`` on ``backend``.

    Raises:
        NotTestableError: the backend lacks what the test needs, or the test cannot speak.
        InvalidInputError: an unknown stress test or parameter.
        LeaseLostError: raised by the sink.
    """
    prepared = prepare(spec, backend)
    sink.begin(planned=len(prepared.items), order_digest=prepared.order_digest, lead=prepared.lead)
    return prepared.ask(sink, finished)


def _rng(spec: ShardSpec) -> np.random.Generator:
    """By the seed; a look that follows others draws anew, as its evidence is to be fresh."""
    entropy = [spec.seed, len(spec.earlier)] if spec.earlier else spec.seed
    return np.random.Generator(np.random.PCG64(entropy))


def _earlier(spec: ShardSpec) -> dict[str, Json]:
    """Names the earlier scores that the estimate rests on, so that it can be found again."""
    if not spec.earlier:
        return {}
    digests = [scores_digest(one) for one in spec.earlier]
    return {"earlier_runs": len(digests), "earlier_scores": digest_of_digests(digests)}


def concluded(
    spec: ShardSpec, procedure: Procedure, items: Sequence[Item], scores: Sequence[Score]
) -> Execution:
    """What ``scores``, of the first of ``items``, amount to.

    Raises:
        NotTestableError: the test cannot speak.
    """
    test = find(spec.test.name, spec.test.version)
    after = procedure.conclude_after
    estimate = after(spec.earlier, scores) if after else procedure.conclude(scores)
    digests = [item.digest for item in items]
    estimate = replace(estimate, lead=estimate.lead or procedure.lead or unmeasured(test))
    return Execution(
        estimate=estimate,
        verdict=judge(estimate),
        scores=tuple(scores),
        planned=len(items),
        stopped=Stop.BANK,
        order_digest=order_commitment(digests),
        unasked_digest=order_commitment(digests[len(scores) :]),
        spec_digest=spec.test.digest,
        code_digest=code_digest(test),
        environment={},
        seed=spec.seed,
    )


def require_short_names(spec: ShardSpec, items: Sequence[Item]) -> None:
    """Refuse items that the record could not keep, before the first is asked.

    Raises:
        InvalidInputError: naming the item and which of its names is too long.
    """
    for item in items:
        if name := item.too_long:
            raise InvalidInputError(
                field=name,
                problem=f"{spec.test.name} has an item whose {name} is too long: {item.id[:80]}…",
                fix="Shorten it in the stress test",
            )


@dataclass(frozen=True, slots=True)
class _Asking:
    """One execution's way through its items, batch by batch."""

    procedure: Procedure
    backend: Backend
    sink: Sink
    token_budget: int | None

    def ask(self, items: Sequence[Item], finished: Finished) -> tuple[list[Score], Stop]:
        """Every score up to the stop, those of earlier attempts included."""
        scores: list[Score] = []
        tokens, size = finished.tokens, self.procedure.batch_size
        for start in range(0, len(items), size):
            batch = items[start : start + size]
            kept = [finished.scores[one.digest] for one in batch if one.digest in finished.scores]
            if len(kept) == len(batch):
                scores += kept
            elif self.token_budget is not None and tokens >= self.token_budget:
                return scores, Stop.BUDGET
            else:
                before = self.backend.tokens
                fresh = self.procedure.score(self.backend, batch)
                _require_one_score_each(fresh, batch)
                spent = self.backend.tokens - before
                self.sink.batch(fresh, batch, first=start, tokens=spent)
                scores += fresh
                tokens += spent
            if self.procedure.stops_early and _decided(self.procedure, scores):
                return scores, Stop.VERDICT
        return scores, Stop.BANK


def _require_one_score_each(scores: Sequence[Score], batch: Sequence[Item]) -> None:
    """A stress test's bug must not become somebody's verdict."""
    if [score.item_id for score in scores] != [item.id for item in batch]:
        raise ValueError("a stress test must score every item of a batch once, in its order")
    if not all(math.isfinite(score.value) for score in scores):
        raise ValueError("a score must be a finite number")


def _decided(procedure: Procedure, scores: Sequence[Score]) -> bool:
    if len(scores) < procedure.minimum_items:
        return False
    return judge(procedure.conclude(scores)) is not Verdict.INCONCLUSIVE


def require_needs(test: StressTest, backend: Backend) -> None:
    """Refuse a backend that lacks what the test needs.

    Raises:
        NotTestableError: naming what is missing.
    """
    missing = sorted(need.value for need in test.identity.needs - backend.offers)
    if missing:
        raise NotTestableError(
            f"{test.identity.name} needs {' and '.join(missing)}, "
            "which this model's backend does not offer"
        )
