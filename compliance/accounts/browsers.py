"""Whether somebody has signed in by this browser before: a cookie that only says so."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

COOKIE_AGE = 400 * 24 * 3600
"""The longest that browsers keep a cookie (RFC 6265bis, 5.5)."""
_SALT = "assay.browser"
_FAILURES = "failed-sign-ins"
_LOCKED = "told-of-lockout"
_REMEMBERED_SECONDS = 24 * 3600


def browser_known(request: HttpRequest, user_id: object) -> bool:
    """Whether ``user_id`` has signed in by it within the cookie's life."""
    return _users(request).count(str(user_id)) > 0


def browser_remember(request: HttpRequest, response: HttpResponse, user_id: object) -> None:
    """Have the browser say next time that ``user_id`` signed in by it."""
    users = [str(user_id), *(one for one in _users(request) if one != str(user_id))]
    response.set_signed_cookie(
        settings.BROWSER_COOKIE_NAME,
        " ".join(users[:10]),
        salt=_SALT,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def failure_count(address: str) -> None:
    """One more attempt at ``address`` failed, whoever it is of, if anybody."""
    cache.set(_key(_FAILURES, address), failures_of(address) + 1, _REMEMBERED_SECONDS)


def failures_of(address: str) -> int:
    """Attempts at an address that failed since it last signed in, within a day."""
    return int(cache.get(_key(_FAILURES, address), 0))


def failures_forget(address: str) -> None:
    """It signed in."""
    cache.delete(_key(_FAILURES, address))


def lockout_first(address: str) -> bool:
    """Whether nothing was told within a day of attempts at ``address`` being refused."""
    return cache.add(_key(_LOCKED, address), True, _REMEMBERED_SECONDS)


def _key(what: str, address: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), address.casefold().encode(), hashlib.sha256)
    return f"{what}:{digest.hexdigest()}"


def _users(request: HttpRequest) -> list[str]:
    try:
        found = request.get_signed_cookie(
            settings.BROWSER_COOKIE_NAME, default="", salt=_SALT, max_age=COOKIE_AGE
        )
    except signing.BadSignature:
        return []
    return (found or "").split()
