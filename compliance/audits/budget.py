"""An organization's error budget: what may still go wrong by chance, and what is beyond chance.

A stream is one claim on one version: runs of it share seed and order, so asking held weights again
spends nothing (docs/adr/0005), and of an endpoint's k-th asking the share 6/(pi^2 k^2) of its
e-value counts. Streams are counted as their items are committed to, before the first answer
(docs/adr/0034). The j-th may raise an alarm at the share 6/(pi^2 j^2) of the budget, so over its
whole life the organization sees a false alarm with a chance of at most the budget, however many
streams will come, and however many are asked at once.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer, organization_list
from compliance.audits.models import Result, StreamNewest, StreamRow
from compliance.domain.errors import NotFoundError
from compliance.domain.statistics.multiplicity import (
    adjust_maximum,
    alarm_bound,
    asking_discount,
    e_bh,
    e_lond,
    stream_share,
)
from compliance.domain.vocabulary import Tier


@dataclass(frozen=True, slots=True)
class Stream:
    """One claim on one version.

    Attributes:
        order: from 1, as its items were committed to.
        result: its newest.
        share: of the error budget, that it may spend.
        bound_log10: log10 of the e-value that an alarm needs, of a run like the newest.
    """

    order: int
    result: Result
    share: float
    bound_log10: float
    tier: Tier


class Streams(Sequence[Stream]):
    """Streams whose results are read when they are asked for, those of a slice in one query."""

    def __init__(
        self, organization: Organization, orders: Sequence[int], tiers: Mapping[int, Tier]
    ) -> None:
        """Take the streams of these orders; ``tiers`` holds those that have one."""
        self._organization, self._orders, self._tiers = organization, orders, tiers

    def __len__(self) -> int:
        return len(self._orders)

    def __iter__(self) -> Iterator[Stream]:
        return iter(self[:])

    @overload
    def __getitem__(self, place: int) -> Stream: ...
    @overload
    def __getitem__(self, place: slice) -> list[Stream]: ...
    def __getitem__(self, place: int | slice) -> Stream | list[Stream]:
        if isinstance(place, int):
            return self.numbered([self._orders[place]])[0]
        return self.numbered(self._orders[place])

    @property
    def urgent_first(self) -> Streams:
        """Tier by tier, then the rest, each in the order of the streams."""
        ranks = list(Tier)
        urgent = sorted(self._tiers, key=lambda one: (ranks.index(self._tiers[one]), one))
        rest = [one for one in self._orders if one not in self._tiers]
        return Streams(self._organization, urgent + rest, self._tiers)

    def count_of(self, tier: Tier) -> int:
        return sum(one is tier for one in self._tiers.values())

    @property
    def raised(self) -> list[int]:
        """The orders of the streams that have a tier."""
        return list(self._tiers)

    def tiered(self, tier: Tier) -> list[int]:
        """The orders of the streams of a tier that is not ``NONE``."""
        return [order for order, one in self._tiers.items() if one is tier]

    def numbered(self, orders: Sequence[int]) -> list[Stream]:
        """The streams of these orders, in one query."""
        heads = StreamNewest.objects.filter(
            stream__organization=self._organization, stream__number__in=orders
        ).select_related("stream", "result__version__model__organization", "result__shard")
        results = {one.stream.number: one.result for one in heads}
        return [
            Stream(
                order=order,
                result=results[order],
                share=stream_share(order),
                bound_log10=_bound(order, results[order]),
                tier=self._tiers.get(order, Tier.NONE),
            )
            for order in orders
        ]


@dataclass(frozen=True, slots=True)
class Budget:
    """What an organization has spent of its error budget.

    Attributes:
        alpha: the chance of any false alarm in the organization's whole life.
        spent: how much of it the streams there are may use; the rest is for those to come.
        streams: those that have a result.
        waiting: how many have their number and no result yet.
    """

    organization: Organization
    alpha: float
    spent: float
    streams: Streams
    waiting: int

    @property
    def left(self) -> float:
        return self.alpha - self.spent

    @property
    def alarms(self) -> int:
        return self.streams.count_of(Tier.ALARM)

    @property
    def discovered(self) -> int:
        return self.streams.count_of(Tier.DISCOVERED)

    @property
    def suspected(self) -> int:
        return self.streams.count_of(Tier.SUSPECTED)


def error_budget(*, organization: Organization) -> Budget:
    """The budget of one organization; leads, whose error rate nobody measured, are no streams."""
    return budgets_of(organizations=[organization])[0]


def budgets_of(*, organizations: Collection[Organization]) -> list[Budget]:
    """The budgets of some organizations, in one query."""
    rows = StreamRow.objects.filter(organization__in=organizations).order_by("number")
    values: dict[UUID, list[tuple[float | None, float | None]]] = {
        one.id: [] for one in organizations
    }
    for organization_id, newest, first in rows.values_list(
        "organization", "head__log10_e_violating", "head__first_log10_e_violating"
    ):
        values[organization_id].append((newest, first))
    return [_budget(one, values[one.id]) for one in organizations]


def _budget(
    organization: Organization, values: Sequence[tuple[float | None, float | None]]
) -> Budget:
    """The budget of an organization whose streams have these log10 e-values, by their order.

    Args:
        values: of a stream's newest and of its first result; None where there is none yet.
    """
    newest = [-math.inf if one is None else one for one, _ in values]
    first = [-math.inf if one is None else one for _, one in values]
    alpha, orders = settings.ERROR_BUDGET, range(1, len(values) + 1)
    told = [order for order in orders if values[order - 1][0] is not None]
    return Budget(
        organization=organization,
        alpha=alpha,
        spent=alpha * sum(map(stream_share, orders)),
        streams=Streams(organization, told, _tiers(newest, first, alpha)),
        waiting=len(orders) - len(told),
    )


def spender_list(*, viewer: Viewer) -> QuerySet[Organization]:
    """The organizations with models whose record the viewer reads as a whole.

    A budget is of an organization's whole life: a part of it would say nothing.
    """
    wholes = organization_list(viewer=viewer).filter(viewer.scope(organization="id"))
    return wholes.filter(models__isnull=False).distinct().order_by("name", "id")


def error_budget_list(*, viewer: Viewer) -> list[Budget]:
    """The error budgets that the viewer may know of, by the organizations' names."""
    return budgets_of(organizations=spender_list(viewer=viewer))


