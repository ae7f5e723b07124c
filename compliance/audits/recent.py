"""What happened lately that somebody should look at."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import NullIf

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Result, Run, Shard
from compliance.audits.selectors import WIDE, result_list, run_list
from compliance.domain.rights import Action
from compliance.domain.vocabulary import RunState, ShardState


def verdict_change_list(*, viewer: Viewer, since: datetime) -> QuerySet[Result]:
    """Results whose verdict is another than that of the one before, newest first, without ``WIDE``.

    ``before`` holds the earlier verdict; it is None for a stress test's first result on a version.
    """
    rows = result_list(viewer=viewer).filter(change__at__gte=since).defer(*WIDE)
    return rows.annotate(before=NullIf("change__before", Value(""))).order_by("-change__at")


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
