"""The transparency log as static files (c2sp.org/tlog-tiles), for everybody: no sign-in, no scope.

Entries hold opaque ids and salted commitments alone, so there is nothing to hide in them; whoever
mirrors these addresses holds a copy that nobody here can change.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.domain.timestamps import REPLY_TYPE
from compliance.ledger.selectors import (
    checkpoint_latest,
    checkpoint_note,
    setup_current,
    tile_get,
    timestamp_get,
)

_TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed tree head, with the cosignatures that it has so far."""
    found = checkpoint_latest()
    if found is None:
        raise Http404
    note = checkpoint_note(checkpoint=found)
    return HttpResponse(note, content_type=_TEXT, headers={"Cache-Control": "no-cache"})


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile of hashes, or a bundle of entries; neither ever changes."""
    found = tile_get(path=f"tile/{path}")
    if found is None:
        raise Http404
    cached = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(found, content_type="application/octet-stream", headers=cached)


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The log's keys and witnesses, as the operator says; trust in them comes from elsewhere."""
    found = setup_current()
    if found is None:
        raise Http404
    return HttpResponse(found.policy, content_type=_TEXT, headers={"Cache-Control": "no-cache"})


@require_safe
def timestamp(request: HttpRequest, size: int) -> HttpResponse:
    """A time stamp authority's answer (RFC 3161) over the text of the checkpoint of this size."""
    found = timestamp_get(size=size)
    if found is None:
        raise Http404
    cached = {"Cache-Control": "public, max-age=31536000, immutable"}
    return HttpResponse(bytes(found.response), content_type=REPLY_TYPE, headers=cached)
