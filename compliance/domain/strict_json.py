"""JSON as two readers must read alike: what the standard library lets pass is refused.

``json.loads`` takes a name that stands twice (the last one wins), NaN and infinities, and any depth
until the stack ends. A signed text that two readers read in two ways is signed for neither.

Source: RFC 8259, sections 4 and 6; RFC 7493 (I-JSON).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import cast

from compliance.domain.canonical import Json

MAX_DEPTH = 40
LARGEST_INTEGER = 2**53 - 1
"""Beyond it readers that know only double precision round (RFC 7493, section 2.2)."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class StrictJsonError(ValueError):
    """Bytes that are no JSON, or JSON that can be read in two ways."""


def strict_json(data: bytes, *, max_bytes: int) -> Json:
    """The value that ``data`` says.

    Raises:
        StrictJsonError: more than ``max_bytes``, no UTF-8 JSON, a byte order mark, a name twice,
            NaN, an infinity, an integer beyond 2^53 - 1, half a surrogate pair, or more than 40
            levels.
    """
    if len(data) > max_bytes:
        raise StrictJsonError(f"JSON of {len(data)} bytes is over the limit of {max_bytes}")
    text = _text(data)
    found, end = _scan(text, _SPACE.match(text).end())  # type: ignore[union-attr]
    if _SPACE.match(text, end).end() != len(text):  # type: ignore[union-attr]
        raise StrictJsonError("this is more than one JSON value")
    return found


def strict_json_fields(data: bytes, names: Sequence[str]) -> tuple[tuple[Json, bytes], ...]:
    """The values of ``{"first":…,"second":…}``, each with the very bytes that say it.

    Who compares those bytes with a digest of canonical JSON needs not write them again.

    Raises:
        StrictJsonError: as ``strict_json``, or an object that is written in another way.
    """
    text, at = _text(data), 0
    found: list[tuple[Json, bytes]] = []
    for name in names:
        start = f'{"," if found else "{"}"{name}":'
        if not text.startswith(start, at):
            raise StrictJsonError(f"an object begins with {start} here")
        at += len(start)
        value, end = _scan(text, at)
        found.append((value, text[at:end].encode()))
        at = end
    if text[at:] != "}":
        raise StrictJsonError("an object ends here")
    return tuple(found)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError("this is no UTF-8") from error
    _check_depth(text)
    return text


def _scan(text: str, at: int) -> tuple[Json, int]:
    """The value at a place, and where it ends."""
    try:
        found, end = _DECODER.raw_decode(text, at)
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise StrictJsonError(f"this is no JSON: {error}") from error
    _check_unicode(text[at:end], found)
    return cast(Json, found), end


def _check_depth(text: str) -> None:
    """An upper bound of the depth, from brackets outside strings, before anything recurses."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for one in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if one[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise StrictJsonError(f"JSON of more than {MAX_DEPTH} levels")


def _check_unicode(text: str, value: object) -> None:
    if "\\u" not in text:  # only an escape can hold half a surrogate pair
        return
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise StrictJsonError("half a surrogate pair is no text") from error


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise StrictJsonError(f"the name {twice!r} stands twice")
    return found


def _constant(word: str) -> object:
    raise StrictJsonError(f"{word} is no number")


def _float(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise StrictJsonError(f"{text} is larger than any number")
    return number


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:
        raise StrictJsonError(f"{text[:20]} is an integer beyond 2^53 - 1")
    return int(text)


_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer
)
