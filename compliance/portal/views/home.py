"""The first page, the most urgent first: what waits for somebody, what failed, what comes next.

Who acts on a record sees what needs them; who reads others' sees what changed since last week.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.alerts.selectors import alerts_pending, deliveries_failing
from compliance.audits.recent import label_work_list, run_errored_list, verdict_change_list
from compliance.audits.selectors import result_list, run_list, schedule_list
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import RunState
from compliance.obligations.assessing import Assessed, unanswered
from compliance.obligations.selectors import obligation_coming_list, obligation_lapsed_list
from compliance.portal.catalogue import titles
from compliance.portal.viewing import for_viewer, page
from compliance.questions.selectors import question_waiting_list
from compliance.registry.selectors import version_list

if TYPE_CHECKING:
    from compliance.registry.models import Version

SHOWN = 8
CHANGES = 20
WEEK = timedelta(days=7)
UNDER_WAY = (RunState.REQUESTED.value, RunState.RUNNING.value)


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Today for people who are signed in, a plain landing for others."""
    if not request.user.is_authenticated:
        return render(request, "portal/landing.html")
    return _today(request)


@for_viewer
def _today(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    now = timezone.now()
    list_reading_tell(viewer=viewer, what=Seen.TODAY)
    acting = any(viewer.may(Action.REQUEST_RUN, one) for one in viewer.roles)
    upcoming = schedule_list(viewer=viewer).filter(paused_at__isnull=True)
    return page(
        request,
        viewer,
        "portal/home/today.html",
        now=now,
        acting=acting,
        asking=any(viewer.may(Action.ASK, one) for one in viewer.roles),
        questions=question_waiting_list(viewer=viewer)[:SHOWN],
        lapsed=_lapsed(viewer, now),
        coming=obligation_coming_list(viewer=viewer, now=now, until=now + WEEK)[:SHOWN],
        alerts=alerts_pending(viewer=viewer)[:SHOWN],
        errored=run_errored_list(viewer=viewer, since=now - WEEK)[:SHOWN],
        to_label=label_work_list(viewer=viewer)[:SHOWN] if acting else [],
        runs=run_list(viewer=viewer).filter(state__in=UNDER_WAY)[:SHOWN],
        failing=deliveries_failing(viewer=viewer)[:SHOWN],
        results=result_list(viewer=viewer)[:SHOWN] if acting else [],
        changes=[] if acting else verdict_change_list(viewer=viewer, since=now - WEEK)[:CHANGES],
        versions=[] if acting else _registered(viewer, now - WEEK),
        schedules=upcoming.order_by("next_due_at")[:SHOWN],
        titles=titles(),
    )


def _lapsed(viewer: Viewer, now: datetime) -> list[Assessed]:
    """Obligations that nothing answers, as the clock found them within the last minute."""
    rows = obligation_lapsed_list(viewer=viewer, now=now)[:SHOWN]
    return [unanswered(row, now=now) for row in rows]


def _registered(viewer: Viewer, since: datetime) -> list[Version]:
    rows = version_list(viewer=viewer).prefetch_related(None).filter(registered_at__gte=since)
    return list(rows[:SHOWN])
