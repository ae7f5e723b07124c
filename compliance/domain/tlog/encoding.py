"""Base64 and decimal numbers with exactly one way to write each value.

Decoders that ignore stray characters or the unused bits before ``=`` let somebody change a file
without changing what it says. RFC 4648, section 3.5, allows to refuse that.
"""

from __future__ import annotations

import base64
import binascii
import re

from compliance.domain.tlog.errors import FormatError

MAX_SIZE = 2**63 - 1
"""Largest tree size, index and time: what PostgreSQL, SQLite and Go's tlog can hold."""
HASH_BYTES = 32
_SHOWN = 80
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def shown(name: str) -> str:
    """A name from outside for a message: short, quoted, and safe for every terminal."""
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")


def b64_encode(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def b64_decode(text: str, *, what: str) -> bytes:
    """The bytes of canonical standard base64.

    Raises:
        FormatError: any other way to write them, or no base64.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise FormatError(f"{what} is not base64") from error
    if b64_encode(data) != text:
        raise FormatError(f"{what} is not canonical base64")
    return data


def hash_decode(text: str, *, what: str) -> bytes:
    """A hash of 32 bytes in base64.

    Raises:
        FormatError: it is none.
    """
    data = b64_decode(text, what=what)
    if len(data) != HASH_BYTES:
        raise FormatError(f"{what} has {len(data)} bytes, not {HASH_BYTES}")
    return data


def decimal_decode(text: str, *, what: str) -> int:
    """A decimal number of 0 to 2^63-1 without sign and leading zeros.

    Raises:
        FormatError: it is none.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise FormatError(f"{what} is not a decimal number below 2^63 without leading zeros")
    return int(text)
