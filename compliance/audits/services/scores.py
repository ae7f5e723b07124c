"""Keeping the scores of items, each once."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from compliance.audits.models import Score, Shard
from compliance.audits.services.claims import Lease
from compliance.domain.canonical import Json
from compliance.domain.commitments import SALT_BYTES, commitment
from compliance.domain.items import ANSWER_PATH, answers_digest, words_of


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
    """The row of an answered item, with a commitment to its words under a salt of its own."""
    salt = secrets.token_bytes(SALT_BYTES)
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
        salt=salt,
        answer_commitment=commitment(ANSWER_PATH, salt, words_of(item.answer, item.detail)),
    )


def scores_keep(scores: Sequence[Score]) -> None:
    """Write scores; items already kept stay as they were."""
    Score.objects.bulk_create(scores, ignore_conflicts=True)


def answers_digests(shards: Collection[Shard]) -> dict[UUID, str]:
    """What each shard's result commits to its answers by; by people's labels, an earlier one's."""
    asked = {shard.id: shard.labelled_id or shard.id for shard in shards}
    rows = Score.objects.filter(shard__in=set(asked.values())).order_by("shard", "position")
    kept = defaultdict(list)
    for shard_id, commitment_ in rows.values_list("shard_id", "answer_commitment"):
        kept[shard_id].append(commitment_)
    return {shard_id: answers_digest(kept[one]) for shard_id, one in asked.items()}


def items_kept() -> Subquery:
    """How many scores of a shard there are, for an update of shards."""
    kept = Score.objects.filter(shard=OuterRef("pk")).order_by().values("shard")
    return Subquery(kept.values(count=Count("pk")))
