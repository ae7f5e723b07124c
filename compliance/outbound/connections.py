"""Connections that a library opens by itself, judged where Python opens them.

A library that brings its own HTTP client cannot be handed a pinned address. Python tells an audit
hook (PEP 578) of the address that a socket is about to connect to, after the name was resolved;
what is judged is what is connected to, whatever a name, a redirect or a proxy leads to.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from compliance.domain.errors import InvalidInputError
from compliance.outbound.addresses import judge

_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class RefusedConnectionError(OSError):
    """The address may not be reached from here."""


@dataclass(slots=True)
class Guard:
    """What was connected to inside a guarded block.

    Attributes:
        judged: how many addresses were asked for.
        refusals: why some were refused, in order.
    """

    allow_internal: bool
    judged: int = 0
    refusals: list[str] = field(default_factory=list)

    def check(self, address: object) -> None:
        """Refuse an address.

        Raises:
            RefusedConnectionError: it is internal, or no IP address at all.
        """
        self.judged += 1
        try:
            judge(_literal(address), field="url", allow_internal=self.allow_internal)
        except (InvalidInputError, ValueError) as error:
            why = error.problem if isinstance(error, InvalidInputError) else str(error)
            self.refusals.append(why)
            raise RefusedConnectionError(why) from error


_guard: ContextVar[Guard | None] = ContextVar("guard", default=None)


@contextmanager
def guarded(*, allow_internal: bool) -> Iterator[Guard]:
    """Judge every connection that is opened until the block ends.

    It holds in this thread and in threads that are handed its context; whoever calls a library
    that starts others must see that ``Guard.judged`` is what was expected.
    """
    _hook_add()
    token = _guard.set(guard := Guard(allow_internal))
    try:
        yield guard
    finally:
        _guard.reset(token)


@cache
def _hook_add() -> None:
    """Once a process: a hook cannot be taken away again."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _EVENTS and (guard := _guard.get()) is not None:
        guard.check(arguments[1])


def _literal(address: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IP address of a socket's address; a name would be resolved after it was judged."""
    if not isinstance(address, tuple):
        raise ValueError("it leads to something that is no internet address")  # noqa: TRY004
    return ipaddress.ip_address(str(address[0]).partition("%")[0])
