"""Versions: one version, running stress tests on it now, and registering one."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.newest import result_newest_list
from compliance.audits.selectors import run_list
from compliance.audits.services import battery_resolve, battery_with, run_request_by
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Access
from compliance.portal.catalogue import foreseen, offered, titles
from compliance.portal.declarations import DeclarationForms
from compliance.portal.forms import BatteryForm, VersionForm
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import model_get, version_get, version_list
from compliance.registry.services import version_register

RUNS_SHOWN = 10


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """One version: what was registered, what was declared, what the stress tests say."""
    return _detail(request, viewer, version_id)


@require_POST
@for_viewer
def run_now(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """Request a run of the chosen stress tests."""
    version = version_get(viewer=viewer, version_id=version_id)
    viewer.require(Action.REQUEST_RUN, version.model.organization_id)
    form = BatteryForm(request.POST, tests=offered(Access(version.access)))
    if form.is_valid():
        try:
            battery = battery_with(
                battery=battery_resolve(battery=form.cleaned_data["tests"]),
                parameters=form.parameters,
            )
            run = run_request_by(viewer=viewer, version=version, battery=battery)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            return redirect("portal:run", run.id)
    return _detail(request, viewer, version_id, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def register(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """Register an immutable version of a model, with its declarations."""
    model = model_get(viewer=viewer, model_id=model_id)
    viewer.require(Action.REGISTER, model.organization_id)
    known = [(str(version.id), str(version)) for version in version_list(viewer=viewer)]
    posted = request.POST if request.method == "POST" else None
    more = request.POST.get("more", "")
    declared = DeclarationForms(posted, versions=known, more=more)
    form = VersionForm(posted)
    if posted and not more and form.is_valid() and declared.is_valid():
        chosen = form.cleaned_data
        try:
            version = version_register(
                viewer=viewer,
                model=model,
                name=chosen["name"],
                access=Access(chosen["access"]),
                location=chosen["location"],
                declarations=declared.declarations(),
            )
        except InvalidInputError as error:
            if not declared.refuse(error):
                form.refuse(error)
        else:
            messages.success(request, f"{version} is registered and can no longer change.")
            return redirect("portal:version", version.id)
    if more:  # a half-filled form that asked for another row is not wrong yet
        form = VersionForm(initial={name: request.POST.get(name, "") for name in form.fields})
    return page(
        request,
        viewer,
        "portal/versions/register.html",
        model=model,
        form=form,
        parents=declared.parents,
        sources=declared.sources,
    )


def _detail(
    request: HttpRequest, viewer: Viewer, version_id: UUID, bound: BatteryForm | None = None
) -> HttpResponse:
    version = version_get(viewer=viewer, version_id=version_id)
    form = bound or BatteryForm(tests=offered(Access(version.access)))
    subject = f"version/{version.id}"
    model_reading_tell(viewer=viewer, what=Seen.VERSION, model=version.model, subject=subject)
    return page(
        request,
        viewer,
        "portal/versions/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        version=version,
        results=result_newest_list(viewer=viewer, version=version),
        runs=run_list(viewer=viewer).filter(version=version)[:RUNS_SHOWN],
        titles=titles(),
        form=form,
        forecasts=foreseen(viewer, _ticked(form), version, _parameters(form)),
        may_run=viewer.may(Action.REQUEST_RUN, version.model.organization_id),
        may_declare=viewer.may(Action.REGISTER, version.model.organization_id),
    )


def _parameters(form: BatteryForm) -> dict[str, Json]:
    """What the form, if it was sent, says of them."""
    return form.parameters if form.is_bound and form.is_valid() else {}


def _ticked(form: BatteryForm) -> list[str]:
    """The stress tests that the form shows as chosen."""
    value = form["tests"].value()
    return list(value or ())
