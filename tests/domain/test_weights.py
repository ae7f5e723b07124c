import json

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.weights import (
    header_length,
    parse_header,
    refuse_unsafe_name,
    refuse_unsafe_start,
)

GOOD = {
    "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
    "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]},
}


def parse(header: object, body: int = 22) -> list[str]:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    entries = parse_header(raw, name="m", file_size=8 + len(raw) + body, field="location")
    return [entry.name for entry in entries]


def test_a_sound_header_is_read_in_the_order_of_its_bytes() -> None:
    assert parse({"b": GOOD["b"], "a": GOOD["a"], "__metadata__": {"format": "pt"}}) == ["a", "b"]


BAD = {
    "a name that stands twice": b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
    b'"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    "not JSON": b"{",
    "NaN": b'{"a": NaN}',
    "a list": b"[]",
    "deep nesting": b"[" * 100_000,
    "a dtype nobody knows": {"a": GOOD["a"] | {"dtype": "PY"}, "b": GOOD["b"]},
    "an extra key": {"a": GOOD["a"] | {"x": 1}, "b": GOOD["b"]},
    "a shape that does not fit": {"a": GOOD["a"] | {"shape": [3, 3]}, "b": GOOD["b"]},
    "a negative dimension": {"a": GOOD["a"] | {"shape": [-2, -2]}, "b": GOOD["b"]},
    "a boolean dimension": {"a": GOOD["a"] | {"shape": [True, 4]}, "b": GOOD["b"]},
    "an overlap": {"a": GOOD["a"], "b": GOOD["b"] | {"data_offsets": [10, 16]}},
    "a hole": {"a": GOOD["a"], "b": GOOD["b"] | {"data_offsets": [17, 23]}},
    "a missing tail": {"a": GOOD["a"]},
    "missing offsets": {"a": {"dtype": "F32", "shape": [1]}},
}


@pytest.mark.parametrize("header", BAD.values(), ids=BAD.keys())
def test_an_unsound_header_is_refused_by_field(header: object) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(header)
    assert caught.value.field == "location"


@pytest.mark.parametrize(
    "first", [b"\xff" * 8, b"\x00" * 8, b"\x10", (1 << 25).to_bytes(8, "little")]
)
def test_an_absurd_header_length_is_refused_before_it_is_read(first: bytes) -> None:
    with pytest.raises(InvalidInputError):
        header_length(first, name="m", file_size=1 << 30, field="location")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "x.PT", "a.ckpt", "b.pkl", "modeling.py"])
def test_files_that_could_run_code_are_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"refused|code"):
        refuse_unsafe_name(name, field="model")


@pytest.mark.parametrize("start", [b"\x80\x04\x95\x00", b"PK\x03\x04"])
def test_a_pickle_under_another_name_is_refused(start: bytes) -> None:
    with pytest.raises(InvalidInputError, match="under another name"):
        refuse_unsafe_start("model.safetensors", start, field="model")


def test_a_gguf_name_without_its_magic_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not a GGUF"):
        refuse_unsafe_start("model.gguf", b"GGML1234", field="model")
