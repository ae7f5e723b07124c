"""Disputes: the list, opening one, the docket with a form for each step, what was filed."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.rate_limits import costly
from compliance.accounts.selectors import Viewer
from compliance.accounts.sudo import DangerousAct, sudo
from compliance.disputes.findings import findings_by_battery
from compliance.disputes.selectors import (
    acting,
    acts_of,
    claimants_of,
    courts,
    dispute_get,
    dispute_list,
    seats_of,
)
from compliance.disputes.services import (
    dispute_open,
    dispute_reading_tell,
    disputes_reading_tell,
    docket_take,
    filing_file_read,
    filing_read,
)
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.portal.dispute_forms import DisputeOpenForm, StepForm
from compliance.portal.dispute_steps import STEPS
from compliance.portal.paging import one_of, paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.portal.views.ledger import download
from compliance.registry.selectors import version_get, version_list

if TYPE_CHECKING:
    from compliance.disputes.models import Battery, Dispute
    from compliance.domain.disputes import Found

STATES = [state.value for state in DisputeState]


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Disputes in which the viewer's organizations sit, by state where asked."""
    chosen = one_of(request.GET.get("state"), STATES)
    disputes_reading_tell(viewer=viewer)
    rows = dispute_list(viewer=viewer)
    return page(
        request,
        viewer,
        "portal/disputes/index.html",
        disputes=paged(request, rows.filter(state=chosen) if chosen else rows),
        states=STATES,
        chosen=chosen,
        may_open=bool(claimants_of(viewer=viewer)),
        query=query_without_page(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def open_(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Open a dispute about a version of one's own."""
    claimants = claimants_of(viewer=viewer)
    if not claimants:
        raise NotAllowedError("your role does not include: dispute")
    own = version_list(viewer=viewer).filter(model__organization__in=claimants)
    form = DisputeOpenForm(
        request.POST if request.method == "POST" else None,
        versions=[(str(one.id), str(one)) for one in own],
        courts=[(one.slug, one.name) for one in courts()],
    )
    if form.is_bound and form.is_valid():
        chosen = dict(form.cleaned_data)
        version = version_get(viewer=viewer, version_id=UUID(chosen.pop("version")))
        try:
            dispute = dispute_open(viewer=viewer, version=version, **chosen)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"The dispute is opened, and {dispute.court} is told.")
            return redirect("portal:dispute", dispute.id)
    return page(
        request,
        viewer,
        "portal/disputes/open.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        form=form,
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, dispute_id: UUID) -> HttpResponse:
    """The docket of a dispute: who sits, what was filed, ordered, found and ruled."""
    return _docket(request, viewer, dispute_id)


@require_POST
@for_viewer
def act(request: HttpRequest, viewer: Viewer, dispute_id: UUID, name: str) -> HttpResponse:
    """Take one step, named by its address."""
    return _act(request, viewer, dispute_id, name)


@require_POST
@sudo(DangerousAct.RULING)
@for_viewer
def rule(request: HttpRequest, viewer: Viewer, dispute_id: UUID) -> HttpResponse:
    """Rule, once and for good."""
    return _act(request, viewer, dispute_id, "rule")


@require_safe
@for_viewer
def filing(request: HttpRequest, viewer: Viewer, dispute_id: UUID, number: int) -> HttpResponse:
    """One filing with its text."""
    found, text = filing_read(viewer=viewer, dispute_id=dispute_id, number=number)
    return page(request, viewer, "portal/disputes/filing.html", filing=found, text=text)


@require_safe
@for_viewer
def filing_file(
    request: HttpRequest, viewer: Viewer, dispute_id: UUID, number: int, file: int
) -> HttpResponse:
    """One file of a filing, to be kept and never shown: its bytes are a stranger's."""
    found, content = filing_file_read(
        viewer=viewer, dispute_id=dispute_id, number=number, file=file
    )
    return download(content, f"filing-{number}-{found.number}.bin", "application/octet-stream")


@costly
@require_safe
@for_viewer
def docket(request: HttpRequest, viewer: Viewer, dispute_id: UUID) -> HttpResponse:
    """The docket as one file, for assay-verify."""
    content = docket_take(viewer=viewer, dispute_id=dispute_id)
    return download(content, f"docket-{dispute_id}.zip", "application/zip")


def _act(request: HttpRequest, viewer: Viewer, dispute_id: UUID, name: str) -> HttpResponse:
    step = STEPS[name]
    dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
    acting(viewer=viewer, dispute=dispute, act=step.act)
    form = step.form(request.POST, request.FILES, dispute=dispute, auto_id=_ids(name))
    if form.is_valid():
        try:
            step.take(viewer, dispute, form)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, step.done)
            return redirect("portal:dispute", dispute_id)
    return _docket(request, viewer, dispute_id, name, form)


def _docket(
    request: HttpRequest,
    viewer: Viewer,
    dispute_id: UUID,
    name: str = "",
    bound: StepForm | None = None,
) -> HttpResponse:
    dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
    dispute_reading_tell(viewer=viewer, dispute=dispute)
    open_to = acts_of(viewer=viewer, dispute=dispute, now=timezone.now())
    forms = {
        one: step.form(dispute=dispute, auto_id=_ids(one))
        for one, step in STEPS.items()
        if step.act in open_to and one != name
    }
    if bound is not None:
        forms[name] = bound
    steps = [(one, step, forms[one]) for one, step in STEPS.items() if one in forms]
    return page(
        request,
        viewer,
        "portal/disputes/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if bound else HTTPStatus.OK,
        dispute=dispute,
        batteries=_batteries(dispute),
        ruling=getattr(dispute, "ruling", None),
        steps=steps,
        in_confidence=_in_confidence(viewer, dispute),
    )


def _batteries(dispute: Dispute) -> list[tuple[Battery, list[Found]]]:
    """Each battery, the newest first, with what it found so far."""
    found = findings_by_battery(dispute=dispute)
    batteries = list(dispute.batteries.all())
    heard = [*found, *([] for _ in batteries[len(found) :])]
    return [*zip(batteries, heard, strict=True)][::-1]


def _ids(name: str) -> str:
    """Fields of one name stand in several forms of the page."""
    return f"id_{name}_%s"


def _in_confidence(viewer: Viewer, dispute: Dispute) -> bool:
    seats = seats_of(dispute=dispute)
    return any(
        one.side is not Side.REVIEWER and one.organization.id in viewer.roles for one in seats
    )
