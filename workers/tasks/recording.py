"""Where an execution meets the record: the sink that keeps batches under a lease."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.audits.services import AnsweredItem, Lease, Outcome, shard_batch, shard_begin
from compliance.domain.items import scores_digest
from workers.contract import Item, Score
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

    def begin(self, *, planned: int, order_digest: str) -> None:
        with self.pulse.writing():
            shard_begin(lease=self.lease, planned=planned, order_digest=order_digest)

    def batch(
        self, scores: Sequence[Score], items: Sequence[Item], *, first: int, tokens: int
    ) -> None:
        answered = [
            _answered(position, score, item)
            for position, (score, item) in enumerate(zip(scores, items, strict=True), first)
        ]
        with self.pulse.writing():
            shard_batch(lease=self.lease, answered=answered, tokens=tokens)


def finished_of(lease: Lease) -> Finished:
    """What earlier attempts left behind."""
    scores = {digest: Score.from_json(score) for digest, score in lease.finished.items()}
    return Finished(scores=scores, tokens=lease.tokens)


def outcome_of(execution: Execution) -> Outcome:
    """What the record keeps of an execution."""
    return Outcome(
        estimate=execution.estimate,
        stopped=execution.stopped,
        code_digest=execution.code_digest,
        order_digest=execution.order_digest,
        unasked_digest=execution.unasked_digest,
        scores_digest=scores_digest(execution.scores),
        environment=execution.environment,
    )


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
