"""Tasks that execute shards: the one place where the record and torch meet."""

from __future__ import annotations

import socket
from dataclasses import asdict
from uuid import UUID

import structlog
from django.utils import timezone

from compliance.audits.labelling import AUDITED
from compliance.audits.services import (
    Announcement,
    Lease,
    catalogue_publish,
    shard_complete,
    shards_claim,
)
from compliance.domain.canonical import Json
from compliance.domain.errors import LeaseLostError
from workers.catalogue import catalogue, lacking, validity
from workers.celery import app
from workers.contract import StressTest
from workers.execution import Execution, execute
from workers.labelling import fold, rebuild
from workers.plans import kept_plan
from workers.sources import code_digest
from workers.tasks.endings import failure_record
from workers.tasks.groups import group_execute
from workers.tasks.heartbeat import Pulse, heartbeat
from workers.tasks.recording import RecordSink, backend_of, finished_of, outcome_of

_log = structlog.get_logger("assay.runs")


@app.task(name="runs.execute", bind=True)
def run_shards(self, *shard_ids: str) -> None:  # type: ignore[no-untyped-def]
    """Claim the shards and execute them; a shard that is not to be had is somebody else's."""
    worker = self.request.hostname or socket.gethostname()
    leases = shards_claim(shard_ids=[UUID(one) for one in shard_ids], worker=worker)
    if len(leases) > 1:
        group_execute(leases)
    elif leases:
        shard_execute(leases[0])


def shard_execute(lease: Lease) -> None:
    """Execute a claimed shard and record how it ended."""
    log = _log.bind(shard=str(lease.shard_id), fence=lease.fence, test=lease.spec.test.name)
    log.info("shard claimed", resumed_items=len(lease.finished))
    try:
        _ended(lease, log)
    except LeaseLostError:
        log.warning("lease lost; nothing more was written")


def _ended(lease: Lease, log: structlog.stdlib.BoundLogger) -> None:
    """Raises LeaseLostError, from the execution or when its end is to be recorded."""
    try:
        with heartbeat(lease) as pulse:
            execution = _executed(lease, pulse)
        result = shard_complete(lease=lease, outcome=outcome_of(execution))
        log.info("shard completed", verdict=result.verdict, seconds=result.duration_seconds)
    except Exception as error:  # it is recorded, and there its kinds are told apart
        failure_record(lease, error, log)


def _executed(lease: Lease, pulse: Pulse) -> Execution:
    """Ask the model; or, where people have labelled its answers, judge those anew."""
    if lease.relabelled is not None:
        return fold(rebuild(lease.relabelled.record), lease.relabelled.labels)
    backend = backend_of(lease)
    return execute(lease.spec, backend, RecordSink(lease, pulse), finished_of(lease))


def catalogue_announce() -> None:
    """Tell the record which stress tests this worker can run: those whose data it has."""
    tests = [test for test in catalogue().values() if not lacking(test)]
    catalogue_publish(
        announcements=[_announcement(test) for test in tests],
        now=timezone.now(),
    )


def _announcement(test: StressTest) -> Announcement:
    identity = test.identity
    return Announcement(
        name=identity.name,
        version=identity.version,
        kind=identity.kind.value,
        title=identity.title,
        needs=tuple(sorted(need.value for need in identity.needs)),
        parameters=test.defaults,
        data_card=asdict(identity.data_card),
        claim=test.claim_docstring,
        sources=identity.sources,
        code_digest=code_digest(test),
        validity=validity(test),
        audit=_audit(test),
        choices={name: list(named) for name, named in test.build({}).choices.items()},
        plan=kept_plan(test),
    )


def _audit(test: StressTest) -> dict[str, Json] | None:
    """What people are asked who label the test's answers; None where nobody can."""
    if AUDITED not in test.defaults:
        return None
    audit = test.build({AUDITED: 1.0}).audit
    return {"question": audit.question, "words": dict(audit.words)} if audit else None
