"""What a signed-in person is shown is kept by no cache, their own browser's included."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_CLEAR = '"cache"'
"""Pages that the browser keeps to step back into; its storage holds the colour scheme alone."""


class NoStore:
    """Middleware: ``no-store`` (RFC 9111, 5.2.2.5) on whatever says nothing of caches itself.

    Somebody else at the same machine otherwise steps back into the pages of who has signed out.
    The answer that ends a session clears what was kept before (Clear Site Data, W3C).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began_signed_in = request.user.is_authenticated
        response = self._get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        if began_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = _CLEAR
        return response
