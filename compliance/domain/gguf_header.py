"""The header of a GGUF file, walked strictly before any library reads it.

The library builds Python objects for each key, element and tensor that a header claims, and other
readers allocated what it claimed (llama.cpp CVE-2025-53630, Ollama CVE-2026-7482). Here a claim
is compared with a limit and with the bytes that are there, and nothing is built from it.
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from math import prod

MAX_HEADER_BYTES = 64 << 20
MAX_KEYS = 4_096
MAX_STRING_BYTES = 1 << 20
MAX_ELEMENTS = 1 << 21
"""Of one array. The most that were seen: 514,906 merges beside 262,144 tokens (Gemma 3)."""
MAX_TENSORS = 100_000
MAX_KEY_BYTES = (1 << 16) - 1  # these three: the format's own
MAX_TENSOR_NAME_BYTES = 64
MAX_DIMENSIONS = 4

_VERSIONS = (2, 3)
_STRING, _ARRAY = 8, 9
_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_U32, _U64, _HEAD = struct.Struct("<I"), struct.Struct("<Q"), struct.Struct("<4sIQQ")
_BITS_PER_WEIGHT = 1
"""Fewer than any of ggml's types has; the exact size of a tensor is the library's to check."""


class GgufError(ValueError):
    """The header is unsound, or claims more than the limits allow."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a header names, in its order."""

    keys: tuple[str, ...]
    tensors: tuple[str, ...]


@dataclass(slots=True)
class _Cursor:
    """Reads on from a place in the header's bytes; beyond their end is an error."""

    data: bytes
    at: int = 0
    seen: set[str] = field(default_factory=set)

    def number(self, form: struct.Struct) -> int:
        (found,) = form.unpack_from(self.data, self.at)
        self.at += form.size
        return int(found)

    def count(self, most: int, what: str) -> int:
        found = self.number(_U64)
        if found > most:
            raise GgufError(f"it claims {found} {what}, over {most}")
        return found

    def skip(self, size: int) -> None:
        self.at += size
        if self.at > len(self.data):
            raise GgufError("its header ends in the middle")

    def name(self, most: int, what: str) -> str:
        length = self.count(most, f"bytes in the name of a {what}")
        self.skip(length)
        found = self.data[self.at - length : self.at].decode()
        if not found or found in self.seen:
            raise GgufError(f"a {what} has no name, or one that stands twice")
        self.seen.add(found)
        return found


def gguf_header(data: bytes, *, file_size: int) -> GgufHeader:
    """Walk a header.

    Args:
        data: the file's first bytes, up to ``MAX_HEADER_BYTES``.
        file_size: in bytes.

    Raises:
        GgufError: another version or byte order, a count, length or type beyond its limit, a name
            that stands twice, a tensor that does not fit the file, a header without an end.
    """
    try:
        _, version, tensors, keys = _HEAD.unpack_from(data)
        if version not in _VERSIONS:
            raise GgufError(f"its version is {version}, which is not one of {_VERSIONS}")
        if tensors > MAX_TENSORS or keys > MAX_KEYS:
            raise GgufError(f"it claims {tensors} tensors and {keys} keys")
        cursor = _Cursor(data, _HEAD.size)
        named = tuple(_key(cursor) for _ in range(keys))
        cursor.seen = set()
        found = [_tensor(cursor) for _ in range(tensors)]
    except (struct.error, UnicodeDecodeError) as error:
        raise GgufError(f"its header cannot be read ({error})") from error
    room = file_size - cursor.at
    for name, offset, elements in found:
        if offset > room or elements * _BITS_PER_WEIGHT > 8 * (room - offset):
            raise GgufError(f"the tensor '{name}' is larger than the file")
    return GgufHeader(named, tuple(name for name, _, _ in found))


def _key(cursor: _Cursor) -> str:
    name = cursor.name(MAX_KEY_BYTES, "key")
    _value(cursor, cursor.number(_U32))
    return name


def _value(cursor: _Cursor, kind: int) -> None:
    if kind != _ARRAY:
        _elements(cursor, kind, 1)
        return
    kind = cursor.number(_U32)
    if kind == _ARRAY:
        raise GgufError("an array holds arrays")
    _elements(cursor, kind, cursor.count(MAX_ELEMENTS, "elements of an array"))


def _elements(cursor: _Cursor, kind: int, count: int) -> None:
    if kind == _STRING:
        for _ in range(count):
            cursor.skip(cursor.count(MAX_STRING_BYTES, "bytes of a text"))
    elif kind in _SCALAR_BYTES:
        cursor.skip(count * _SCALAR_BYTES[kind])
    else:
        raise GgufError(f"a value is of type {kind}, which there is not")


def _tensor(cursor: _Cursor) -> tuple[str, int, int]:
    """Name, offset of its bytes from the end of the header, number of weights."""
    name = cursor.name(MAX_TENSOR_NAME_BYTES, "tensor")
    dimensions = cursor.number(_U32)
    if dimensions > MAX_DIMENSIONS:
        raise GgufError(f"the tensor '{name}' has {dimensions} dimensions")
    elements = prod(cursor.number(_U64) for _ in range(dimensions))
    cursor.skip(_U32.size)  # its type
    return name, cursor.number(_U64), elements
