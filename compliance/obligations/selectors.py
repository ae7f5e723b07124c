"""Reading obligations and verification summaries, scoped to the viewer.

A grant that is cut by time opens none: where an obligation stands is said of now, by results that
such a grant may hide.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotFoundError
from compliance.domain.events import EventType
from compliance.ledger.models import Entry
from compliance.ledger.selectors import entries_about
from compliance.obligations.models import Obligation, Summary
from compliance.policies.models import Adoption
from compliance.registry.models import Version


@dataclass(frozen=True, slots=True)
class Tally:
    """How many obligations an adoption makes, and how many of them nothing answers now."""

    in_force: int = 0
    lapsed: int = 0


def obligation_list(*, viewer: Viewer) -> QuerySet[Obligation]:
    """Obligations in force that the viewer may read, the most urgent first."""
    scope = viewer.scope(organization="version__model__organization", model="version__model__")
    return (
        Obligation.objects.filter(scope, in_force=True, adoption__dropped_at__isnull=True)
        .select_related("adoption__pack", "version__model__organization")
        .order_by("due_at", "id")
    )


def obligation_lapsed_list(*, viewer: Viewer, now: datetime) -> QuerySet[Obligation]:
    """Those that nothing answers any more, as the clock last found them: within a minute of now."""
    return obligation_list(viewer=viewer).filter(due_at__lte=now)


def obligation_coming_list(
    *, viewer: Viewer, now: datetime, until: datetime
) -> QuerySet[Obligation]:
    """Those that something answers, or that do not bind yet, and that are due by ``until``."""
    return obligation_list(viewer=viewer).filter(due_at__gt=now, due_at__lte=until)


def obligation_tally(
    *, viewer: Viewer, adoptions: Collection[Adoption], now: datetime
) -> Mapping[UUID, Tally]:
    """Counts of obligations by the adoption that makes them."""
    rows = (
        obligation_list(viewer=viewer)
        .filter(adoption__in=adoptions)
        .order_by()
        .values("adoption")
        .annotate(count=Count("id"), lapsed=Count("id", filter=Q(due_at__lte=now)))
    )
    return {row["adoption"]: Tally(row["count"], row["lapsed"]) for row in rows}


def summary_list(*, viewer: Viewer) -> QuerySet[Summary]:
    """Verification summaries that the viewer may read, newest first."""
    scope = viewer.scope(
        organization="version__model__organization", model="version__model__", moment="issued_at"
    )
    return Summary.objects.filter(scope).select_related(
        "pack", "version__model__organization", "issued_by"
    )


def summary_get(*, viewer: Viewer, summary_id: UUID) -> Summary:
    """One verification summary.

    Raises:
        NotFoundError: no such summary, or the viewer may not know of it.
    """
    summary = summary_list(viewer=viewer).filter(id=summary_id).first()
    if summary is None:
        raise NotFoundError(f"no verification summary {summary_id} that you may see")
    return summary


def summaries_of(*, viewer: Viewer, version: Version) -> QuerySet[Summary]:
    """Verification summaries of a version, newest first."""
    return summary_list(viewer=viewer).filter(version=version)


def summary_entries(*, viewer: Viewer, summaries: Collection[Summary]) -> dict[UUID, Entry]:
    """The ledger entry of each summary, by the summary's id; those not sequenced are left out."""
    by_subject = {f"summary/{one.id}": one.id for one in summaries}
    told = entries_about(viewer=viewer, subjects=set(by_subject), types=[EventType.SUMMARY_ISSUED])
    return {by_subject[entry.event.subject]: entry for entry in told}
