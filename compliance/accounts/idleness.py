"""A session that nobody uses ends: what is left open is not left open for whoever comes by."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

_USED_AT = "used_at"
_GRAIN_SECONDS = 60
"""How exactly use is remembered: a session is written at most so often."""
_log = structlog.get_logger("assay.accounts")


class IdleEnd:
    """Middleware: after ``ASSAY_IDLE_MINUTES`` without a request a session is signed out.

    What an open page asks by itself (htmx) is no use. An API token has no session, and no end here.

    Source: NIST SP 800-63B-4, 2.2.3: at most an hour of inactivity at assurance level 2.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._judge(request, time.time())
        return self._get_response(request)

    def _judge(self, request: HttpRequest, now: float) -> None:
        used_at = request.session.get(_USED_AT, now)
        if settings.IDLE_SECONDS and now - used_at > settings.IDLE_SECONDS:
            _log.info("a session was idle", user=request.user.pk)
            logout(request)
            return
        by_itself = "HX-Request" in request.headers
        first = _USED_AT not in request.session
        if not by_itself and (first or now - used_at > _GRAIN_SECONDS):
            request.session[_USED_AT] = now
            listed = UserSession.objects.filter(session_key=request.session.session_key)
            listed.update(last_seen_at=datetime.fromtimestamp(now, UTC))
