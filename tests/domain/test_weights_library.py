"""The strict header parser against the safetensors library itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
import safetensors
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from compliance.domain.errors import InvalidInputError
from compliance.domain.weights import artifacts_digest, header_length, parse_header

WHOLE = save(
    {
        "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.zeros((0, 4), dtype=np.float16),
        "c": np.ones(3, dtype=np.int8),
    },
    metadata={"format": "pt"},
)
LENGTH = int.from_bytes(WHOLE[:8], "little")


def accepted(content: bytes) -> list[str] | None:
    """The tensor names that the strict parser reads, or None where it refuses."""
    try:
        length = header_length(content[:8], name="m", file_size=len(content), field="model")
        header = content[8 : 8 + length]
        entries = parse_header(header, name="m", file_size=len(content), field="model")
    except InvalidInputError:
        return None
    return [entry.name for entry in entries]


def with_header(header: bytes, body: bytes = WHOLE[8 + LENGTH :]) -> bytes:
    return len(header).to_bytes(8, "little") + header + body


def test_what_the_library_writes_is_accepted() -> None:
    assert sorted(accepted(WHOLE) or []) == ["a.weight", "b", "c"]


def test_a_name_that_stands_twice_passes_the_library_but_not_this_parser() -> None:
    """Why the parser is there: the library lets the last of two equal names win."""
    entry = '"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    doubled = with_header(f"{{{entry},{entry}}}".encode(), b"\x00" * 4)
    assert [name for name, _ in safetensors.deserialize(doubled)] == ["w"]
    assert accepted(doubled) is None


@settings(max_examples=300, deadline=None)
@given(
    position=st.integers(0, 7 + LENGTH),
    replacement=st.binary(min_size=0, max_size=4),
    removed=st.integers(0, 4),
)
@example(position=7 + LENGTH, replacement=b"\x00", removed=0)
def test_whatever_the_parser_accepts_the_library_reads_alike(
    position: int, replacement: bytes, removed: int
) -> None:
    changed = WHOLE[:position] + replacement + WHOLE[position + removed :]
    names = accepted(changed)
    if names is not None:
        assert sorted(names) == sorted(name for name, _ in safetensors.deserialize(changed))


@pytest.mark.parametrize(
    "header",
    [
        json.dumps({"__metadata__": {"format": 1}}).encode(),
        json.dumps({"__metadata__": "pt"}).encode(),
        json.dumps({"w": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}).encode("utf-16"),
        b'{"w": 3}',
        b'{"w": {"dtype": [], "shape": [], "data_offsets": [0, 0]}}',
    ],
)
def test_headers_that_only_a_lenient_reader_would_take_are_refused(header: bytes) -> None:
    assert accepted(with_header(header, b"")) is None


def test_the_digest_of_a_set_of_files_knows_names_bytes_and_nothing_of_order() -> None:
    one = artifacts_digest({"a": "0" * 64, "b": "1" * 64})
    assert one == artifacts_digest({"b": "1" * 64, "a": "0" * 64})
    assert one != artifacts_digest({"a": "1" * 64, "b": "0" * 64})
    assert one != artifacts_digest({"a": "0" * 64, "c": "1" * 64})
