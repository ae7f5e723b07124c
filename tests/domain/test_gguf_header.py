"""The header of a GGUF file is walked before a library reads it."""

from __future__ import annotations

from io import BytesIO
from struct import pack

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.gguf_header import (
    MAX_DIMENSIONS,
    MAX_ELEMENTS,
    MAX_KEYS,
    MAX_STRING_BYTES,
    MAX_TENSORS,
    GgufError,
    gguf_header,
)
from compliance.domain.weights import check_stream

U8, STRING, ARRAY = 0, 8, 9


def text(value: str) -> bytes:
    return pack("<Q", len(value.encode())) + value.encode()


def key(name: str, kind: int, value: bytes) -> bytes:
    return text(name) + pack("<I", kind) + value


def array(kind: int, count: int, elements: bytes) -> bytes:
    return pack("<IQ", kind, count) + elements


def tensor(name: str, *dimensions: int, offset: int = 0) -> bytes:
    shape = pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
    return text(name) + shape + pack("<IQ", 0, offset)


def header(*parts: bytes, tensors: int = 0, version: int = 3, keys: int | None = None) -> bytes:
    count = len(parts) - tensors if keys is None else keys
    return pack("<4sIQQ", b"GGUF", version, tensors, count) + b"".join(parts)


WORDS = key("tokens", ARRAY, array(STRING, 2, text("a") + text("ü")))
BYTES = key("types", ARRAY, array(U8, 3, b"abc"))
SOUND = header(key("name", STRING, text("tiny")), WORDS, BYTES, tensor("x", 2, 4), tensors=1)


def test_a_sound_header_names_its_keys_and_tensors() -> None:
    found = gguf_header(SOUND + bytes(32), file_size=len(SOUND) + 32)
    assert (found.keys, found.tensors) == (("name", "tokens", "types"), ("x",))
    check_stream(BytesIO(SOUND + bytes(32)), name="m.gguf", file_size=len(SOUND) + 32, field="f")


UNSOUND = {
    "another version": header(version=4),
    "the other byte order": header(version=3 << 24),
    "more keys than the limit": header(keys=MAX_KEYS + 1),
    "more tensors than the limit": header(tensors=MAX_TENSORS + 1, keys=0),
    "a count near 2^64": header(keys=2**64 - 1),
    "a key's name that never ends": header(pack("<Q", 1 << 16)),
    "a key without a name": header(key("", U8, b"a")),
    "a key that stands twice": header(key("a", U8, b"a"), key("a", U8, b"b")),
    "a name that is no UTF-8": header(pack("<Q", 1) + b"\xff" + pack("<I", U8) + b"a"),
    "a type that there is not": header(key("a", 13, b"abcdefgh")),
    "a text over the limit": header(key("a", STRING, pack("<Q", MAX_STRING_BYTES + 1))),
    "a text beyond the end": header(key("a", STRING, pack("<Q", 99) + b"short")),
    "an array over the limit": header(key("a", ARRAY, array(U8, MAX_ELEMENTS + 1, b""))),
    "an array beyond the end": header(key("a", ARRAY, array(U8, 99, b"short"))),
    "an array of arrays": header(key("a", ARRAY, array(ARRAY, 1, array(U8, 1, b"a")))),
    "an array of what is not": header(key("a", ARRAY, array(13, 1, b"a"))),
    "a tensor of many dimensions": header(tensor("x", *[1] * (MAX_DIMENSIONS + 1)), tensors=1),
    "a tensor with a long name": header(tensor("x" * 65, 1), tensors=1),
    "a tensor that stands twice": header(tensor("x", 1), tensor("x", 1), tensors=2),
    "a tensor larger than its file": header(tensor("x", 2**32, 2**31), tensors=1),
    "a tensor beyond its file": header(tensor("x", 1, offset=33), tensors=1),
    "sizes that overflow 64 bits": header(tensor("x", 2**63, 2**63, 2), tensors=1),
    "a header without an end": SOUND[:-1],
}


@pytest.mark.parametrize("data", UNSOUND.values(), ids=UNSOUND)
def test_what_is_unsound_or_over_a_limit_is_refused(data: bytes) -> None:
    rest = b"" if data == SOUND[:-1] else bytes(32)
    with pytest.raises(GgufError):
        gguf_header(data + rest, file_size=len(data) + len(rest))
    with pytest.raises(InvalidInputError, match=r"'m\.gguf' is not a sound GGUF file"):
        check_stream(
            BytesIO(data + rest), name="m.gguf", file_size=len(data) + len(rest), field="f"
        )


def test_every_prefix_of_a_header_is_refused() -> None:
    for length in range(len(SOUND)):
        with pytest.raises(GgufError):
            gguf_header(SOUND[:length], file_size=length)
