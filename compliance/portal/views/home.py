"""The first page: what is under way, what was found, what needs somebody, what comes next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.alerts.selectors import alert_list
from compliance.audits.selectors import result_list, run_list, schedule_list
from compliance.domain.vocabulary import AlertState, RunState
from compliance.portal.catalogue import titles
from compliance.portal.viewing import for_viewer, page

SHOWN = 8
UNDER_WAY = (RunState.REQUESTED.value, RunState.RUNNING.value)


def today(request: HttpRequest) -> HttpResponse:
    """Today for people who are signed in, a plain landing for others."""
    if not request.user.is_authenticated:
        return render(request, "portal/landing.html")
    return _today(request)


@for_viewer
def _today(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    still_open = alert_list(viewer=viewer).exclude(state=AlertState.RESOLVED.value)
    upcoming = schedule_list(viewer=viewer).filter(paused_at__isnull=True)
    return page(
        request,
        viewer,
        "portal/home/today.html",
        now=timezone.now(),
        runs=run_list(viewer=viewer).filter(state__in=UNDER_WAY)[:SHOWN],
        results=result_list(viewer=viewer)[:SHOWN],
        alerts=still_open[:SHOWN],
        schedules=upcoming.order_by("next_due_at")[:SHOWN],
        titles=titles(),
    )
