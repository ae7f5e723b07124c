"""Keeping the scores of items, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery

from compliance.audits.models import Score
from compliance.audits.services.claims import Lease
from compliance.domain.canonical import Json


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


def score_of(lease: Lease, item: AnsweredItem) -> Score:
    """The row of an answered item."""
    return Score(
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


def scores_keep(scores: Sequence[Score]) -> None:
    """Write scores; items already kept stay as they were."""
    Score.objects.bulk_create(scores, ignore_conflicts=True)


def items_kept() -> Subquery:
    """How many scores of a shard there are, for an update of shards."""
    kept = Score.objects.filter(shard=OuterRef("pk")).order_by().values("shard")
    return Subquery(kept.values(count=Count("pk")))
