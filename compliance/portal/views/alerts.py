"""Alerts: the list, one alert with its evidence, and answering it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.alerts.selectors import alert_get, alert_list
from compliance.alerts.services import alert_acknowledge, alert_resolve
from compliance.domain.alerts import ALERT_MOVES
from compliance.domain.errors import InvalidInputError
from compliance.domain.rights import Action
from compliance.domain.vocabulary import AlertState
from compliance.portal.forms import ReasonForm
from compliance.portal.paging import one_of, paged, query_without_page
from compliance.portal.viewing import for_viewer, page

if TYPE_CHECKING:
    from compliance.alerts.models import Alert

STATES = [state.value for state in AlertState]


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Alerts, newest first, by state where asked."""
    chosen = one_of(request.GET.get("state"), STATES)
    rows = alert_list(viewer=viewer)
    if chosen:
        rows = rows.filter(state=chosen)
    return page(
        request,
        viewer,
        "portal/alerts/index.html",
        alerts=paged(request, rows),
        states=STATES,
        chosen=chosen,
        query=query_without_page(request),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """One alert: its claim, its evidence, whom it reached, who answered."""
    return _detail(request, viewer, alert_id, ReasonForm())


@require_POST
@for_viewer
def acknowledge(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Say that somebody acts on the alert."""
    return _answer(request, viewer, alert_id, alert_acknowledge)


@require_POST
@for_viewer
def resolve(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Close the alert with what was done."""
    return _answer(request, viewer, alert_id, alert_resolve)


def _answer(
    request: HttpRequest, viewer: Viewer, alert_id: UUID, service: Callable[..., Alert]
) -> HttpResponse:
    alert = alert_get(viewer=viewer, alert_id=alert_id)
    viewer.require(Action.ANSWER_ALERT, alert.organization_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            answered = service(viewer=viewer, alert=alert, reason=form.cleaned_data["reason"])
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"The alert is {answered.state}.")
            return redirect("portal:alert", alert.id)
    return _detail(request, viewer, alert_id, form)


def _detail(request: HttpRequest, viewer: Viewer, alert_id: UUID, form: ReasonForm) -> HttpResponse:
    alert = alert_get(viewer=viewer, alert_id=alert_id)
    moves = ALERT_MOVES[AlertState(alert.state)]
    may_answer = viewer.may(Action.ANSWER_ALERT, alert.organization_id)
    return page(
        request,
        viewer,
        "portal/alerts/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        alert=alert,
        form=form,
        may_acknowledge=may_answer and AlertState.ACKNOWLEDGED in moves,
        may_resolve=may_answer and AlertState.RESOLVED in moves,
    )
