"""What of items was erased, for whoever shows them."""

from __future__ import annotations

from django.db.models import Manager, Prefetch, QuerySet

from compliance.audits.models import ItemErasure, Score
from compliance.domain.items import Erasable
from compliance.ledger.erasures import Erasure, erasure_of


def erasures_beside(scores: QuerySet[Score] | Manager[Score]) -> QuerySet[Score]:
    """The scores, with what of each was erased read in one query."""
    told = ItemErasure.objects.select_related("event__entry")
    return scores.prefetch_related(Prefetch("erasures", queryset=told))


def newest_erasure() -> int:
    """The number of the newest erasure, which only grows; 0 before the first. For workers alone."""
    newest = ItemErasure.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def erasure_told(*, score: Score, what: Erasable) -> Erasure | None:
    """When and why a question or an answer was erased; None where it is there."""
    found = (one for one in score.erasures.all() if one.what == what.value)
    return next((erasure_of(one.event) for one in found), None)
