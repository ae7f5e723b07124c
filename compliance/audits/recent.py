"""What happened lately that somebody should look at."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Result, Run, Shard
from compliance.audits.selectors import result_list, run_list
from compliance.domain.rights import Action
from compliance.domain.vocabulary import RunState, ShardState


def verdict_change_list(*, viewer: Viewer, since: datetime) -> QuerySet[Result]:
    """Results whose verdict is another than that of the one before, newest first.

    ``before`` holds the earlier verdict; a stress test's first result on a version has none.
    """
    earlier = Result.objects.filter(
        version=OuterRef("version"),
        test_name=OuterRef("test_name"),
        recorded_at__lt=OuterRef("recorded_at"),
    ).order_by("-recorded_at")
    return (
        result_list(viewer=viewer)
        .filter(recorded_at__gte=since)
        .annotate(before=Subquery(earlier.values("verdict")[:1]))
        .filter(Q(before__isnull=True) | ~Q(verdict=F("before")))
        .order_by("-recorded_at")
    )


def run_errored_list(*, viewer: Viewer, since: datetime) -> QuerySet[Run]:
    """Runs that ended in an error, newest first."""
    return run_list(viewer=viewer).filter(state=RunState.ERRORED.value, requested_at__gte=since)


def label_work_list(*, viewer: Viewer) -> QuerySet[Shard]:
    """Shards with answers drawn for people, whom the viewer may label and nobody concluded yet."""
    mine = [one for one in viewer.roles if viewer.may(Action.LABEL, one)]
    return (
        Shard.objects.filter(AWAITS_LABELS, run__version__model__organization__in=mine)
        .filter(concluded_anew__isnull=True)
        .select_related("run__version__model__organization")
        .order_by("-finished_at")
    )


AWAITS_LABELS = Q(
    spec__parameters__audited__gt=0, state=ShardState.COMPLETED.value, labelled__isnull=True
)
"""As the index ``shard_to_label`` has it."""
