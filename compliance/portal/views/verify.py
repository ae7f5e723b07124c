"""Checking a bundle in the browser: a page without data, for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from compliance.accounts.selectors import Viewer
from compliance.portal.viewing import for_viewer, page

_TEMPLATE = "portal/verify.html"


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The same page whether or not somebody is signed in; what is checked never gets here."""
    if not request.user.is_authenticated:
        return render(request, _TEMPLATE)
    return _framed(request)


@for_viewer
def _framed(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    return page(request, viewer, _TEMPLATE)
