"""Where alerts go, and when they are kept back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.selectors import Viewer, organization_list
from compliance.accounts.services import list_reading_tell
from compliance.alerts.selectors import (
    alert_route_get,
    alert_route_list,
    delivery_list,
    window_get,
    window_list,
)
from compliance.alerts.services import (
    alert_route_change,
    alert_route_create,
    alert_route_try,
    window_end,
    window_open,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.outbound.notifiers import SERVICES
from compliance.portal.alert_forms import ChangeRouteForm, Choices, NewRouteForm, WindowForm
from compliance.portal.paging import paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import model_list

if TYPE_CHECKING:
    from compliance.alerts.models import AlertRoute

SHOWN = 10
FORM = ["GET", "HEAD", "POST"]


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every route of the viewer's organizations."""
    return page(
        request,
        viewer,
        "portal/alerts/routes.html",
        routes=paged(request, alert_route_list(viewer=viewer)),
        query=query_without_page(request),
        may_route=bool(_routed(viewer)),
    )


@require_http_methods(FORM)
@for_viewer
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Send alerts somewhere."""
    organizations = _routed_or_refused(viewer)
    form = NewRouteForm(
        request.POST or None, organizations=organizations, routes=_following(viewer)
    )
    if request.method == "POST" and form.is_valid():
        try:
            route = alert_route_create(
                viewer=viewer,
                organization_id=UUID(form.cleaned_data["organization"]),
                name=form.cleaned_data["name"],
                destination=form.leads(),
                policy=form.policy(),
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"Alerts go to “{route.name}” from now on. Try it.")
            return redirect("portal:alert-route", route.id)
    return _form(request, viewer, "portal/alerts/route_create.html", form)


@require_http_methods(FORM)
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, route_id: UUID) -> HttpResponse:
    """One route: what it takes, what it sent, and changing it."""
    route = alert_route_get(viewer=viewer, route_id=route_id)
    if request.method == "POST":
        viewer.require(Action.ROUTE_ALERTS, route.organization_id)
    following = _following(viewer, but=route)
    form = ChangeRouteForm(request.POST or None, routes=following, initial=_as_it_is(route))
    if request.method == "POST" and form.is_valid():
        try:
            alert_route_change(
                viewer=viewer,
                route=route,
                name=form.cleaned_data["name"],
                policy=form.policy(),
                destination=form.leads_elsewhere(route.channel),
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, "The route is changed.")
            return redirect("portal:alert-route", route.id)
    context = {
        "route": route,
        "deliveries": delivery_list(viewer=viewer).filter(route=route)[:SHOWN],
        "may_route": viewer.may(Action.ROUTE_ALERTS, route.organization_id),
    }
    return _form(request, viewer, "portal/alerts/route.html", form, **context)


@require_POST
@for_viewer
def attempt(request: HttpRequest, viewer: Viewer, route_id: UUID) -> HttpResponse:
    """Send a message that tells of no alert."""
    route = alert_route_get(viewer=viewer, route_id=route_id)
    alert_route_try(viewer=viewer, route=route)
    messages.success(request, "A message is on its way. How it went shows below within seconds.")
    return redirect("portal:alert-route", route.id)


@require_http_methods(FORM)
@for_viewer
def windows(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Maintenance windows, and opening one."""
    organizations = _routed(viewer)
    models = [(str(model), str(model)) for model in model_list(viewer=viewer)]
    now = timezone.now()
    form = WindowForm(
        request.POST or None,
        organizations=organizations,
        models=models,
        initial={"starts_at": now.replace(second=0, microsecond=0)},
    )
    if request.method == "POST" and _routed_or_refused(viewer) and form.is_valid():
        chosen = dict(form.cleaned_data)
        organization_id = UUID(chosen.pop("organization"))
        try:
            window_open(viewer=viewer, organization_id=organization_id, **chosen)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, "The maintenance window is set.")
            return redirect("portal:maintenance-windows")
    list_reading_tell(viewer=viewer, what=Seen.WINDOWS)
    context = {
        "windows": paged(request, window_list(viewer=viewer)),
        "may_end": {UUID(key) for key, _ in organizations},
        "query": query_without_page(request),
        "now": now,
    }
    return _form(request, viewer, "portal/alerts/windows.html", form, **context)


@require_POST
@for_viewer
def end(request: HttpRequest, viewer: Viewer, window_id: UUID) -> HttpResponse:
    """End a maintenance window now."""
    window_end(viewer=viewer, window=window_get(viewer=viewer, window_id=window_id))
    messages.success(request, "The window is over. What it kept back and nobody answered goes out.")
    return redirect("portal:maintenance-windows")


def _form(
    request: HttpRequest, viewer: Viewer, template: str, form: Any, **context: object
) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    offered = [one for one in SERVICES.values() if not one.plain]
    return page(request, viewer, template, status=status, form=form, services=offered, **context)


def _routed(viewer: Viewer) -> Choices:
    """Organizations whose alerts the viewer routes."""
    return [
        (str(organization.id), organization.name)
        for organization in organization_list(viewer=viewer)
        if viewer.may(Action.ROUTE_ALERTS, organization.id)
    ]


def _routed_or_refused(viewer: Viewer) -> Choices:
    organizations = _routed(viewer)
    if not organizations:
        raise NotAllowedError("your role does not include: route alerts")
    return organizations


def _following(viewer: Viewer, but: AlertRoute | None = None) -> Choices:
    return [(str(one.id), one.name) for one in alert_route_list(viewer=viewer) if one != but]


def _as_it_is(route: AlertRoute) -> dict[str, object]:
    shown = ("name", "minimum_severity", "event_types", "critical_minutes", "warning_minutes")
    return {
        **{name: getattr(route, name) for name in shown},
        "first_line": "yes" if route.first_line else "no",
        "enabled": "yes" if route.enabled else "no",
        "escalates_to": str(route.escalates_to_id or ""),
    }
