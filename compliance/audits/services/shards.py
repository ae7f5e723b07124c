"""A shard's life under a lease: begin, batch by batch, end.

Every write names the fence of the claim it was made under. A worker that lost its lease
(it slept, or the run was cancelled) finds another fence or state, and writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from compliance.audits.models import Result, Score, Shard
from compliance.audits.services.claims import Lease, lease_end
from compliance.audits.services.results import Outcome, result_record
from compliance.audits.services.runs import run_settle, shard_move
from compliance.domain.canonical import Json
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import (
    MAX_ATTEMPTS,
    MAX_FAILURES,
    backoff_seconds,
)
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import ShardState


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


def shard_begin(*, lease: Lease, planned: int, order_digest: str) -> None:
    """Commit to the items and their order before the first answer.

    Raises:
        LeaseLostError: the lease is gone.
    """
    _write(lease, items_total=planned, order_digest=order_digest)


@transaction.atomic
def shard_batch(*, lease: Lease, answered: Sequence[AnsweredItem], tokens: int = 0) -> None:
    """Keep a finished batch; items already kept stay as they were.

    Args:
        tokens: how many the model read and wrote for it.

    Raises:
        LeaseLostError: the lease is gone.
    """
    Score.objects.bulk_create(
        [
            Score(
                shard_id=lease.shard_id,
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
    # After the scores, so that it counts them; where the lease is gone they go with it.
    kept = Score.objects.filter(shard=OuterRef("pk")).order_by().values("shard")
    done = Subquery(kept.values(count=Count("pk")))
    _write(lease, items_done=done, failures=0, tokens=F("tokens") + tokens)


def shard_heartbeat(*, lease: Lease) -> None:
    """Say that the worker is alive: a batch may take longer than a lease lasts.

    Raises:
        LeaseLostError: the lease is gone.
    """
    _write(lease)


@transaction.atomic
def shard_complete(*, lease: Lease, outcome: Outcome) -> Result:
    """Record the result, its verdict and the events that tell of them.

    Raises:
        LeaseLostError: the lease is gone; another worker will record the result.
    """
    shard, verdict = lease.shard, judge(outcome.estimate)
    why = f"verdict {verdict.value}"
    if not shard_move(shard=shard, new=ShardState.COMPLETED, who=shard.worker, why=why):
        raise _lost(lease)
    result = result_record(shard=shard, outcome=outcome, verdict=verdict)
    run_settle(run=shard.run)
    return result


@transaction.atomic
def shard_refuse(*, lease: Lease, reason: str) -> None:
    """Record that the stress test cannot speak about this version.

    Raises:
        LeaseLostError: the lease is gone.
    """
    shard, new = lease.shard, ShardState.NOT_TESTABLE
    if not shard_move(shard=shard, new=new, who=shard.worker, why=reason, trouble=reason):
        raise _lost(lease)
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
    shard = Shard.objects.select_for_update().filter(_held(lease)).first()
    if shard is None:
        raise _lost(lease)
    shard.traceback = traceback
    shard.failures += 1
    seconds = max(backoff_seconds(shard.failures), math.ceil(retry_after))
    shard_requeue(shard=shard, who=shard.worker, trouble=trouble, seconds=seconds)


def shard_requeue(*, shard: Shard, who: str, trouble: str, seconds: int = 0) -> None:
    """Queue a locked shard again, not to be claimed for so long; or end it: it had its chances."""
    noted: dict[str, Any] = {
        "trouble": trouble,
        "traceback": shard.traceback,
        "failures": shard.failures,
    }
    if shard.failures >= MAX_FAILURES or shard.attempts >= MAX_ATTEMPTS:
        why = f"failed {shard.failures} times in a row, at attempt {shard.attempts}"
        shard_move(shard=shard, new=ShardState.ERRORED, who=who, why=why, **noted)
        run_settle(run=shard.run)
        return
    why = trouble
    if seconds:
        why = f"{why[:400]}; again after {seconds} s"
    # The database's clock, not the worker's: workers' clocks may disagree.
    noted |= {"rung_at": None, "not_before": Now() + timedelta(seconds=seconds)}
    shard_move(shard=shard, new=ShardState.QUEUED, who=who, why=why, **noted)


def _held(lease: Lease) -> Q:
    return Q(id=lease.shard_id, fence=lease.fence, state=ShardState.LEASED.value)


def _write(lease: Lease, **changes: object) -> None:
    """Renew the lease with what else is to be written, or raise LeaseLostError."""
    held = Shard.objects.filter(_held(lease))
    if not held.update(lease_expires_at=lease_end(), **changes):
        raise _lost(lease)


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(f"shard {lease.shard_id} is no longer leased under {lease.fence}")
