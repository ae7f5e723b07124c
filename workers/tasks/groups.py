"""Executing brief shards together: one claim, one commitment to their orders, one record.

What a group may cost its members is bounded. It goes on beginning shards for GROUP_SECONDS; what it
did not begin by then goes back to the queue. Where one of them turns out to be long, the first
heartbeat gives the others back and records what is finished, and the long one is kept batch by
batch, as if it were alone (docs/adr/0025).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import structlog

from compliance.audits.services import (
    Completion,
    Lease,
    Plan,
    shard_heartbeat,
    shards_begin,
    shards_complete,
    shards_return,
)
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import GROUP_SECONDS
from workers.execution import Prepared, prepare
from workers.messages import one_of_several
from workers.routes import EXECUTE
from workers.tasks.endings import failure_record
from workers.tasks.heartbeat import Pulse, beating
from workers.tasks.recording import HeldSink, backend_of, finished_of, outcome_of

_log = structlog.get_logger("assay.runs")
_LOST = "lease lost; nothing more was written"


def group_execute(leases: Sequence[Lease]) -> None:
    """Execute claimed shards and record how each ended; what one does is its own concern alone."""
    _log.info("shards claimed", shards=len(leases))
    group = Group(leases)
    try:
        with beating(group.renew) as pulse, pulse.writing():
            group.execute(pulse)
    except LeaseLostError:
        _log.warning(_LOST)
    finally:
        group.close()


class Group:
    """Shards under leases: those not begun, the one at work, and those to be recorded.

    The working thread and the beating one hand them to each other under a lock.
    """

    def __init__(self, leases: Sequence[Lease]) -> None:
        self._waiting = {lease.shard_id: lease for lease in leases}
        self._at_work: Lease | None = None
        self._finished: list[Completion] = []
        self._lock = threading.Lock()
        self._over = time.monotonic() + GROUP_SECONDS

    def execute(self, pulse: Pulse) -> None:
        """Ask one after another, after a commitment to the orders of all.

        Raises:
            LeaseInterrupt: in the middle of one whose lease was lost.
        """
        for lease, prepared in self._begun():
            if not self._take(lease):
                continue
            with _own(lease) as log:
                try:
                    done = _asked(lease, prepared, pulse)
                except Exception as error:  # it is recorded, and there its kinds are told apart
                    failure_record(lease, error, log)
                else:
                    with self._lock:
                        self._finished.append(done)
            self._at_work = None

    def renew(self) -> None:
        """Keep the one at work; what has waited for a heartbeat's length waits no longer.

        Raises:
            LeaseLostError: the lease of the one at work is gone.
        """
        self._give_back()
        self._record()
        at_work = self._at_work
        if at_work is None:
            return
        try:
            shard_heartbeat(lease=at_work)
        except LeaseLostError:
            if self._at_work is at_work:  # else it has just ended
                raise

    def close(self) -> None:
        """Record what is finished, and give back what is not."""
        self._record()
        with self._lock:
            if self._at_work is not None:
                self._waiting[self._at_work.shard_id] = self._at_work
        self._give_back()

    def _begun(self) -> list[tuple[Lease, Prepared]]:
        """Those whose items and order were committed to."""
        prepared: dict[UUID, Prepared] = {}
        waiting = list(self._waiting.values())
        for lease in waiting:
            with _own(lease) as log:
                try:
                    prepared[lease.shard_id] = prepare(lease.spec, backend_of(lease))
                except Exception as error:  # as above
                    self._waiting.pop(lease.shard_id, None)
                    failure_record(lease, error, log)
        plans = [
            Plan(lease, len(one.items), one.order_digest, one.lead)
            for lease in waiting
            if (one := prepared.get(lease.shard_id)) is not None
        ]
        standing = shards_begin(plans=plans)
        return [(lease, prepared[lease.shard_id]) for lease in standing]

    def _take(self, lease: Lease) -> bool:
        with self._lock:
            if lease.shard_id not in self._waiting or time.monotonic() > self._over:
                return False
            self._at_work = self._waiting.pop(lease.shard_id)
            return True

    def _give_back(self) -> None:
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        if waiting:
            shards_return(leases=waiting, why="what was claimed with it took too long")

    def _record(self) -> None:
        with self._lock:
            finished, self._finished = self._finished, []
        if not finished:
            return
        try:
            _recorded(finished)
        except Exception:  # one of them cannot be recorded, which is no other's concern
            _log.exception("not recorded together; each alone")
            for one in finished:
                _record_alone(one)


def _asked(lease: Lease, prepared: Prepared, pulse: Pulse) -> Completion:
    began = time.monotonic()
    sink = HeldSink(lease, pulse, until=began + GROUP_SECONDS)
    with pulse.interruptible():
        execution = prepared.ask(sink, finished_of(lease))
    outcome = outcome_of(execution, seconds=time.monotonic() - began)
    return Completion(lease, outcome, sink.answered, sink.tokens)


def _recorded(completions: Sequence[Completion]) -> None:
    results = shards_complete(completions=completions)
    for result in results:
        _log.info(
            "shard completed",
            **_ids(result.shard.run_id, result.shard_id),
            test=result.test_name,
            verdict=result.verdict,
            seconds=result.duration_seconds,
        )
    if len(results) < len(completions):
        _log.warning(_LOST, shards=len(completions) - len(results))


def _record_alone(one: Completion) -> None:
    with _own(one.lease) as log:
        try:
            _recorded([one])
        except Exception as error:  # as above
            failure_record(one.lease, error, log)


@contextmanager
def _own(lease: Lease) -> Iterator[structlog.stdlib.BoundLogger]:
    """Around what is done for one of the group; that its lease is gone ends it, and no other."""
    run = lease.shard.run
    with one_of_several(EXECUTE, _ids(run.id, lease.shard_id), run.traceparent):
        log = _log.bind(fence=lease.fence, test=lease.spec.test.name)
        try:
            yield log
        except LeaseLostError:
            log.warning(_LOST)


def _ids(run_id: UUID, shard_id: UUID) -> dict[str, str]:
    return {"run_id": str(run_id), "shard_id": str(shard_id)}
