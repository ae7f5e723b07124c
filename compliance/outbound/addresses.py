"""Where a URL really leads: resolved once, judged, and pinned.

A name that is checked and then resolved again may lead elsewhere the second time (DNS
rebinding), so the address that was judged is the address that is connected to.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from compliance.domain.errors import InvalidInputError

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER = (
    ipaddress.ip_network("169.254.0.0/16"),
    ipaddress.ip_network("fe80::/10"),
    ipaddress.ip_network("fd00:ec2::254/128"),
)
"""Link-local addresses, where clouds keep their metadata and credentials."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Destination:
    """An origin with the address it was pinned to.

    Attributes:
        host: the name in the URL, for TLS and the Host header.
        address: the pinned address, in brackets where it is IPv6.
    """

    scheme: str
    host: str
    address: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, pinned address and port, ready for a path."""
        return f"{self.scheme}://{self.address}:{self.port}"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def resolve(url: str, *, field: str, allow_internal: bool) -> Destination:
    """The destination of ``url``, after judging every address that its name has.

    Args:
        field: what the caller calls the URL, for the error.
        allow_internal: allow loopback and private addresses; link-local stays refused.

    Raises:
        InvalidInputError: no http(s) URL, credentials in it, an unknown name, or an address
            that may not be reached.
    """
    scheme, host, port = _parts(url, field)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InvalidInputError(
            field=field, problem=f"the name '{host}' cannot be resolved", fix="Correct the URL"
        ) from error
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        judge(address, host, field=field, allow_internal=allow_internal)
    first = addresses[0]
    pinned = f"[{first}]" if first.version == 6 else str(first)
    return Destination(scheme, host, pinned, port)


def _parts(url: str, field: str) -> tuple[str, str, int]:
    if "\\" in url:  # a slash to browsers (WHATWG), part of a name to others: hosts that differ
        raise InvalidInputError(
            field=field, problem=f"'{url}' is no URL (a backslash)", fix="Write slashes"
        )
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise InvalidInputError(
            field=field, problem=f"'{url}' is no URL ({error})", fix="Correct it"
        ) from error
    if split.scheme not in _PORTS or not split.hostname:
        raise InvalidInputError(
            field=field,
            problem=f"'{url}' is no http or https URL",
            fix="Write it like https://host/v1",
        )
    if split.username is not None or split.password is not None:
        raise InvalidInputError(
            field=field,
            problem="the URL holds credentials, which would stand in the record",
            fix="Remove what stands before the @",
        )
    return split.scheme, split.hostname, _PORTS[split.scheme] if port is None else port


def judge(address: _Address, host: str = "", *, field: str, allow_internal: bool) -> None:
    """Refuse an address that may not be reached from here.

    Args:
        host: the name that led to it, if one did.
        field, allow_internal: see ``resolve``.

    Raises:
        InvalidInputError: it is internal, or of those that are never reached.
    """
    inner, said = _inner(address), f"'{host}'" if host else "it"
    never = any(inner.version == net.version and inner in net for net in _NEVER)
    if never or inner.is_multicast or inner.is_unspecified:
        raise InvalidInputError(
            field=field,
            problem=f"{said} leads to {address}, which is never reached from here",
            fix="Give the address of a server",
        )
    if not inner.is_global and not allow_internal:
        raise InvalidInputError(
            field=field,
            problem=f"{said} leads to the internal address {address}",
            fix="Give a public address, or have the operator allow internal ones",
        )


def _inner(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
