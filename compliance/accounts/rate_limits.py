"""How often somebody may call, counted exactly over all web processes.

The throttles of REST framework and the limits of allauth read a history and write it back, so that
two processes that count at the same moment count one. Here PostgreSQL counts in one statement, on a
table that is not logged: it costs no flush of the disk, and a crash of the server forgets it.

A limit is a rate a minute, all of which may be used at once; what was used comes back evenly. For
each caller one moment is kept: the theoretical arrival time of the generic cell rate algorithm
(ITU-T I.371, virtual scheduling).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from compliance.accounts.models import Membership, RateLimit, User

Rest = ParamSpec("Rest")

WINDOW_SECONDS = 60.0
_IPV6_PREFIX = 64
"""What one subscriber is given at least (RFC 6177, 2)."""
# A call moves its caller's moment on by its share of the window, unless that leads beyond the
# window; where ``old`` is ``new`` it did.
_COUNT = """
INSERT INTO accounts_ratelimit AS held (key, arrival)
SELECT asked.key, statement_timestamp() + make_interval(secs => asked.share)
FROM unnest(%(keys)s::text[], %(shares)s::float8[]) AS asked(key, share) ORDER BY asked.key
ON CONFLICT (key) DO UPDATE SET arrival = CASE
    WHEN greatest(held.arrival, statement_timestamp()) + (EXCLUDED.arrival - statement_timestamp())
        <= statement_timestamp() + make_interval(secs => %(window)s)
    THEN greatest(held.arrival, statement_timestamp())
        + (EXCLUDED.arrival - statement_timestamp())
    ELSE held.arrival END
RETURNING new.key, old.arrival IS NOT DISTINCT FROM new.arrival,
    extract(epoch FROM new.arrival - statement_timestamp())::float8
"""


def costly(view: Callable[Rest, HttpResponse]) -> Callable[Rest, HttpResponse]:
    """Mark a view that computes or hands out much: a limit of its own holds for all such."""
    view.costly = True  # type: ignore[attr-defined]
    return view


def call_count(
    *, user: User | AnonymousUser, address: str, writes: bool = False, costly: bool = False
) -> float:
    """Count a call; returns the seconds to wait before the next, or 0 where this one may go on.

    Nobody's tokens have limits of their own: more tokens are no more calls.

    Args:
        address: as ``address_of`` gives it; counts where nobody is signed in.
        writes: whether the call may change the record.
        costly: whether it computes or hands out much.
    """
    who = f"user:{user.pk}" if user.is_authenticated else f"address:{address}"
    calls = settings.RATE_LIMITS["calls" if user.is_authenticated else "anonymous"]
    limits = {who: calls}
    limits |= {f"writes:{who}": settings.RATE_LIMITS["writes"]} if writes else {}
    limits |= {f"costly:{who}": settings.RATE_LIMITS["costly"]} if costly else {}
    return _counted(limits)


def organization_call_count(*, user: User | AnonymousUser) -> float:
    """Count a call for the caller's organizations, whose people and machines share a limit."""
    shared = settings.RATE_LIMITS["organization"]
    if not shared or not user.is_authenticated:
        return 0.0
    own = Membership.objects.filter(user=user.pk).values_list("organization_id", flat=True)
    return _counted({f"organization:{one}": shared for one in own})


def address_of(request: HttpRequest) -> str:
    """Where a call comes from; of IPv6 the network that one subscriber has.

    Empty where the address is unknown, as behind a socket: such calls share a limit.
    """
    try:
        found = ipaddress.ip_address(get_adapter().get_client_ip(request))
    except (PermissionDenied, ValueError):
        return ""
    if found.version == 6:
        return str(ipaddress.ip_network((found, _IPV6_PREFIX), strict=False))
    return str(found)


@transaction.atomic
def rate_limits_forget() -> int:
    """Remove who has not called for so long that nothing of it counts; returns how many."""
    idle = RateLimit.objects.filter(arrival__lt=Now()).select_for_update(skip_locked=True)
    return RateLimit.objects.filter(key__in=idle.values("key")).delete()[0]


def _counted(limits: Mapping[str, int]) -> float:
    """Count one call by each key's limit a minute, of which 0 is none; returns seconds to wait."""
    shares = {key: WINDOW_SECONDS / limit for key, limit in limits.items() if limit}
    if not shares:
        return 0.0
    asked: dict[str, Any] = {
        "keys": [*shares],
        "shares": [*shares.values()],
        "window": WINDOW_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, asked)
        found = cursor.fetchall()
    waits = (ahead + shares[key] - WINDOW_SECONDS for key, refused, ahead in found if refused)
    return max(waits, default=0.0)
