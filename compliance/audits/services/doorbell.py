"""Ringing workers' doorbell: sending the ids of queued shards to the broker.

What waits stands in PostgreSQL alone. A message is a hint that may be lost, doubled or late;
the claim decides (docs/adr/0007). Brief shards that are neighbours in their queue share a bell, and
with it a claim and a record (docs/adr/0025); nobody is overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from compliance.audits.models import Shard, Standing
from compliance.audits.services.claims import queued_and_due
from compliance.domain.runs import BRIEF_SECONDS, GROUP_SECONDS, GROUP_SHARDS

BATCH = 200


@transaction.atomic
def shards_ring(*, ring: Callable[[Sequence[Shard]], None], limit: int = BATCH) -> int:
    """Ring for queued shards that are due and not rung for yet, oldest first; returns how many.

    A scheduler that dies in between rings again. Rows locked by another are left to it.

    Args:
        ring: handed one shard, or a group of brief ones of one queue.
    """
    due = (
        Shard.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run")
        .filter(queued_and_due(), rung_at__isnull=True)
        .annotate(seconds=_seconds_last())
        .order_by("run__requested_at", "position")[:limit]
    )
    shards = list(due)
    for group in _groups(shards):
        ring(group)
    Shard.objects.filter(id__in=[shard.id for shard in shards]).update(rung_at=Now())
    return len(shards)


def _seconds_last() -> Subquery:
    """How long the shard's test last took on its version; null where it was never recorded."""
    last = Standing.objects.filter(
        version=OuterRef("run__version"), test_name=OuterRef("test_name")
    )
    return Subquery(last.values("result__duration_seconds"))


def _brief_seconds(shard: Shard) -> float | None:
    """How long it is expected to take, where nothing is known to be slow about it; else None.

    Never tried (what kills its worker takes no neighbour along twice), no endpoint to wait for, no
    labels to judge anew, and its test was brief on this version when it was last recorded.
    """
    seconds: float | None = getattr(shard, "seconds", None)
    if shard.attempts or shard.origin or shard.labelled_id is not None:
        return None
    return seconds if seconds is not None and seconds <= BRIEF_SECONDS else None


def _groups(shards: Sequence[Shard]) -> list[list[Shard]]:
    """Each shard alone, but brief ones that follow each other in their queue together.

    No more than a worker is expected to begin while it goes on beginning shards of one group.
    """
    groups: list[list[Shard]] = []
    growing: dict[str, tuple[list[Shard], float]] = {}
    for shard in shards:
        seconds = _brief_seconds(shard)
        group, taken = growing.pop(shard.queue, ([], 0.0))
        fits = len(group) < GROUP_SHARDS and taken + (seconds or 0.0) <= GROUP_SECONDS
        if seconds is None or not group or not fits:
            group, taken = [], 0.0
            groups.append(group)
        group.append(shard)
        if seconds is not None:
            growing[shard.queue] = group, taken + seconds
    return groups
