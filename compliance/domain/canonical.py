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
    if isinstance(value, str):  # most of what is digested one by one, and quicker so
        try:
            return json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            pass  # half a surrogate pair, which the library refuses in its own words
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def digest(value: object) -> str:
    """Lowercase hex SHA-256 of the canonical JSON of ``value``."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def digest_of_digests(digests: Iterable[str]) -> str:
    """Lowercase hex SHA-256 over an ordered sequence of hex digests; commits to the order too."""
    accumulator = hashlib.sha256()
    for one in digests:
        accumulator.update(bytes.fromhex(one))
    return accumulator.hexdigest()
