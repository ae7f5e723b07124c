"""A shard's life under a lease: claim, begin, batch by batch, end.

Every write names the fence of the claim it was made under. A worker that lost its lease
(it slept, or the run was cancelled) finds another fence or state, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from compliance.audits.models import Result, Score, Shard
from compliance.audits.services.results import Outcome, result_record
from compliance.audits.services.runs import run_settle, run_start, shard_move
from compliance.domain.canonical import Json
from compliance.domain.errors import LeaseLostError
from compliance.domain.events import EventType
from compliance.domain.runs import LEASE_SECONDS, MAX_ATTEMPTS
from compliance.domain.specs import ShardSpec, StressTestSpec
from compliance.domain.vocabulary import ShardState
from compliance.events.services import event_record
from compliance.registry.selectors import reference_versions, version_subject


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a shard while its fence stands.

    Attributes:
        finished: scores already kept, by item id, as score JSON.
    """

    shard_id: UUID
    fence: int
    worker: str
    spec: ShardSpec
    finished: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """An item with its score, as the worker hands it in."""

    position: int
    item_id: str
    part: str
    cluster: str
    payload: Mapping[str, Json]
    value: float
    label: str
    answer: str
    detail: Mapping[str, Json]


@transaction.atomic
def shard_claim(*, shard_id: UUID, worker: str) -> Lease | None:
    """Claim a queued shard, or one whose lease ran out; None if it is not to be had."""
    shard = Shard.objects.select_for_update().filter(id=shard_id).first()
    if shard is None or not _claimable(shard):
        return None
    shard.worker = worker
    shard.fence += 1
    shard.attempts += 1
    shard.started_at = shard.started_at or timezone.now()
    shard_move(shard=shard, new=ShardState.LEASED, who=worker, why=f"attempt {shard.attempts}")
    _lease_extend(shard)
    run_start(run=shard.run, who=worker)
    version = shard.run.version
    return Lease(
        shard_id=shard.id,
        fence=shard.fence,
        worker=worker,
        spec=ShardSpec(
            test=StressTestSpec.from_json(shard.spec),
            seed=shard.seed,
            subject=version_subject(version=version),
            references=tuple(
                version_subject(version=other) for other in reference_versions(version=version)
            ),
        ),
        finished={score.item_id: _score_json(score) for score in shard.scores.all()},
    )


@transaction.atomic
def shard_begin(*, lease: Lease, planned: int, order_digest: str) -> None:
    """Commit to the items and their order before the first answer.

    Raises:
        LeaseLostError: the lease is gone.
    """
    shard = _leased(lease)
    shard.items_total = planned
    shard.order_digest = order_digest
    shard.save(update_fields=["items_total", "order_digest"])
    _lease_extend(shard)


@transaction.atomic
def shard_batch(*, lease: Lease, answered: Sequence[AnsweredItem]) -> None:
    """Keep a finished batch; items already kept stay as they were.

    Raises:
        LeaseLostError: the lease is gone.
    """
    shard = _leased(lease)
    Score.objects.bulk_create(
        [
            Score(
                shard=shard,
                position=item.position,
                item_id=item.item_id,
                part=item.part,
                cluster=item.cluster,
                payload=dict(item.payload),
                value=item.value,
                label=item.label,
                answer=item.answer,
                detail=dict(item.detail),
            )
            for item in answered
        ],
        ignore_conflicts=True,
    )
    shard.items_done = shard.scores.count()
    shard.save(update_fields=["items_done"])
    _lease_extend(shard)


@transaction.atomic
def shard_heartbeat(*, lease: Lease) -> None:
    """Say that the worker is alive: a batch may take longer than a lease lasts.

    Raises:
        LeaseLostError: the lease is gone.
    """
    _lease_extend(_leased(lease))


@transaction.atomic
def shard_complete(*, lease: Lease, outcome: Outcome) -> Result:
    """Record the result, its verdict and the events that tell of them.

    Raises:
        LeaseLostError: the lease is gone; another worker will record the result.
    """
    shard = _leased(lease)
    result = result_record(shard=shard, outcome=outcome)
    why = f"verdict {result.verdict}"
    shard_move(shard=shard, new=ShardState.COMPLETED, who=lease.worker, why=why)
    run_settle(run=shard.run)
    return result


@transaction.atomic
def shard_refuse(*, lease: Lease, reason: str) -> None:
    """Record that the stress test cannot speak about this version.

    Raises:
        LeaseLostError: the lease is gone.
    """
    shard = _leased(lease)
    shard.trouble = reason
    shard_move(shard=shard, new=ShardState.NOT_TESTABLE, who=lease.worker, why=reason)
    run_settle(run=shard.run)


@transaction.atomic
def shard_fail(*, lease: Lease, trouble: str) -> None:
    """Queue a failed shard again, or end it as errored with its traceback.

    Raises:
        LeaseLostError: the lease is gone.
    """
    _retry_or_error(shard=_leased(lease), who=lease.worker, trouble=trouble)


@transaction.atomic
def leases_reclaim() -> int:
    """Queue again every shard whose worker fell silent; returns how many."""
    expired = Shard.objects.select_for_update(skip_locked=True).filter(
        state=ShardState.LEASED.value, lease_expires_at__lt=Now()
    )
    shards = list(expired)
    for shard in shards:
        trouble = f"{shard.worker} fell silent: its lease of {LEASE_SECONDS} s ran out"
        _retry_or_error(shard=shard, who="reconciler", trouble=trouble)
    return len(shards)


def _claimable(shard: Shard) -> bool:
    if shard.state == ShardState.QUEUED.value:
        return True
    return (
        shard.state == ShardState.LEASED.value
        and Shard.objects.filter(id=shard.id, lease_expires_at__lt=Now()).exists()
    )


def _leased(lease: Lease) -> Shard:
    shard = (
        Shard.objects.select_for_update()
        .filter(id=lease.shard_id, fence=lease.fence, state=ShardState.LEASED.value)
        .first()
    )
    if shard is None:
        raise LeaseLostError(f"shard {lease.shard_id} is no longer leased under {lease.fence}")
    return shard


def _lease_extend(shard: Shard) -> None:
    # The database's clock, not the worker's: workers' clocks may disagree.
    expires = Now() + timedelta(seconds=LEASE_SECONDS)
    Shard.objects.filter(id=shard.id).update(lease_expires_at=expires)


def _retry_or_error(*, shard: Shard, who: str, trouble: str) -> None:
    shard.trouble = trouble
    if shard.attempts >= MAX_ATTEMPTS:
        why = f"failed {shard.attempts} times"
        shard_move(shard=shard, new=ShardState.ERRORED, who=who, why=why)
        run_settle(run=shard.run)
        return
    last_line = trouble.strip().splitlines()[-1]
    shard_move(shard=shard, new=ShardState.QUEUED, who=who, why=last_line)
    event_record(
        event_type=EventType.SHARD_REQUEUED,
        organization_id=shard.run.version.model.organization_id,
        subject=f"run/{shard.run_id}",
        payload={"shard": str(shard.id), "queue": shard.queue, "why": last_line},
    )


def _score_json(score: Score) -> dict[str, object]:
    return {
        "item_id": score.item_id,
        "part": score.part,
        "cluster": score.cluster,
        "value": score.value,
        "label": score.label,
        "answer": score.answer,
        "detail": score.detail,
    }
