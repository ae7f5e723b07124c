"""Counts over the whole record, for whoever operates it: no viewer, and nobody's content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from compliance.audits.models import (
    Repair,
    Result,
    Run,
    Shard,
    StressTest,
    Transition,
    WebhookCall,
)
from compliance.domain.vocabulary import RepairKind, ShardState
from compliance.events.sending import sendings_undelivered

_LEASE_REPAIRS = (RepairKind.LEASE_EXPIRED.value, RepairKind.WORKER_RESTARTED.value)


@dataclass(frozen=True, slots=True)
class QueueCount:
    """What waits in a queue and what is being worked on.

    Attributes:
        waiting_since: when the shard that waits longest was queued; None while none waits.
    """

    queued: int
    leased: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class WorkTotals:
    """What was done since the record began; these only grow.

    Attributes:
        tokens: read and written by models, over all attempts.
        retries: attempts after a shard's first.
        leases_lost: leases whose worker died or fell silent.
    """

    items: int
    tokens: int
    retries: int
    leases_lost: int


def queue_counts() -> dict[str, QueueCount]:
    """Shards queued and leased, by queue."""
    queued_again = Transition.objects.filter(
        shard=OuterRef("pk"), new=ShardState.QUEUED.value
    ).order_by("-at")
    rows = (
        Shard.objects.filter(state__in=[ShardState.QUEUED.value, ShardState.LEASED.value])
        .annotate(queued_at=Coalesce(Subquery(queued_again.values("at")[:1]), "run__requested_at"))
        .order_by()
        .values("queue")
        .annotate(
            queued=Count("id", filter=Q(state=ShardState.QUEUED.value)),
            leased=Count("id", filter=Q(state=ShardState.LEASED.value)),
            waiting_since=Min("queued_at", filter=Q(state=ShardState.QUEUED.value)),
        )
    )
    return {
        row["queue"]: QueueCount(row["queued"], row["leased"], row["waiting_since"]) for row in rows
    }


def run_counts() -> dict[str, int]:
    """Runs by state."""
    rows = Run.objects.order_by().values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in rows}


def verdict_counts() -> dict[tuple[str, str], int]:
    """Verdicts by kind of stress test and verdict."""
    rows = Result.objects.order_by().values("kind", "verdict").annotate(n=Count("id"))
    return {(row["kind"], row["verdict"]): row["n"] for row in rows}


def work_totals() -> WorkTotals:
    """Items scored, tokens, retries and leases lost."""
    sums = Shard.objects.aggregate(
        items=Sum("items_done"),
        tokens=Sum("tokens"),
        retries=Sum(F("attempts") - 1, filter=Q(attempts__gt=1)),
    )
    leased = ShardState.LEASED.value
    # Reclaimed by a scheduler, or taken over by the next worker before one came round.
    reclaimed = Repair.objects.filter(kind__in=_LEASE_REPAIRS)
    taken_over = Transition.objects.filter(old=leased, new=leased)
    return WorkTotals(
        items=sums["items"] or 0,
        tokens=sums["tokens"] or 0,
        retries=sums["retries"] or 0,
        leases_lost=reclaimed.count() + taken_over.count(),
    )


def repair_counts() -> dict[str, int]:
    """Repairs by kind."""
    rows = Repair.objects.order_by().values("kind").annotate(n=Count("id"))
    return {row["kind"]: row["n"] for row in rows}


def webhook_calls_undelivered() -> dict[str, int]:
    """Calls of webhooks that have not arrived, for whoever operates the record."""
    return sendings_undelivered(kind=WebhookCall)


def announcement_times() -> dict[tuple[str, int], datetime]:
    """When a worker last announced each stress test, by name and version."""
    return {
        (name, version): at
        for name, version, at in StressTest.objects.values_list("name", "version", "announced_at")
    }
