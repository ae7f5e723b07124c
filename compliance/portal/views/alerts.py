"""Alerts: the list, one alert with all that became of it, and acting on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.selectors import Viewer, alert_answerers
from compliance.accounts.services import list_reading_tell
from compliance.alerts.selectors import alert_get, alert_list, window_current
from compliance.alerts.services import (
    alert_acknowledge,
    alert_answer,
    alert_assign,
    alert_reading_tell,
    alert_resolve,
    alert_snooze,
)
from compliance.domain.alerts import ALERT_MOVES
from compliance.domain.errors import InvalidInputError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import AlertState
from compliance.portal.alert_forms import AnswerForm, AssignForm, SnoozeForm
from compliance.portal.alert_history import history
from compliance.portal.crumbs import led_to
from compliance.portal.forms import PortalForm, ReasonForm
from compliance.portal.paging import one_of, organization_asked, paged, query_without_page
from compliance.portal.viewing import for_viewer, page

if TYPE_CHECKING:
    from compliance.alerts.models import Alert

STATES = [state.value for state in AlertState]


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Alerts, newest first, by state where asked."""
    list_reading_tell(viewer=viewer, what=Seen.ALERTS)
    chosen = one_of(request.GET.get("state"), STATES)
    rows = alert_list(viewer=viewer).prefetch_related("occurrences", "silences")
    organization = organization_asked(request, viewer)
    if organization:
        rows = rows.filter(organization=organization)
    if chosen:
        rows = rows.filter(state=chosen)
    return page(
        request,
        viewer,
        "portal/alerts/index.html",
        alerts=paged(request, rows),
        windows=window_current(viewer=viewer),
        states=STATES,
        organization=organization,
        chosen=chosen,
        query=query_without_page(request),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """One alert: its claim, its evidence, whom it reached, who answered."""
    return _detail(request, viewer, alert_id, {})


@require_POST
@for_viewer
def acknowledge(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Say that somebody acts on the alert."""
    return _act(request, viewer, alert_id, ("reason", alert_acknowledge, "is acknowledged"))


@require_POST
@for_viewer
def resolve(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Close the alert with what was done."""
    return _act(request, viewer, alert_id, ("reason", alert_resolve, "is resolved"))


@require_POST
@for_viewer
def snooze(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Put the alert off."""
    return _act(request, viewer, alert_id, ("snooze", alert_snooze, "is put off"))


@require_POST
@for_viewer
def assign(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Give the alert to somebody."""
    return _act(request, viewer, alert_id, ("assign", alert_assign, "is assigned"))


@require_POST
@for_viewer
def answer(request: HttpRequest, viewer: Viewer, alert_id: UUID) -> HttpResponse:
    """Say something of the alert."""
    return _act(request, viewer, alert_id, ("answer", alert_answer, "is answered"))


def _act(
    request: HttpRequest,
    viewer: Viewer,
    alert_id: UUID,
    act: tuple[str, Callable[..., object], str],
) -> HttpResponse:
    """Do what a form asks for: its name, the service, and what is said when it is done."""
    name, service, said = act
    alert = alert_get(viewer=viewer, alert_id=alert_id)
    viewer.require(Action.ANSWER_ALERT, alert.organization_id)
    form = _forms(alert, {name: request})[name]
    if form.is_valid():
        try:
            service(viewer=viewer, alert=alert, **form.cleaned_data)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"The alert {said}.")
            return redirect("portal:alert", alert.id)
    return _detail(request, viewer, alert_id, {name: form})


def _forms(alert: Alert, asked: Mapping[str, HttpRequest]) -> dict[str, PortalForm]:
    """Every form of the page; those that were asked for hold what was sent."""

    def sent(name: str) -> object:
        return asked[name].POST if name in asked else None

    answerers = alert_answerers(organization_id=alert.organization_id)
    people = [(user.email, str(user)) for user in answerers]
    given = {"assignee": alert.assignee.email if alert.assignee else ""}
    return {
        "reason": ReasonForm(sent("reason")),
        "snooze": SnoozeForm(sent("snooze"), auto_id="snooze_%s"),
        "assign": AssignForm(sent("assign"), people=people, initial=given, auto_id="assign_%s"),
        "answer": AnswerForm(sent("answer"), auto_id="answer_%s"),
    }


def _detail(
    request: HttpRequest, viewer: Viewer, alert_id: UUID, refused: Mapping[str, PortalForm]
) -> HttpResponse:
    alert = alert_get(viewer=viewer, alert_id=alert_id)
    alert_reading_tell(viewer=viewer, alert=alert)
    moves = ALERT_MOVES[AlertState(alert.state)]
    may_answer = viewer.may(Action.ANSWER_ALERT, alert.organization_id)
    return page(
        request,
        viewer,
        "portal/alerts/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        alert=alert,
        evidence=led_to(viewer=viewer, alert=alert, path=alert.path),
        bundle=led_to(viewer=viewer, alert=alert, path=alert.bundle_path),
        history=history(alert),
        refused=refused,
        forms={**_forms(alert, {}), **refused} if may_answer else {},
        may_acknowledge=may_answer and AlertState.ACKNOWLEDGED in moves,
        may_resolve=may_answer and AlertState.RESOLVED in moves,
    )
