"""The gate in front of every page, which lets nobody call more often than a limit allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from compliance.accounts.rate_limits import address_of, call_count

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_HERE = ("/api/v1/", "/healthz", "/readyz", "/metrics")
"""Operations of the API count by whose token it is (``api.throttling``); supervisors are let be."""


class RateLimited:
    """Middleware: who calls too often is answered 429 (RFC 6585, 4), and when to come again.

    Whoever is signed in is counted as themselves, anybody else by their address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, named: object
    ) -> HttpResponse | None:
        """Answer in the view's place, or leave it to the view."""
        if request.path.startswith(_NOT_HERE):
            return None
        seconds = call_count(
            user=request.user,
            address=address_of(request),
            writes=request.method not in _SAFE,
            costly=getattr(view, "costly", False),
        )
        return _refusal(request, math.ceil(seconds)) if seconds else None


def _refusal(request: HttpRequest, seconds: int) -> HttpResponse:
    status, headers = HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)}
    if not request.path.startswith("/api/"):
        return HttpResponse(render_to_string("429.html"), status=status, headers=headers)
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": f"You call too often: come again in {seconds} s.",
    }
    return JsonResponse(
        problem, status=status, headers=headers, content_type="application/problem+json"
    )
