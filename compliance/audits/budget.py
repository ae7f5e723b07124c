"""An organization's error budget: what may still go wrong by chance, and what is beyond chance.

A stream is one claim on one version: runs of it share seed and order, so repeating it spends
nothing (docs/adr/0005). Streams are counted in the order of their first result. The j-th may raise
an alarm at the share 6/(pi^2 j^2) of the budget, so over its whole life the organization sees a
false alarm with a chance of at most the budget, however many streams will come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import overload
from uuid import UUID

from django.conf import settings

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer, organization_list
from compliance.audits.models import Result, StreamNewest, StreamRow
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
class Placed:
    """A stream's place and tier, with the id of its newest result."""

    order: int
    result: UUID
    tier: Tier


class Streams(Sequence[Stream]):
    """Streams whose results are read when they are asked for, those of a slice in one query."""

    def __init__(self, placed: Sequence[Placed], alpha: float) -> None:
        self._placed, self._alpha = tuple(placed), alpha

    def __len__(self) -> int:
        return len(self._placed)

    def __iter__(self) -> Iterator[Stream]:
        return iter(self[:])

    @overload
    def __getitem__(self, place: int) -> Stream: ...
    @overload
    def __getitem__(self, place: slice) -> list[Stream]: ...
    def __getitem__(self, place: int | slice) -> Stream | list[Stream]:
        if isinstance(place, int):
            return self._read([self._placed[place]])[0]
        return self._read(self._placed[place])

    @property
    def urgent_first(self) -> Streams:
        """Alarms, then what is suspected, then the rest, each in the order of the streams."""
        ranks = {Tier.ALARM: 0, Tier.SUSPECTED: 1, Tier.NONE: 2}
        return Streams(sorted(self._placed, key=lambda one: ranks[one.tier]), self._alpha)

    def count_of(self, tier: Tier) -> int:
        return sum(one.tier is tier for one in self._placed)

    def _read(self, placed: Sequence[Placed]) -> list[Stream]:
        rows = Result.objects.select_related("version__model__organization", "shard")
        results = rows.in_bulk([one.result for one in placed])
        return [
            Stream(
                order=one.order,
                result=results[one.result],
                share=stream_share(one.order),
                bound_log10=alarm_bound(one.order, self._alpha),
                tier=one.tier,
            )
            for one in placed
        ]


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
    streams: Streams

    @property
    def left(self) -> float:
        return self.alpha - self.spent

    @property
    def alarms(self) -> int:
        return self.streams.count_of(Tier.ALARM)

    @property
    def suspected(self) -> int:
        return self.streams.count_of(Tier.SUSPECTED)


def error_budget(*, organization: Organization) -> Budget:
    """The budget of one organization; leads, whose error rate nobody measured, are no streams."""
    alpha = settings.ERROR_BUDGET
    heads = StreamNewest.objects.filter(stream__organization=organization).order_by(
        "stream__number"
    )
    ordered = list(heads.values_list("result", "log10_e_violating"))
    suspected = e_bh([adjust_maximum(log10_e) for _, log10_e in ordered], alpha)
    placed = [
        Placed(order, result, _tier(order, log10_e, alpha, flagged))
        for order, ((result, log10_e), flagged) in enumerate(
            zip(ordered, suspected, strict=True), 1
        )
    ]
    return Budget(
        organization=organization,
        alpha=alpha,
        spent=alpha * sum(stream_share(order) for order in range(1, len(placed) + 1)),
        streams=Streams(placed, alpha),
    )


def error_budget_list(*, viewer: Viewer) -> list[Budget]:
    """The error budgets of the organizations whose record the viewer reads as a whole.

    A budget is of an organization's whole life: a part of it would say nothing.
    """
    wholes = organization_list(viewer=viewer).filter(viewer.scope(organization="id"))
    providers = wholes.filter(models__isnull=False).distinct()
    return [error_budget(organization=one) for one in providers]


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


def _tier(order: int, log10_e: float, alpha: float, flagged: bool) -> Tier:
    if log10_e >= alarm_bound(order, alpha):
        return Tier.ALARM
    return Tier.SUSPECTED if flagged else Tier.NONE
