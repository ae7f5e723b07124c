"""Policy packs: the list, one pack with its demands, adopting, dropping and scheduling it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.domain.errors import InvalidInputError, NotFoundError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.obligations.scheduling import proposal_of
from compliance.obligations.selectors import obligation_tally
from compliance.obligations.services import pack_schedule
from compliance.policies.selectors import (
    adopters,
    adoption_get,
    adoption_list,
    pack_get,
    pack_list,
)
from compliance.policies.services import pack_adopt, pack_drop
from compliance.portal.catalogue import titles
from compliance.portal.paging import paged, query_without_page
from compliance.portal.viewing import for_viewer, page


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Every pack, and who of the viewer's organizations holds themselves to it."""
    list_reading_tell(viewer=viewer, what=Seen.ADOPTIONS, whole=True)
    return page(
        request,
        viewer,
        "portal/policies/index.html",
        packs=paged(request, pack_list()),
        adoptions=list(adoption_list(viewer=viewer).filter(dropped_at__isnull=True)),
        query=query_without_page(request),
    )


@require_safe
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, pack_id: UUID) -> HttpResponse:
    """One version of a pack: what it demands, by which source, and what it leaves out."""
    list_reading_tell(viewer=viewer, what=Seen.ADOPTIONS, whole=True)
    row = pack_get(pack_id=pack_id)
    adoptions = list(adoption_list(viewer=viewer).filter(pack=row))
    live = [one for one in adoptions if one.dropped_at is None]
    held = {one.organization_id for one in live}
    return page(
        request,
        viewer,
        "portal/policies/detail.html",
        row=row,
        pack=row.pack,
        adoptions=live,
        tally=obligation_tally(viewer=viewer, adoptions=live, now=timezone.now()),
        dropped=[one for one in adoptions if one.dropped_at is not None],
        adopters=[one for one in adopters(viewer=viewer) if one.id not in held],
        acting={one for one in held if viewer.may(Action.ADOPT_PACK, one)},
        titles=titles(),
    )


@require_POST
@for_viewer
def adopt(request: HttpRequest, viewer: Viewer, pack_id: UUID) -> HttpResponse:
    """Hold an organization to a pack."""
    row = pack_get(pack_id=pack_id)
    adoption = pack_adopt(viewer=viewer, pack=row, organization_id=_organization(request))
    messages.success(
        request, f"{adoption.organization} holds itself to {row}. Its obligations follow at once."
    )
    return redirect("portal:adoption-plan", adoption.id)


@require_POST
@for_viewer
def drop(request: HttpRequest, viewer: Viewer, adoption_id: UUID) -> HttpResponse:
    """Hold an organization to a pack no longer."""
    adoption = adoption_get(viewer=viewer, adoption_id=adoption_id)
    pack_drop(viewer=viewer, adoption=adoption)
    messages.success(
        request, f"{adoption.pack} was dropped. Schedules made for it stand until they are paused."
    )
    return redirect("portal:policy", adoption.pack_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def plan(request: HttpRequest, viewer: Viewer, adoption_id: UUID) -> HttpResponse:
    """The schedules that a pack asks for: first to be looked at, then made by one button."""
    adoption = adoption_get(viewer=viewer, adoption_id=adoption_id)
    viewer.require(Action.SCHEDULE, adoption.organization_id)
    now, refused = timezone.now(), ""
    if request.method == "POST":
        try:
            made = pack_schedule(viewer=viewer, adoption=adoption, now=now)
        except InvalidInputError as error:
            refused = str(error)
        else:
            messages.success(request, f"{len(made)} schedules were made.")
            return redirect("portal:policy", adoption.pack_id)
    return page(
        request,
        viewer,
        "portal/policies/plan.html",
        status=422 if refused else 200,
        adoption=adoption,
        proposal=proposal_of(viewer=viewer, adoption=adoption, now=now),
        refused=refused,
        titles=titles(),
    )


def _organization(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("organization", ""))
    except ValueError as error:
        raise NotFoundError("there is no organization by that name that you may see") from error
