"""Dangerous acts: what nobody does without having proved a moment ago that it is they.

A session that was left open, or stolen, must not be enough. Changing one's own password, passkeys,
authenticator and recovery codes is guarded by allauth in the same way. API tokens are exempt: they
are held by programs, which have no password to type, and are scoped and revoked instead.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


class DangerousAct(StrEnum):
    """Every act that asks for it."""

    GRANT = "let somebody read a record, or stop it"
    TOKEN = "issue or revoke an API token"  # noqa: S105 - a sentence
    ERASE = "erase values of the record"
    INVITE = "invite somebody with a role"
    MEMBERSHIP = "change or end somebody's membership"
    PERSON = "change how a person signs in, or whether they are staff"
    IDENTITY_PROVIDER = "change whom an organization lets sign in"
    RULING = "rule on a dispute"


def confirmed(request: HttpRequest) -> bool:
    """Whether the person proved within the last five minutes that it is they."""
    return bool(did_recently_reauthenticate(request))


def confirmation_demand(request: HttpRequest) -> HttpResponse:
    """Ask for the proof; afterwards the person is back where they were.

    Raises:
        ReauthenticationRequired: always, but for htmx; allauth keeps a POST and repeats it.
    """
    if "HX-Request" not in request.headers:
        raise ReauthenticationRequired
    here = urlsplit(request.headers.get("HX-Current-URL", "/")).path
    there = f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}"
    return HttpResponse(headers={"HX-Redirect": there})


def sudo(act: DangerousAct, *, looking: bool = True) -> Callable[[View[Rest]], View[Rest]]:
    """Let a view be reached only by somebody who confirmed; outside all but the method check.

    Whoever is not signed in is left to the view, which sends them to sign in.

    Args:
        looking: whether a GET is asked too; not where the page also shows what there is.
    """

    def guard(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            asked = looking or request.method == "POST"
            if asked and request.user.is_authenticated and not confirmed(request):
                return confirmation_demand(request)
            return view(request, *args, **kwargs)

        inner.dangerous = act  # type: ignore[attr-defined]
        return inner

    return guard
