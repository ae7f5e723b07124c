"""Execute one stress test on one subject: plan, ask in fixed batches, conclude.

Knows nothing of Django or Celery; what is finished goes to a sink. Batches are fixed slices
of the committed order, and a batch that was not finished whole is asked again whole, so an
interrupted execution resumes to the same bits as an undisturbed one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from compliance.domain.canonical import Json, digest_of_digests
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import ShardSpec
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from workers.catalogue import code_digest, find, validity
from workers.contract import Backend, Item, Procedure, Score, StressTest

NOTHING_FINISHED: Mapping[str, Score] = {}


class Sink(Protocol):
    """Takes what is finished; it may raise LeaseLostError, which ends the execution."""

    def begin(self, *, planned: int, order_digest: str) -> None:
        """Commit to the number of items and their order, before the first answer."""

    def batch(self, scores: Sequence[Score], items: Sequence[Item]) -> None:
        """Keep a finished batch."""


class NullSink:
    """Keeps nothing."""

    def begin(self, *, planned: int, order_digest: str) -> None:
        pass

    def batch(self, scores: Sequence[Score], items: Sequence[Item]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Execution:
    """What an execution found, with everything needed to find it again."""

    estimate: Estimate
    verdict: Verdict
    scores: tuple[Score, ...]
    planned: int
    order_digest: str
    spec_digest: str
    code_digest: str
    environment: Mapping[str, Json]
    seed: int


def execute(
    spec: ShardSpec,
    backend: Backend,
    sink: Sink,
    finished: Mapping[str, Score] = NOTHING_FINISHED,
) -> Execution:
    """Run ``spec`` on ``backend``.

    Args:
        finished: scores kept by an earlier attempt, by item id.

    Raises:
        NotTestableError: the backend lacks what the test needs, or the test cannot speak.
        InvalidInputError: an unknown stress test or parameter.
        LeaseLostError: raised by the sink.
    """
    test = find(spec.test.name, spec.test.version)
    _require_needs(test, backend)
    procedure = test.build(spec.test.parameters)
    items = procedure.items(np.random.Generator(np.random.PCG64(spec.seed)))
    order_digest = digest_of_digests(item.digest for item in items)
    sink.begin(planned=len(items), order_digest=order_digest)
    scores = _ask(procedure, backend, sink, items, finished)
    concluded = procedure.conclude(scores)
    estimate = replace(concluded, lead=concluded.lead or validity(test) is None)
    return Execution(
        estimate=estimate,
        verdict=judge(estimate),
        scores=tuple(scores),
        planned=len(items),
        order_digest=order_digest,
        spec_digest=spec.test.digest,
        code_digest=code_digest(test),
        environment=backend.environment(),
        seed=spec.seed,
    )


def _ask(
    procedure: Procedure,
    backend: Backend,
    sink: Sink,
    items: Sequence[Item],
    finished: Mapping[str, Score],
) -> list[Score]:
    scores: list[Score] = []
    for start in range(0, len(items), procedure.batch_size):
        batch = items[start : start + procedure.batch_size]
        if all(item.id in finished for item in batch):
            scores += [finished[item.id] for item in batch]
        else:
            fresh = procedure.score(backend, batch)
            _require_one_score_each(fresh, batch)
            sink.batch(fresh, batch)
            scores += fresh
        if procedure.stops_early and _decided(procedure, scores):
            break
    return scores


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


def _require_needs(test: StressTest, backend: Backend) -> None:
    missing = sorted(need.value for need in test.identity.needs - backend.offers)
    if missing:
        raise NotTestableError(
            f"{test.identity.name} needs {' and '.join(missing)}, "
            "which this model's backend does not offer"
        )
