"""What every page does: find out who looks, draw it in the frame, tell errors as pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from compliance.accounts.selectors import Viewer, viewer_get
from compliance.alerts.selectors import alert_list
from compliance.domain.errors import (
    DamagedError,
    ErasedError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
)
from compliance.domain.rights import SecondFactorFor
from compliance.domain.vocabulary import AlertState
from compliance.ledger.selectors import log_alarms

Rest = ParamSpec("Rest")
Page = Callable[Concatenate[HttpRequest, Viewer, Rest], HttpResponse]
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]

_ERRORS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    NotFoundError: (HTTPStatus.NOT_FOUND, "Not found"),
    ErasedError: (HTTPStatus.GONE, "Erased"),
    DamagedError: (HTTPStatus.INTERNAL_SERVER_ERROR, "The record is damaged"),
    NotAllowedError: (HTTPStatus.FORBIDDEN, "Not allowed"),
    TransitionError: (HTTPStatus.CONFLICT, "Too late for that"),
}


def for_viewer(view: Page[Rest]) -> View[Rest]:
    """Call ``view`` with the viewer; people who are not signed in are sent to sign in.

    Errors that name a reason become a page with that one sentence.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_login(request)
        viewer = viewer_get(user=request.user, now=timezone.now())
        try:
            return view(request, viewer, *args, **kwargs)
        except tuple(_ERRORS) as error:
            status, heading = _ERRORS[type(error)]
            context = {"heading": heading, "sentence": sentence(error)}
            return page(request, viewer, "portal/error.html", status=status, **context)

    return inner


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: what every page in the portal's frame shows, whoever draws it.

    What is wrong with the log is told to everybody, signed in or not. Whoever still owes a second
    factor is shown no way on.
    """
    user = getattr(request, "user", None)
    owes = getattr(request, "second_factor_owed", False)
    everybody = {
        "mfa_required": _mfa_required(),
        "log_alarms": SimpleLazyObject(log_alarms),
    }
    if user is None or not user.is_authenticated or owes:
        return everybody
    viewer = cache(lambda: viewer_get(user=user, now=timezone.now()))
    return {
        **everybody,
        "viewer": SimpleLazyObject(viewer),
        "open_alerts": SimpleLazyObject(lambda: _open_alerts(viewer())),
    }


def _mfa_required() -> bool:
    return settings.MFA_REQUIRED is not SecondFactorFor.NOBODY


def page(
    request: HttpRequest,
    viewer: Viewer,
    template: str,
    *,
    status: int = HTTPStatus.OK,
    **context: object,
) -> HttpResponse:
    """A page in the portal's frame."""
    around = {"viewer": viewer, "open_alerts": _open_alerts(viewer)}
    return render(request, template, {**around, **context}, status=status)


def _open_alerts(viewer: Viewer) -> int:
    return alert_list(viewer=viewer).filter(state=AlertState.OPEN.value).count()


def fragment(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A part of a page, for htmx to put in place."""
    return render(request, template, context)


def sentence(error: Exception) -> str:
    """An error's message as one sentence."""
    said = str(error).strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def _to_login(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:  # a redirect would be swapped into the page
        return HttpResponse(headers={"HX-Redirect": reverse("account_login")})
    return redirect_to_login(request.get_full_path())
