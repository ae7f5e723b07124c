"""A shard's life under a lease: claim, begin, batch by batch, end.

Every write names the fence of the claim it was made under. A worker that lost its lease
(it slept, or the run was cancelled) finds another fence or state, and writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from compliance.audits.models import Result, Score, Shard
from compliance.audits.services.results import Outcome, result_record
from compliance.audits.services.runs import run_settle, run_start, shard_move
from compliance.domain.canonical import Json
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import (
    ENDPOINT_WAIT_SECONDS,
    LEASE_SECONDS,
    MAX_ATTEMPTS,
    MAX_FAILURES,
    backoff_seconds,
)
from compliance.domain.specs import ShardSpec, StressTestSpec
from compliance.domain.vocabulary import ShardState
from compliance.registry.selectors import reference_versions, request_limit, version_subject

WHOSE = "run__version__model__organization"
"""Joined where an event tells of the shard, or a worker is told what to open."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a shard while its fence stands.

    Attributes:
        finished: scores already kept, by the digest of the item they answer, as score JSON.
        tokens: read and written for them.
    """

    shard_id: UUID
    fence: int
    worker: str
    spec: ShardSpec
    finished: Mapping[str, Mapping[str, object]]
    tokens: int


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """An item with its score, as the worker hands it in."""

    position: int
    item_id: str
    item_digest: str
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
    shard = (
        _locked()
        .select_related(WHOSE)
        .filter(queued_and_due() | lease_expired(), id=shard_id)
        .first()
    )
    if shard is None or (shard.origin and _busy(shard)):
        return None
    shard.worker = worker
    shard.fence += 1
    shard.attempts += 1
    shard.claimed_at = timezone.now()
    shard.started_at = shard.started_at or shard.claimed_at
    shard.items_at_claim, shard.tokens_at_claim = shard.items_done, shard.tokens
    shard.lease_expires_at = _lease_end()
    shard_move(shard=shard, new=ShardState.LEASED, who=worker, why=f"attempt {shard.attempts}")
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
            token_budget=shard.run.token_budget,
        ),
        finished={score.item_digest: _score_json(score) for score in shard.scores.all()},
        tokens=shard.tokens,
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
    shard.lease_expires_at = _lease_end()
    shard.save(update_fields=["items_total", "order_digest", "lease_expires_at"])


@transaction.atomic
def shard_batch(*, lease: Lease, answered: Sequence[AnsweredItem], tokens: int = 0) -> None:
    """Keep a finished batch; items already kept stay as they were.

    Args:
        tokens: how many the model read and wrote for it.

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
                item_digest=item.item_digest,
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
    done = shard.scores.count()
    if done > shard.items_done:
        shard.failures = 0
    shard.items_done = done
    shard.tokens += tokens
    shard.lease_expires_at = _lease_end()
    shard.save(update_fields=["items_done", "failures", "tokens", "lease_expires_at"])


def shard_heartbeat(*, lease: Lease) -> None:
    """Say that the worker is alive: a batch may take longer than a lease lasts.

    Raises:
        LeaseLostError: the lease is gone.
    """
    if not Shard.objects.filter(_held(lease)).update(lease_expires_at=_lease_end()):
        raise _lost(lease)


@transaction.atomic
def shard_complete(*, lease: Lease, outcome: Outcome) -> Result:
    """Record the result, its verdict and the events that tell of them.

    Raises:
        LeaseLostError: the lease is gone; another worker will record the result.
    """
    shard = _leased(lease, WHOSE)
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
    shard = _leased(lease, WHOSE)
    shard.trouble = reason
    shard_move(shard=shard, new=ShardState.NOT_TESTABLE, who=lease.worker, why=reason)
    run_settle(run=shard.run)


@transaction.atomic
def shard_fail(
    *, lease: Lease, trouble: str, traceback: str = "", retry_after: float = 0.0
) -> None:
    """Queue a failed shard again after a while, or end it as errored with its traceback.

    Args:
        trouble: in one sentence, for everybody who may see the run.
        retry_after: seconds that it is to wait at least.

    Raises:
        LeaseLostError: the lease is gone.
    """
    shard = _leased(lease, WHOSE)
    shard.traceback = traceback
    shard.failures += 1
    seconds = max(backoff_seconds(shard.failures), math.ceil(retry_after))
    shard_requeue(shard=shard, who=lease.worker, trouble=trouble, seconds=seconds)


def shard_requeue(*, shard: Shard, who: str, trouble: str, seconds: int = 0) -> None:
    """Queue a locked shard again, not to be claimed for so long; or end it: it had its chances."""
    shard.trouble = trouble
    if shard.failures >= MAX_FAILURES or shard.attempts >= MAX_ATTEMPTS:
        why = f"failed {shard.failures} times in a row, at attempt {shard.attempts}"
        shard_move(shard=shard, new=ShardState.ERRORED, who=who, why=why)
        run_settle(run=shard.run)
        return
    why = trouble
    if seconds:
        why = f"{why[:400]}; again after {seconds} s"
    shard.rung_at = None
    shard_move(shard=shard, new=ShardState.QUEUED, who=who, why=why)
    # The database's clock, not the worker's: workers' clocks may disagree.
    Shard.objects.filter(id=shard.id).update(not_before=Now() + timedelta(seconds=seconds))


def queued_and_due() -> Q:
    """Shards that a worker may claim, for no one has them and their moment has come."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    return Q(state=ShardState.QUEUED.value) & due


def lease_expired() -> Q:
    """Shards whose worker fell silent."""
    return Q(state=ShardState.LEASED.value, lease_expires_at__lt=Now())


def _busy(shard: Shard) -> bool:
    """Whether the shard's endpoint has all the company it may have; if so, ring again later."""
    with connection.cursor() as cursor:  # until the transaction ends: two claims count in turn
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [shard.origin])
    at_work = Shard.objects.filter(
        origin=shard.origin, state=ShardState.LEASED.value, lease_expires_at__gte=Now()
    ).exclude(id=shard.id)
    if at_work.count() < request_limit(version=shard.run.version).shards:
        return False
    again = Now() + timedelta(seconds=ENDPOINT_WAIT_SECONDS)
    Shard.objects.filter(id=shard.id).update(rung_at=None, not_before=again)
    return True


def _locked() -> QuerySet[Shard]:
    return Shard.objects.select_for_update(of=("self",)).order_by("pk")


def _held(lease: Lease) -> Q:
    return Q(id=lease.shard_id, fence=lease.fence, state=ShardState.LEASED.value)


def _leased(lease: Lease, *related: str) -> Shard:
    """The shard, locked, with the rows that ``related`` names."""
    shard = _locked().select_related(*related).filter(_held(lease)).first()
    if shard is None:
        raise _lost(lease)
    return shard


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(f"shard {lease.shard_id} is no longer leased under {lease.fence}")


def _lease_end() -> Combinable:
    """By the database's clock, not the worker's: workers' clocks may disagree."""
    return Now() + timedelta(seconds=LEASE_SECONDS)


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
