"""Which rows of the record a viewer may read: the one place where grants cut it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Reach:
    """What one grant opens of one organization's record.

    Attributes:
        models: the models that it is cut to; None where it is not cut to any.
        runs: the runs that it is cut to, with what they found; None where it is not cut to any.
        jurisdiction: where its models are on offer; empty where it is not cut to any.
        since, until: when what it opens happened, from the one and before the other.
    """

    organization_id: UUID
    models: frozenset[UUID] | None = None
    runs: frozenset[UUID] | None = None
    jurisdiction: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def by_model(self) -> bool:
        """Whether it opens single models alone."""
        return self.models is not None or self.runs is not None or bool(self.jurisdiction)

    @property
    def whole(self) -> bool:
        """Whether it opens the record as the organization itself reads it."""
        return not (self.by_model or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Rooted:
    """Lookups from a kind of row to what a scope is cut by.

    Attributes:
        organization: to whose record it is.
        model: to the model that it is about, with the underscores behind, so that nothing is the
            model itself; None where such rows are about no single model.
        run: to the run that it belongs to, likewise; None where such rows belong to none.
        moment: to when it happened; empty for what does not happen but stand.
        stands_from: to since when it stands; such a row is seen by whoever reads a later time.
    """

    organization: str
    model: str | None = None
    run: str | None = None
    moment: str = ""
    stands_from: str = ""


def rows_within(wholes: Collection[UUID], reaches: Collection[Reach], rooted: Rooted) -> Q:
    """The rows of whole records, and those that some reach opens.

    A reach that is cut by model opens no row that is about no single model; one that is cut by
    run none that belongs to none; one that is cut by time opens no row that has none.
    """
    found = Q(**{f"{rooted.organization}__in": wholes})
    for reach in reaches:
        if (part := _within(reach, rooted)) is not None:
            found |= Q(**{rooted.organization: reach.organization_id}) & part
    return found


def _within(reach: Reach, rooted: Rooted) -> Q | None:
    part = Q()
    if reach.by_model and rooted.model is None:
        return None
    if reach.runs is not None:
        if rooted.run is None:
            return None
        part &= Q(**{f"{rooted.run}id__in": reach.runs})
    if reach.models is not None:
        part &= Q(**{f"{rooted.model}id__in": reach.models})
    if reach.jurisdiction:
        part &= Q(**{f"{rooted.model}jurisdictions__contains": [reach.jurisdiction]})
    timed = bool(reach.since or reach.until)
    if timed and not (rooted.moment or rooted.stands_from):
        return None
    if reach.since and rooted.moment:
        part &= Q(**{f"{rooted.moment}__gte": reach.since})
    if reach.until:
        part &= Q(**{f"{rooted.moment or rooted.stands_from}__lt": reach.until})
    return part