def error_budget_get(*, viewer: Viewer, slug: str) -> Budget:
    """The error budget of one organization.

    Raises:
        NotFoundError: no such organization, or the viewer may not know its whole record.
    """
    organization = spender_list(viewer=viewer).filter(slug=slug).first()
    if organization is None:
        raise NotFoundError(f"no error budget of '{slug}' that you may see")
    return error_budget(organization=organization)


def stream_list(*, budget: Budget, tier: Tier | None = None) -> QuerySet[StreamRow]:
    """The streams of a budget that have a result, of one tier where asked."""
    rows = StreamRow.objects.filter(organization=budget.organization, head__isnull=False)
    if tier is Tier.NONE:
        return rows.exclude(number__in=budget.streams.raised)
    return rows if tier is None else rows.filter(number__in=budget.streams.tiered(tier))


def alarming(result: Result) -> bool:
    """Whether a result that was just recorded is an alarm, by its place among the streams."""
    order = StreamRow.objects.filter(
        version=result.version_id,
        spec_digest=result.spec_digest,
        by_people=result.shard.labelled_id is not None,
    ).values_list("number", flat=True)
    first = order.first()
    return first is not None and result.log10_e_violating >= _bound(first, result)


def _bound(order: int, result: Result) -> float:
    """log10 of the e-value that the result would need to be an alarm as the ``order``-th stream."""
    discount = asking_discount(result.shard.asking)
    return alarm_bound(order, settings.ERROR_BUDGET) - discount


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


def _tiers(newest: Sequence[float], first: Sequence[float], alpha: float) -> dict[int, Tier]:
    """The tiers of streams by their order, of those that have one, by log10 e-values.

    Each asks for e >= 1/alpha at least, and to adjust a value does not raise it above that: what is
    below is not looked at further.
    """
    least = -math.log10(alpha)
    tiers: dict[int, Tier] = {}
    if any(one >= least for one in newest):
        suspected = e_bh([adjust_maximum(one) if one >= least else 0.0 for one in newest], alpha)
        tiers |= dict.fromkeys(_orders(suspected), Tier.SUSPECTED)
    if any(one >= least for one in first):
        tiers |= dict.fromkeys(_orders(e_lond(first, alpha)), Tier.DISCOVERED)
    alarms = [one >= alarm_bound(order, alpha) for order, one in enumerate(newest, 1)]
    return tiers | dict.fromkeys(_orders(alarms), Tier.ALARM)


def _orders(picked: Sequence[bool]) -> list[int]:
    return [order for order, one in enumerate(picked, 1) if one]
