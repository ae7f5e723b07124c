"""An organization's error budget: what may still go wrong by chance, and what is beyond chance.

A stream is one claim on one version: runs of it share seed and order, so repeating it spends
nothing (docs/adr/0005). Streams are counted in the order of their first result. The j-th may raise
an alarm at the share 6/(pi^2 j^2) of the budget, so over its whole life the organization sees a
false alarm with a chance of at most the budget, however many streams will come.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Case, OuterRef, Subquery, When

from compliance.accounts.models import Organization
from compliance.audits.models import Result, StreamRow
from compliance.domain.statistics.multiplicity import (
    adjust_maximum,
    alarm_bound,
    e_bh,
    stream_share,
)
from compliance.domain.vocabulary import Tier


@dataclass(frozen=True, slots=True)
class Stream:
    """One claim on one version.

    Attributes:
        order: from 1, by first result.
        result: its newest.
        share: of the error budget, that it may spend.
        bound_log10: log10 of the e-value that an alarm needs.
    """

    order: int
    result: Result
    share: float
    bound_log10: float
    tier: Tier


@dataclass(frozen=True, slots=True)
class Budget:
    """What an organization has spent of its error budget.

    Attributes:
        alpha: the chance of any false alarm in the organization's whole life.
        spent: how much of it the streams there are may use; the rest is for those to come.
    """

    organization: Organization
    alpha: float
    spent: float
    streams: tuple[Stream, ...]

    @property
    def left(self) -> float:
        return self.alpha - self.spent

    @property
    def alarms(self) -> int:
        return sum(stream.tier is Tier.ALARM for stream in self.streams)

    @property
    def suspected(self) -> int:
        return sum(stream.tier is Tier.SUSPECTED for stream in self.streams)


def error_budget(*, organization: Organization) -> Budget:
    """The budget of one organization; leads, whose error rate nobody measured, are no streams."""
    alpha = settings.ERROR_BUDGET
    ordered = _newest(organization.id)
    suspected = e_bh([adjust_maximum(one.log10_e_violating) for one in ordered], alpha)
    return Budget(
        organization=organization,
        alpha=alpha,
        spent=alpha * sum(stream_share(order) for order in range(1, len(ordered) + 1)),
        streams=tuple(
            _stream(order, result, alpha, flagged)
            for order, (result, flagged) in enumerate(zip(ordered, suspected, strict=True), 1)
        ),
    )


def alarming(result: Result) -> bool:
    """Whether a result that was just recorded is an alarm, by its place among the streams."""
    order = StreamRow.objects.filter(
        version=result.version_id,
        spec_digest=result.spec_digest,
        by_people=result.shard.labelled_id is not None,
    ).values_list("number", flat=True)
    first = order.first()
    return first is not None and result.log10_e_violating >= alarm_bound(
        first, settings.ERROR_BUDGET
    )


def shares_of(*, versions: Collection[UUID]) -> dict[tuple[UUID, str, bool], float]:
    """The error rate that each stream of these versions may spend.

    By version, spec digest, and whether people's labels judged.
    """
    rows = StreamRow.objects.filter(version__in=versions).values_list(
        "version", "spec_digest", "by_people", "number"
    )
    return {
        (version, spec_digest, by_people): settings.ERROR_BUDGET * stream_share(number)
        for version, spec_digest, by_people, number in rows
    }


def _newest(organization_id: UUID) -> list[Result]:
    """The newest result of each stream, in the order of the streams."""
    same = Result.objects.filter(version=OuterRef("version"), spec_digest=OuterRef("spec_digest"))
    by_people, by_judge = (
        Subquery(
            same.filter(shard__labelled__isnull=unlabelled)
            .order_by("-recorded_at")
            .values("id")[:1]
        )
        for unlabelled in (False, True)
    )
    found = Case(When(by_people=True, then=by_people), default=by_judge)
    streams = StreamRow.objects.filter(organization=organization_id).order_by("number")
    ids = list(streams.annotate(newest=found).values_list("newest", flat=True))
    results = Result.objects.select_related("version__model__organization", "shard").in_bulk(ids)
    return [results[one] for one in ids]


def _stream(order: int, result: Result, alpha: float, flagged: bool) -> Stream:
    bound = alarm_bound(order, alpha)
    tier = Tier.SUSPECTED if flagged else Tier.NONE
    if result.log10_e_violating >= bound:
        tier = Tier.ALARM
    return Stream(order, result, stream_share(order), bound, tier)
