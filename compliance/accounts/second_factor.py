"""Who must have a second factor, and the gate that lets nobody past without it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from compliance.accounts.models import Membership, User
from compliance.domain.rights import SECOND_FACTOR
from compliance.domain.vocabulary import UserKind

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes are no factor of their own: they stand in for one that was lost."""
_OPEN = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/")
_INVITATION = "/invitations/"


def second_factor_missing(*, user: User) -> bool:
    """Whether a role or the operator's staff asks ``user`` for a second factor they do not have."""
    if not settings.MFA_REQUIRED:
        return False
    roles = Membership.objects.filter(user=OuterRef("pk"), role__in=[*SECOND_FACTOR])
    held = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    asked = Q(is_staff=True) | Exists(roles)
    people = User.objects.filter(kind=UserKind.PERSON.value)  # a machine has no second factor
    return people.filter(asked, ~Exists(held), pk=user.pk).exists()


class SecondFactorGate:
    """Middleware: whoever lacks a second factor reaches only the pages that set one up.

    It judges sessions. A request with an API token has none, and its owner is judged where the
    token is looked up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        missing = user.is_authenticated and second_factor_missing(user=user)
        request.second_factor_missing = missing  # type: ignore[attr-defined]
        if missing and not request.path.startswith(_OPEN) and request.path != _INVITATION:
            return _refusal(request)
        return self._get_response(request)


def _refusal(request: HttpRequest) -> HttpResponse:
    setup = reverse("mfa_index")
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": "Not allowed",
            "status": int(HTTPStatus.FORBIDDEN),
            "detail": f"Your role asks for a second factor: set one up at {setup}.",
        }
        return JsonResponse(
            problem, status=HTTPStatus.FORBIDDEN, content_type="application/problem+json"
        )
    if "HX-Request" in request.headers:  # a redirect would be swapped into the page
        return HttpResponse(headers={"HX-Redirect": setup})
    return redirect(setup)
