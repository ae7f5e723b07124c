"""A shard's life under a lease: begin, batch by batch, end.

Every write names the fence of the claim it was made under. A worker that lost its lease
(it slept, or the run was cancelled) finds another fence or state, and writes nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from compliance.audits.models import Shard
from compliance.audits.services.claims import Lease, lease_end, leases_lock
from compliance.audits.services.moves import shard_move
from compliance.audits.services.plans import plan_draft, plan_record
from compliance.audits.services.scores import AnsweredItem, items_kept, score_of, scores_keep
from compliance.audits.services.settling import run_settle
from compliance.audits.services.streams import streams_open
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import (
    MAX_ATTEMPTS,
    MAX_FAILURES,
    backoff_seconds,
)
from compliance.domain.vocabulary import ShardState
from compliance.events.models import Event
from compliance.events.services import events_write
from compliance.tracing import trace_within


@dataclass(frozen=True, slots=True)
class Plan:
    """What a shard under a lease is to ask.

    Attributes:
        planned: items in the committed order.
        lead: whether it can find leads alone.
    """

    lease: Lease
    planned: int
    order_digest: str
    lead: bool = False


@transaction.atomic
def shard_begin(*, lease: Lease, planned: int, order_digest: str, lead: bool = False) -> None:
    """Commit to the items and their order before the first answer, in the log too.

    The claim has its place in the error budget from then on. An attempt that goes on with what an
    earlier one planned adds nothing to the log.

    Args:
        lead: whether it can find leads alone, which have no such place.

    Raises:
        LeaseLostError: the lease is gone.
    """
    _write(lease, items_total=planned, order_digest=order_digest)
    if order_digest != lease.shard.order_digest:
        plan_record(shard=lease.shard, planned=planned, order_digest=order_digest, lead=lead)
    lease.shard.items_total = planned


@transaction.atomic
def shards_begin(*, plans: Sequence[Plan]) -> list[Lease]:
    """Do what ``shard_begin`` does for several at once; returns the leases that still stand."""
    standing = leases_lock([plan.lease for plan in plans])
    held = {lease.shard_id for lease in standing}
    alike = defaultdict(list)
    for plan in plans:
        plan.lease.shard.items_total = plan.planned
        if plan.lease.shard_id in held:
            alike[plan.planned, plan.order_digest].append(plan.lease.shard_id)
    for (planned, order_digest), ids in alike.items():
        Shard.objects.filter(id__in=ids).update(
            lease_expires_at=lease_end(), items_total=planned, order_digest=order_digest
        )
    begun = [plan for plan in plans if plan.lease.shard_id in held]
    streams_open(
        shards=[plan.lease.shard for plan in begun],
        leads=[plan.lease.shard_id for plan in begun if plan.lead],
    )
    events_write([_drafted(plan) for plan in begun])
    return standing


def _drafted(plan: Plan) -> Event:
    with trace_within(plan.lease.shard.run.traceparent):
        return plan_draft(
            shard=plan.lease.shard, planned=plan.planned, order_digest=plan.order_digest
        )


@transaction.atomic
def shard_batch(*, lease: Lease, answered: Sequence[AnsweredItem], tokens: int = 0) -> None:
    """Keep a finished batch; items already kept stay as they were.

    Args:
        tokens: how many the model read and wrote for it.

    Raises:
        LeaseLostError: the lease is gone.
    """
    scores_keep([score_of(lease, item) for item in answered])
    # After the scores, so that it counts them; where the lease is gone they go with it.
    _write(lease, items_done=items_kept(), failures=0, tokens=F("tokens") + tokens)


def shard_heartbeat(*, lease: Lease) -> None:
    """Say that the worker is alive: a batch may take longer than a lease lasts.

    Raises:
        LeaseLostError: the lease is gone.
    """
    _write(lease)


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


@transaction.atomic
def shards_return(*, leases: Sequence[Lease], why: str) -> None:
    """Queue again what a worker claimed and did not come to; where a lease is gone, nothing."""
    for lease in leases_lock(leases):
        shard_requeue(shard=lease.shard, who=lease.shard.worker, trouble=why)


def _held(lease: Lease) -> Q:
    return Q(id=lease.shard_id, fence=lease.fence, state=ShardState.LEASED.value)


def _write(lease: Lease, **changes: object) -> None:
    """Renew the lease with what else is to be written, or raise LeaseLostError."""
    held = Shard.objects.filter(_held(lease))
    if not held.update(lease_expires_at=lease_end(), **changes):
        raise _lost(lease)


def _lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(f"shard {lease.shard_id} is no longer leased under {lease.fence}")
