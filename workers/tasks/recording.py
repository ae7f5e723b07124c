"""Where an execution meets the record: its backend, and the sink that keeps batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from compliance.audits.services import AnsweredItem, Lease, Outcome, shard_batch, shard_begin
from compliance.domain.items import scores_digest
from workers.backends.loading import open_confined
from workers.contract import Backend, Item, Score
from workers.execution import Execution, Finished
from workers.tasks.heartbeat import Pulse


@dataclass(frozen=True, slots=True)
class RecordSink:
    """Hands what a worker finished to the services, batch by batch.

    ``begin`` and ``batch`` raise LeaseLostError once another worker holds the shard or the
    run was cancelled, which ends the execution.
    """

    lease: Lease
    pulse: Pulse

    def begin(self, *, planned: int, order_digest: str, lead: bool) -> None:
        with self.pulse.writing():
            shard_begin(lease=self.lease, planned=planned, order_digest=order_digest, lead=lead)

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        with self.pulse.writing():
            answered = answered_of(scores, items, first=first)
            shard_batch(lease=self.lease, answered=answered, tokens=tokens)


class HeldSink:
    """Holds what a brief shard finished, to be recorded with its result.

    Args:
        until: by ``time.monotonic``; from then on it is handed in batch by batch.
    """

    def __init__(self, lease: Lease, pulse: Pulse, *, until: float) -> None:
        self._lease, self._pulse, self._until = lease, pulse, until
        self.answered: list[AnsweredItem] = []
        self.tokens = 0

    def begin(self, *, planned: int, order_digest: str, lead: bool) -> None:
        """Its group has committed to the order."""

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        self.answered += answered_of(scores, items, first=first)
        self.tokens += tokens
        if time.monotonic() < self._until:
            return
        with self._pulse.writing():
            shard_batch(lease=self._lease, answered=self.answered, tokens=self.tokens)
            self.answered, self.tokens = [], 0


def backend_of(lease: Lease) -> Backend:
    """What answers for the lease's subject.

    Raises:
        InvalidInputError, NotTestableError, ModelProcessError: see ``open_confined``.
    """
    spec = lease.spec
    return open_confined(spec.subject, spec.references, allow_internal=settings.ALLOW_INTERNAL)


def finished_of(lease: Lease) -> Finished:
    """What earlier attempts left behind."""
    scores = {digest: Score.from_json(score) for digest, score in lease.finished.items()}
    return Finished(scores=scores, tokens=lease.tokens)


def outcome_of(execution: Execution, *, seconds: float | None = None) -> Outcome:
    """What the record keeps of an execution, which took so long where its claim does not tell."""
    return Outcome(
        estimate=execution.estimate,
        stopped=execution.stopped,
        code_digest=execution.code_digest,
        order_digest=execution.order_digest,
        unasked_digest=execution.unasked_digest,
        scores_digest=scores_digest(execution.scores),
        environment=execution.environment,
        seconds=seconds,
    )


def answered_of(
    scores: Sequence[Score], items: Sequence[Item], *, first: int
) -> list[AnsweredItem]:
    """A batch as the services keep it; ``first`` is the place of its first item in the order."""
    return [
        _answered(position, score, item)
        for position, (score, item) in enumerate(zip(scores, items, strict=True), first)
    ]


def _answered(position: int, score: Score, item: Item) -> AnsweredItem:
    return AnsweredItem(
        position=position,
        item_id=item.id,
        item_digest=item.digest,
        part=item.part,
        cluster=item.cluster,
        payload=item.payload,
        value=score.value,
        label=score.label,
        answer=score.answer,
        detail=score.detail,
    )
