"""Who may read us, who did, and what we may read of others."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.selectors import (
    Viewer,
    grant_get,
    grantees,
    grants_given,
    grants_held,
    organization_list,
    reading_list,
)
from compliance.accounts.services import grant_end, grant_give
from compliance.accounts.sudo import DangerousAct, sudo
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.rights import Action
from compliance.portal.access_forms import GrantForm, midnight
from compliance.portal.paging import paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import model_list


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Grants given, with their scope and end, and grants held."""
    now = timezone.now()
    given = paged(request, grants_given(viewer=viewer))
    return page(
        request,
        viewer,
        "portal/access/index.html",
        given=given,
        rows=[(grant, viewer.may(Action.GRANT, grant.provider_id)) for grant in given],
        held=grants_held(viewer=viewer, now=now),
        query=query_without_page(request),
        now=now,
        may_grant=_anywhere(viewer, Action.GRANT),
        may_read_readers=_anywhere(viewer, Action.READ_READERS),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sudo(DangerousAct.GRANT)
@for_viewer
def give(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Give a grant on a part of the record."""
    form = _grant_form(request, viewer)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        models = model_list(viewer=viewer).filter(id__in=chosen["models"])
        try:
            grant = grant_give(
                viewer=viewer,
                provider=organization_list(viewer=viewer).get(id=chosen["provider"]),
                organization=grantees().get(id=chosen["organization"]),
                scope=form.scope(models),
                expires_at=midnight(chosen["expires_on"]),
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{grant}.")
            return redirect("portal:access")
    return page(
        request,
        viewer,
        "portal/access/give.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        form=form,
    )


@require_POST
@sudo(DangerousAct.GRANT)
@for_viewer
def end(request: HttpRequest, viewer: Viewer, grant_id: int) -> HttpResponse:
    """End a grant now."""
    grant = grant_get(viewer=viewer, grant_id=grant_id)
    grant_end(viewer=viewer, grant=grant, now=timezone.now())
    messages.success(request, f"{grant.organization} no longer reads by this grant.")
    return redirect("portal:access")


@require_safe
@for_viewer
def readings(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who read what, newest first, by reader or subject where asked."""
    if not _anywhere(viewer, Action.READ_READERS):
        raise NotAllowedError("your role does not include: read readers")
    sought = request.GET.get("q", "").strip()
    rows = reading_list(viewer=viewer)
    if sought:
        rows = rows.filter(actor__email__icontains=sought) | rows.filter(subject=sought)
    return page(
        request,
        viewer,
        "portal/access/readings.html",
        readings=paged(request, rows),
        sought=sought,
        query=query_without_page(request),
    )


def _grant_form(request: HttpRequest, viewer: Viewer) -> GrantForm:
    providers = [
        one for one in organization_list(viewer=viewer) if viewer.may(Action.GRANT, one.id)
    ]
    if not providers:
        raise NotAllowedError("your role does not include: grant")
    models = model_list(viewer=viewer).filter(organization__in=providers).order_by("slug")
    return GrantForm(
        request.POST if request.method == "POST" else None,
        providers=[(str(one.id), one.name) for one in providers],
        organizations=[(str(one.id), one.name) for one in grantees()],
        models=[(str(one.id), str(one)) for one in models],
    )


def _anywhere(viewer: Viewer, action: Action) -> bool:
    return any(viewer.may(action, one) for one in viewer.roles)
