"""How often operations may be called, by whoever the token or session is of."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from compliance.accounts.rate_limits import address_of, call_count, organization_call_count


class CallThrottle(BaseThrottle):
    """Counts a call for its caller, then for the caller's organizations.

    A view whose attribute ``costly`` is true counts by the limit of costly calls too.
    """

    _wait = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        self._wait = call_count(
            user=request.user,
            address=address_of(request),
            writes=request.method not in SAFE_METHODS,
            costly=getattr(view, "costly", False),
        ) or organization_call_count(user=request.user)
        return not self._wait

    def wait(self) -> float | None:
        return self._wait or None
