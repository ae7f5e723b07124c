"""Ringing workers' doorbell: sending the ids of queued shards to the broker.

What waits stands in PostgreSQL alone. A message is a hint that may be lost, doubled or late;
the claim decides (docs/adr/0007). Brief shards that are neighbours in their queue share a bell, and
with it a claim and a record (docs/adr/0025); nobody is overtaken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from compliance.audits.models import Shard, Standing
from compliance.audits.services.claims import queued_and_due
from compliance.domain.runs import BRIEF_SECONDS, GROUP_SHARDS

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
        .annotate(brief=_brief())
        .order_by("run__requested_at", "position")[:limit]
    )
    shards = list(due)
    for group in _groups(shards):
        ring(group)
    Shard.objects.filter(id__in=[shard.id for shard in shards]).update(rung_at=Now())
    return len(shards)


def _brief() -> Q:
    """Shards that nothing is known to be slow about.

    Never tried (what kills its worker takes no neighbour along twice), no endpoint to wait for, and
    of a test that was brief on this version when it was last recorded.
    """
    last = Standing.objects.filter(
        version=OuterRef("run__version"),
        test_name=OuterRef("test_name"),
        result__duration_seconds__lt=BRIEF_SECONDS,
    )
    return Q(Exists(last), attempts=0, origin="", labelled__isnull=True)


def _groups(shards: Sequence[Shard]) -> list[list[Shard]]:
    """Each shard alone, but brief ones that follow each other in their queue together."""
    groups: list[list[Shard]] = []
    open_groups: dict[str, list[Shard]] = {}
    for shard in shards:
        brief = bool(getattr(shard, "brief", False))
        group = open_groups.get(shard.queue)
        if brief and group is not None and len(group) < GROUP_SHARDS:
            group.append(shard)
            continue
        groups.append([shard])
        if brief:
            open_groups[shard.queue] = groups[-1]
        else:
            open_groups.pop(shard.queue, None)
    return groups
