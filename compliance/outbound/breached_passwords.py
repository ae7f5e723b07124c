"""Asking a service which breached passwords there are, without telling it one.

The service is asked for every password whose SHA-1 begins with five hexadecimal digits, of which it
knows hundreds, and pads its answer, so that its size says nothing either. Its protocol is that of
Pwned Passwords (haveibeenpwned.com/API/v3, "Searching by range"), of which mirrors may be run.
"""

from __future__ import annotations

import hashlib
import re

from compliance.outbound.client import Limits, OutboundClient, OutboundError

_LIMITS = Limits(attempts=2, seconds=5.0, longest_wait=1.0, body_bytes=1 << 20)
_TOLD = 5
_LINE = re.compile(r"([0-9A-F]{35}):(\d+)")


def times_breached(password: str, *, service: str) -> int:
    """How often a password was seen in breaches, by the service at this URL.

    The URL is the operator's own, and may be one inside the house.

    Raises:
        OutboundError: no answer, or none that is understood.
        InvalidInputError: the URL leads nowhere.
    """
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    url = f"{service.rstrip('/')}/{digest[:_TOLD]}"
    with OutboundClient(url, field="url", allow_internal=True, limits=_LIMITS) as client:
        answer = client.get(url, headers={"Add-Padding": "true"})
    if not answer.ok:
        raise OutboundError(f"the service of breached passwords answers {answer.status}")
    found = dict(map(_counted, answer.body.decode(errors="replace").split()))
    return found.get(digest[_TOLD:], 0)


def _counted(line: str) -> tuple[str, int]:
    understood = _LINE.fullmatch(line)
    if understood is None:
        raise OutboundError("the service of breached passwords answers what is no range")
    return understood[1], int(understood[2])
