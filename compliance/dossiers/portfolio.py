"""A portfolio: the providers whose models a reader may read, each with counts of what is amiss.

Every count is of rows that a list of the portal shows when it is filtered alike, so that a number
and the page that it leads to never say different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, QuerySet

from compliance.accounts.selectors import Viewer, organization_list
from compliance.alerts.selectors import alert_list
from compliance.audits.matrix import with_verdict
from compliance.domain.vocabulary import AlertState, Verdict
from compliance.obligations.selectors import obligation_lapsed_list
from compliance.questions.selectors import question_late_list
from compliance.registry.selectors import model_list, version_newest_list

if TYPE_CHECKING:
    from compliance.accounts.models import Organization


@dataclass(frozen=True, slots=True)
class Holding:
    """One provider in a portfolio.

    Attributes:
        models: that the reader may read.
        violating, inconclusive: of these, by the newest verdicts on their newest version; a model
            with verdicts of both kinds counts in both.
        alerts: that nobody has acknowledged.
        late: questions whose deadline has passed and that were not answered.
        lapsed: obligations that nothing answers, as the clock last found them.
    """

    organization: Organization
    models: int
    violating: int
    inconclusive: int
    alerts: int
    late: int
    lapsed: int


def portfolio(*, viewer: Viewer, now: datetime) -> list[Holding]:
    """Every provider with a model that the viewer may read, those with most amiss first."""
    readable = model_list(viewer=viewer).order_by().values("id")
    held = organization_list(viewer=viewer).filter(models__in=readable)
    newest = version_newest_list(viewer=viewer)
    violating, inconclusive = (
        _by(newest.filter(id__in=with_verdict(viewer=viewer, verdict=verdict)), "model")
        for verdict in (Verdict.VIOLATING, Verdict.INCONCLUSIVE)
    )
    alerts = _by(alert_list(viewer=viewer).filter(state=AlertState.OPEN.value))
    late = _by(question_late_list(viewer=viewer, now=now), "model")
    lapsed = _by(obligation_lapsed_list(viewer=viewer, now=now), "version__model")
    found = [
        Holding(
            organization=one,
            models=one.held,
            violating=violating.get(one.id, 0),
            inconclusive=inconclusive.get(one.id, 0),
            alerts=alerts.get(one.id, 0),
            late=late.get(one.id, 0),
            lapsed=lapsed.get(one.id, 0),
        )
        for one in held.annotate(held=Count("models")).order_by("name")
    ]
    return sorted(found, key=_amiss, reverse=True)


def _amiss(held: Holding) -> tuple[int, ...]:
    return (held.violating, held.lapsed, held.late, held.alerts, held.inconclusive)


def _by(rows: QuerySet[Any], through: str = "") -> Mapping[UUID, int]:
    """How many of the rows there are for each organization, which ``through`` leads to."""
    owner = f"{through}__organization" if through else "organization"
    return dict(rows.order_by().values_list(owner).annotate(count=Count("id")))
