"""An organization's error budget: what may still go wrong by chance, and what is beyond chance.

A stream is one claim on one version: runs of it share seed and order, so repeating it spends
nothing (docs/adr/0005). Streams are counted in the order of their first result. The j-th may raise
an alarm at the share 6/(pi^2 j^2) of the budget, so over its whole life the organization sees a
false alarm with a chance of at most the budget, however many streams will come.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from compliance.accounts.models import Organization
from compliance.audits.models import Result
from compliance.domain.statistics.multiplicity import (
    adjust_maximum,
    alarm_bound,
    e_bh,
    stream_share,
)
from compliance.domain.vocabulary import Tier

_STREAM = ("version_id", "spec_digest", "by_people")


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
    streams = _streams(organization.id)
    newest = {
        _key(one): one for one in streams.order_by(*_STREAM, "-recorded_at").distinct(*_STREAM)
    }
    first = streams.order_by(*_STREAM, "recorded_at").distinct(*_STREAM)
    ordered = [newest[_key(one)] for one in sorted(first, key=lambda one: one.recorded_at)]
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
    streams = _streams(result.version.model.organization_id)
    same = streams.filter(
        version=result.version_id,
        spec_digest=result.spec_digest,
        shard__labelled__isnull=result.shard.labelled_id is None,
    )
    began = same.order_by("recorded_at").values_list("recorded_at", flat=True).first()
    if began is None:
        return False
    order = streams.filter(recorded_at__lte=began).values(*_STREAM).distinct().count()
    return result.log10_e_violating >= alarm_bound(order, settings.ERROR_BUDGET)


def _streams(organization_id: UUID) -> QuerySet[Result]:
    by_people = ExpressionWrapper(Q(shard__labelled__isnull=False), output_field=BooleanField())
    return (
        Result.objects.filter(version__model__organization=organization_id, estimate__lead=False)
        .select_related("version__model__organization", "shard")
        .annotate(by_people=by_people)
    )


def _key(result: Result) -> tuple[UUID, str, bool]:
    return result.version_id, result.spec_digest, result.shard.labelled_id is not None


def _stream(order: int, result: Result, alpha: float, flagged: bool) -> Stream:
    bound = alarm_bound(order, alpha)
    tier = Tier.SUSPECTED if flagged else Tier.NONE
    if result.log10_e_violating >= bound:
        tier = Tier.ALARM
    return Stream(order, result, stream_share(order), bound, tier)
