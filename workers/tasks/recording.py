"""Where an execution meets the record: the sink that keeps batches under a lease."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError, connection

from compliance.audits.services import (
    AnsweredItem,
    Lease,
    Outcome,
    shard_batch,
    shard_begin,
    shard_heartbeat,
)
from compliance.domain.canonical import digest, digest_of_digests
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import LEASE_SECONDS
from workers.contract import Item, Score
from workers.execution import Execution

HEARTBEAT_SECONDS = LEASE_SECONDS / 4


@dataclass
class RecordSink:
    """Hands what a worker finished to the services, batch by batch.

    ``begin`` and ``batch`` raise LeaseLostError once another worker holds the shard or the
    run was cancelled, which ends the execution.
    """

    lease: Lease
    _positions: dict[str, int] = field(default_factory=dict)

    def begin(self, *, planned: int, order_digest: str) -> None:
        shard_begin(lease=self.lease, planned=planned, order_digest=order_digest)

    def batch(self, scores: Sequence[Score], items: Sequence[Item]) -> None:
        answered = [self._answered(score, item) for score, item in zip(scores, items, strict=True)]
        shard_batch(lease=self.lease, answered=answered)

    def _answered(self, score: Score, item: Item) -> AnsweredItem:
        position = self._positions.setdefault(item.id, len(self._positions))
        return AnsweredItem(
            position=position,
            item_id=item.id,
            part=item.part,
            cluster=item.cluster,
            payload=item.payload,
            value=score.value,
            label=score.label,
            answer=score.answer,
            detail=score.detail,
        )


@contextmanager
def heartbeat(lease: Lease) -> Iterator[None]:
    """Keep the lease alive from a thread of its own while the model is at work."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, ended), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(lease: Lease, ended: threading.Event) -> None:
    try:
        while not ended.wait(HEARTBEAT_SECONDS):
            shard_heartbeat(lease=lease)
    except (LeaseLostError, DatabaseError):
        pass  # the main thread meets the same at its next write, and decides
    finally:
        connection.close()  # the thread's own


def finished_scores(lease: Lease) -> dict[str, Score]:
    """The scores that an earlier attempt left behind, by item id."""
    return {item_id: Score.from_json(score) for item_id, score in lease.finished.items()}


def outcome_of(execution: Execution) -> Outcome:
    """What the record keeps of an execution."""
    return Outcome(
        estimate=execution.estimate,
        code_digest=execution.code_digest,
        order_digest=execution.order_digest,
        scores_digest=digest_of_digests(digest(score.to_json()) for score in execution.scores),
        environment=execution.environment,
    )
