"""The reconciler: finds what is amiss, puts it right, and leaves a row for every repair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from compliance.audits.models import Repair, Run, Shard
from compliance.audits.services.claims import lease_expired
from compliance.audits.services.doorbell import BATCH
from compliance.audits.services.settling import run_settle
from compliance.audits.services.shards import shard_requeue
from compliance.domain.runs import (
    LEASE_SECONDS,
    RING_AGAIN_SECONDS,
    TERMINAL_RUN_STATES,
    TERMINAL_SHARD_STATES,
)
from compliance.domain.vocabulary import RepairKind, ShardState

WHO = "reconciler"
_log = structlog.get_logger("assay.repairs")


def leases_reclaim() -> int:
    """Queue again every shard whose worker fell silent; returns how many."""
    why = f"{{worker}} fell silent: its lease of {LEASE_SECONDS} s ran out"
    return _requeue(lease_expired(), kind=RepairKind.LEASE_EXPIRED, why=why)


def leases_release(*, worker: str) -> int:
    """Queue again what a worker held that was started anew under its name; returns how many.

    The lease of a worker that died would run out by itself, only later.
    """
    held = Q(state=ShardState.LEASED.value, worker=worker)
    return _requeue(held, kind=RepairKind.WORKER_RESTARTED, why="{worker} was started anew")


@transaction.atomic
def messages_restore(*, empty: Callable[[str], bool], limit: int = BATCH) -> int:
    """Ring again for queued shards that the broker forgot; returns how many.

    Args:
        empty: whether the broker holds no message in a queue. Where it does, workers are still
            on their way to what waits, and only what they have passed over is lost.
    """
    unheard = Shard.objects.filter(
        state=ShardState.QUEUED.value,
        rung_at__lt=Now() - timedelta(seconds=RING_AGAIN_SECONDS),
    )
    lost = Q(pk__in=())
    for queue in unheard.order_by("queue").values_list("queue", flat=True).distinct():
        lost |= Q(queue=queue) & (Q() if empty(queue) else _passed_over(queue))
    shards = list(
        unheard.filter(lost).select_for_update(skip_locked=True).order_by("rung_at")[:limit]
    )
    Shard.objects.filter(id__in=[shard.id for shard in shards]).update(rung_at=None)
    for shard in shards:
        why = f"no message for it was left in the queue '{shard.queue}'"
        _record(kind=RepairKind.MESSAGE_LOST, run=shard.run_id, shard=shard.id, why=why)
    return len(shards)


def runs_settle() -> int:
    """End every run whose shards have all ended; returns how many.

    The transaction that ends the last shard ends the run; this is for what no code foresaw.
    """
    going = Shard.objects.filter(run=OuterRef("pk")).exclude(
        state__in=[state.value for state in TERMINAL_SHARD_STATES]
    )
    unsettled = Run.objects.exclude(
        state__in=[state.value for state in TERMINAL_RUN_STATES]
    ).filter(~Exists(going), shards__isnull=False)
    runs = list(unsettled.distinct())
    for run in runs:
        _settle(run)
    return len(runs)


def _passed_over(queue: str) -> Q:
    """Shards rung for before the one that was last claimed: queues are first in, first out.

    What was claimed before goes ahead of the others, so its claim tells nothing of them.
    """
    claimed = Shard.objects.filter(
        queue=queue, attempts=1, claimed_at__lt=Now() - timedelta(seconds=RING_AGAIN_SECONDS)
    )
    last = claimed.order_by("-claimed_at").values_list("rung_at", flat=True).first()
    return Q(rung_at__lt=last) if last else Q(pk__in=())


@transaction.atomic
def _requeue(held: Q, *, kind: RepairKind, why: str) -> int:
    shards = list(Shard.objects.select_for_update(skip_locked=True).filter(held))
    for shard in shards:
        told = why.format(worker=shard.worker)
        # A worker that died says little about its shard: no failure, and no waiting.
        shard_requeue(shard=shard, who=WHO, trouble=told)
        _record(kind=kind, run=shard.run_id, shard=shard.id, why=told)
    return len(shards)


@transaction.atomic
def _settle(run: Run) -> None:
    run_settle(run=run)
    _record(kind=RepairKind.RUN_UNSETTLED, run=run.id, why="every shard had ended")


def _record(*, kind: RepairKind, run: UUID, why: str, shard: UUID | None = None) -> None:
    Repair.objects.create(kind=kind.value, run_id=run, shard_id=shard, why=why)
    ids = {"run": str(run)} | ({"shard": str(shard)} if shard else {})
    _log.warning("repaired", kind=kind.value, why=why, **ids)
