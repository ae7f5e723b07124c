"""Who must have a second factor, and the gate that lets nobody past without it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from compliance.accounts.models import Membership, User
from compliance.domain.rights import SECOND_FACTOR, SecondFactorFor
from compliance.domain.vocabulary import UserKind

_FACTORS = {
    SecondFactorFor.ROLES: (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN),
    SecondFactorFor.EVERYBODY: (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN),
    SecondFactorFor.PASSKEYS: (Authenticator.Type.WEBAUTHN,),
}
"""Recovery codes are no factor of their own: they stand in for one that was lost."""
_OPEN = ("/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/")
_INVITATION = "/invitations/"


def second_factor_missing(*, user: User) -> bool:
    """Whether ``user`` is asked for a second factor that they do not have."""
    asked = settings.MFA_REQUIRED
    if asked is SecondFactorFor.NOBODY:
        return False
    people = User.objects.filter(pk=user.pk, kind=UserKind.PERSON.value)  # machines have none
    if asked is SecondFactorFor.ROLES:
        roles = Membership.objects.filter(user=OuterRef("pk"), role__in=[*SECOND_FACTOR])
        people = people.filter(Q(is_staff=True) | Exists(roles))
    held = Authenticator.objects.filter(user=OuterRef("pk"), type__in=_FACTORS[asked])
    return people.filter(~Exists(held)).exists()


def passkey_unproved(request: HttpRequest) -> bool:
    """Whether this session began otherwise than by the passkey that is asked for.

    A code of an authenticator app that somebody still has, or a recovery code, lets a person set
    up or use a passkey and nothing else.
    """
    if settings.MFA_REQUIRED is not SecondFactorFor.PASSKEYS:
        return False
    records = get_authentication_records(request, request.user)
    return all(one.get("type") != Authenticator.Type.WEBAUTHN.value for one in records)


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
        unproved = user.is_authenticated and not missing and passkey_unproved(request)
        request.second_factor_missing = missing  # type: ignore[attr-defined]
        request.second_factor_owed = missing or unproved  # type: ignore[attr-defined]
        is_open = request.path.startswith(_OPEN) or request.path == _INVITATION
        if is_open or not (missing or unproved):
            return self._get_response(request)
        return _refusal(request, "mfa_index" if missing else "mfa_reauthenticate_webauthn")


def _refusal(request: HttpRequest, leads_to: str) -> HttpResponse:
    setup = reverse(leads_to)
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": "Not allowed",
            "status": int(HTTPStatus.FORBIDDEN),
            "detail": f"A second factor is asked for: see to it at {setup}.",
        }
        return JsonResponse(
            problem, status=HTTPStatus.FORBIDDEN, content_type="application/problem+json"
        )
    if "HX-Request" in request.headers:  # a redirect would be swapped into the page
        return HttpResponse(headers={"HX-Redirect": setup})
    return redirect(setup)
