"""Canonical JSON (RFC 8785) and digests over it. For digests only, never for signatures."""

import hashlib
import json
from collections.abc import Iterable
from typing import TypeAlias

import rfc8785

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


def canonical_json(value: object) -> bytes:
    """The RFC 8785 bytes of ``value``.

    Raises:
        rfc8785.CanonicalizationError: NaN, infinities, integers beyond 2^53 or non-string keys.
    """
    try:  # by the standard library, which is ten times as quick, where it writes the same bytes
        return _ENCODER.encode(_plain(value)).encode()
    except (_NotPlainError, UnicodeEncodeError):  # the latter: half a surrogate pair, not to be had
        return rfc8785.dumps(value)  # type: ignore[arg-type]


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_LARGEST = 2**53 - 1
"""Integers above it are refused by RFC 8785, and by the library in its own words."""


class _NotPlainError(Exception):
    """A value that the standard library would write otherwise."""


def _plain(value: object) -> object:
    """An equal value that the standard library writes as RFC 8785 has it.

    Keys are in ASCII, which code points and UTF-16 order alike. Of numbers between 1e-4 and 1e15
    Python and ECMAScript write the shortest digits in the same form, but for a whole float's ".0".
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if isinstance(value, dict) and kind is dict:
        return {_plain_key(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple) and kind in {list, tuple}:
        return [_plain(one) for one in value]
    if isinstance(value, int | float) and kind in {int, float}:
        return _plain_number(value)
    raise _NotPlainError


def _plain_key(key: object) -> str:
    if type(key) is str and key.isascii():
        return key
    raise _NotPlainError


def _plain_number(value: float) -> float:
    if type(value) is int:
        if -_LARGEST <= value <= _LARGEST:
            return value
    elif value == 0.0 or 1e-4 <= abs(value) < 1e15:
        return int(value) if value.is_integer() else value
    raise _NotPlainError


def digest(value: object) -> str:
    """Lowercase hex SHA-256 of the canonical JSON of ``value``."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def digest_of_digests(digests: Iterable[str]) -> str:
    """Lowercase hex SHA-256 over an ordered sequence of hex digests; commits to the order too."""
    accumulator = hashlib.sha256()
    for one in digests:
        accumulator.update(bytes.fromhex(one))
    return accumulator.hexdigest()
