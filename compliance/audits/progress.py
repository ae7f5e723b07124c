"""How far a run is, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from compliance.audits.models import Run


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: items planned in the shards that have begun; None while none has.
        seconds_left: extrapolated from the items finished since the last claim; None when nothing
            can be said.
        tokens_per_second: of the shards at work, since each was claimed; None while none is.
    """

    done: int
    total: int | None
    seconds_left: float | None
    tokens_per_second: float | None


def run_progress(*, run: Run, now: datetime) -> Progress:
    """Items done and planned over the run's shards, and when they may be finished."""
    begun = run.shards.filter(items_total__isnull=False)
    sums = begun.aggregate(done=Sum("items_done"), total=Sum("items_total"))
    done, total = sums["done"] or 0, sums["total"]
    working = [
        (shard, max((now - shard.claimed_at).total_seconds(), 1e-3))
        for shard in run.shards.filter(state="leased", claimed_at__isnull=False)
        if shard.claimed_at is not None
    ]
    left = [
        seconds * ((shard.items_total or 0) - shard.items_done) / fresh
        for shard, seconds in working
        if (fresh := shard.items_done - shard.items_at_claim)
    ]
    rates = [
        fresh / seconds
        for shard, seconds in working
        if (fresh := shard.tokens - shard.tokens_at_claim)
    ]
    return Progress(
        done=done,
        total=total,
        seconds_left=sum(left) if left else None,
        tokens_per_second=sum(rates) if rates else None,
    )
