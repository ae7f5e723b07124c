"""The ledger: how the log stands, the viewer's entries, one entry with its proof, bundles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.rate_limits import costly
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.audits.services import bundle_take
from compliance.domain.errors import NotFoundError
from compliance.domain.readings import Seen
from compliance.domain.tlog.errors import TlogError
from compliance.ledger.selectors import (
    State,
    entry_list,
    log_state,
    openings_of,
)
from compliance.ledger.services import entry_take
from compliance.portal.paging import paged
from compliance.portal.viewing import for_viewer, page

if TYPE_CHECKING:
    from compliance.ledger.models import Entry


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Who vouches for the log, and every entry that the viewer may read."""
    list_reading_tell(viewer=viewer, what=Seen.ENTRIES)
    return page(
        request,
        viewer,
        "portal/ledger/index.html",
        state=_state(),
        entries=paged(request, _named(entry_list(viewer=viewer))),
    )


@require_safe
@for_viewer
def entry(request: HttpRequest, viewer: Viewer, index: int) -> HttpResponse:
    """An entry: what the log says, what opens it, and what proves it."""
    included = entry_take(viewer=viewer, index=index)
    openings = openings_of(included.entry)
    erased = sorted(set(included.entry.event.commitments) - {one.path for one in openings})
    return page(
        request,
        viewer,
        "portal/ledger/entry.html",
        included=included,
        entry=included.entry,
        body=bytes(included.entry.body).decode(),
        leaf_hash=bytes(included.entry.leaf_hash).hex(),
        openings=openings,
        erased=erased,
    )


@require_safe
@for_viewer
def proof(request: HttpRequest, viewer: Viewer, index: int) -> HttpResponse:
    """The entry's proof as c2sp.org/tlog-proof has it, as a file, which brings the entry along."""
    included = entry_take(viewer=viewer, index=index)
    found = replace(included.tlog_proof, extra=bytes(included.entry.body))
    return download(found.encode(), f"entry-{index}.tlog-proof", "text/plain; charset=utf-8")


@costly
@require_safe
@for_viewer
def bundle(request: HttpRequest, viewer: Viewer, result_id: UUID) -> HttpResponse:
    """The file that proves a result to somebody offline."""
    content = bundle_take(viewer=viewer, result_id=result_id)
    return download(content, f"assay-{result_id}.zip", "application/zip")


def _named(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.select_related("event__model__organization")


def _state() -> State | None:
    try:
        return log_state()
    except (NotFoundError, TlogError):  # nothing signed yet, or nothing that can be read
        return None


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=named)
