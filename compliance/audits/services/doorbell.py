"""Ringing workers' doorbell: sending the ids of queued shards to the broker.

What waits stands in PostgreSQL alone. A message is a hint that may be lost, doubled or late;
the claim decides (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models.functions import Now

from compliance.audits.models import Shard
from compliance.audits.services.claims import queued_and_due

BATCH = 200


@transaction.atomic
def shards_ring(*, ring: Callable[[Shard], None], limit: int = BATCH) -> int:
    """Ring for queued shards that are due and not rung for yet, oldest first; returns how many.

    A scheduler that dies in between rings again. Rows locked by another are left to it.
    """
    due = (
        Shard.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("run")
        .filter(queued_and_due(), rung_at__isnull=True)
        .order_by("run__requested_at", "position")[:limit]
    )
    shards = list(due)
    for shard in shards:
        ring(shard)
    Shard.objects.filter(id__in=[shard.id for shard in shards]).update(rung_at=Now())
    return len(shards)
