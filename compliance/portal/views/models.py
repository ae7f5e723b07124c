"""Models: the list, one model with its history, and registering one."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from compliance.accounts.selectors import Viewer, organization_list
from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.audits.newest import result_newest_list
from compliance.audits.selectors import result_history
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.dossiers.history import series_of
from compliance.portal.access_forms import OfferForm
from compliance.portal.catalogue import titles
from compliance.portal.forms import ModelForm
from compliance.portal.paging import organization_asked, paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import model_get, model_list, version_list
from compliance.registry.services import model_offer, model_register

if TYPE_CHECKING:
    from compliance.audits.models import Result

HISTORY_PER_PAGE = 15
CHARTED = 200
"""The newest results that are drawn; the table below the charts holds them all."""


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every model with the newest verdict of each stress test."""
    list_reading_tell(viewer=viewer, what=Seen.MODELS)
    sought = request.GET.get("q", "").strip()
    rows = model_list(viewer=viewer).order_by("organization__slug", "slug")
    organization = organization_asked(request, viewer)
    if organization:
        rows = rows.filter(organization=organization)
    if sought:
        rows = rows.filter(name__icontains=sought) | rows.filter(slug__icontains=sought)
    models = paged(request, rows)
    newest = result_newest_list(
        viewer=viewer, per="version__model", version__model__in=[model.id for model in models]
    )
    by_model: dict[UUID, list[Result]] = defaultdict(list)
    for result in newest:
        by_model[result.version.model_id].append(result)
    return page(
        request,
        viewer,
        "portal/models/index.html",
        models=models,
        rows=[(model, by_model[model.id]) for model in models],
        organization=organization,
        sought=sought,
        query=query_without_page(request),
        titles=titles(),
        may_register=bool(_registrable(viewer)),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """One model: versions with declarations and newest verdicts, history as charts and table."""
    model = model_get(viewer=viewer, model_id=model_id)
    model_reading_tell(viewer=viewer, what=Seen.MODEL, model=model, subject=f"model/{model.id}")
    by_version: dict[UUID, list[Result]] = defaultdict(list)
    for result in result_newest_list(viewer=viewer, version__model=model):
        by_version[result.version_id].append(result)
    history = result_history(viewer=viewer, model=model).order_by("-recorded_at")
    names = titles()
    shown = paged(request, history, per_page=HISTORY_PER_PAGE)
    limit_sources = list(dict.fromkeys(result.limit_source for result in shown))
    versions = version_list(viewer=viewer).filter(model=model)
    return page(
        request,
        viewer,
        "portal/models/detail.html",
        model=model,
        versions=[(version, by_version[version.id]) for version in versions],
        panels=series_of(list(history[:CHARTED]), names),
        charted=CHARTED,
        history=shown,
        rows=[(result, limit_sources.index(result.limit_source) + 1) for result in shown],
        limit_sources=limit_sources,
        query=query_without_page(request),
        titles=names,
        may_register=viewer.may(Action.REGISTER, model.organization_id),
        may_schedule=viewer.may(Action.SCHEDULE, model.organization_id),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def register(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Register a model of an organization the viewer may register for."""
    organizations = _registrable(viewer)
    if not organizations:
        raise NotAllowedError("your role does not include: register")
    form = ModelForm(request.POST or None, organizations=organizations)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            model = model_register(
                viewer=viewer,
                organization_id=UUID(chosen["organization"]),
                slug=chosen["slug"],
                name=chosen["name"],
                description=chosen["description"],
                jurisdictions=chosen["jurisdictions"],
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{model} is registered. Register its first version next.")
            return redirect("portal:model", model.id)
    return page(
        request,
        viewer,
        "portal/models/register.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        form=form,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def offer(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """Say where the model is on offer, by which grants of a jurisdiction are cut."""
    model = model_get(viewer=viewer, model_id=model_id)
    viewer.require(Action.REGISTER, model.organization_id)
    form = OfferForm(
        request.POST if request.method == "POST" else None,
        initial={"jurisdictions": " ".join(model.jurisdictions)},
    )
    if form.is_bound and form.is_valid():
        try:
            model_offer(viewer=viewer, model=model, **form.cleaned_data)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, "Where it is on offer is changed.")
            return redirect("portal:model", model.id)
    return page(
        request,
        viewer,
        "portal/models/offer.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        model=model,
        form=form,
    )


def _registrable(viewer: Viewer) -> list[tuple[str, str]]:
    return [
        (str(organization.id), organization.name)
        for organization in organization_list(viewer=viewer)
        if viewer.may(Action.REGISTER, organization.id)
    ]
