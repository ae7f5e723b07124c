import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.strict_json import MAX_DEPTH, StrictJsonError, strict_json

BAD = {
    "a name twice": b'{"a": 1, "a": 1}',
    "a name twice below": b'[{"a": {"b": 1, "b": 2}}]',
    "a name twice by an escape": b'{"a": 1, "\\u0061": 2}',
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "a number like infinity": b"1e999",
    "an integer that readers round": b"9007199254740992",
    "an endless integer": b"1" * 5_000,
    "half a surrogate pair": b'"\\ud800"',
    "half a surrogate pair as a name": b'{"\\udc00": 1}',
    "a byte order mark": b"\xef\xbb\xbf1",
    "UTF-16": '"a"'.encode("utf-16"),
    "broken UTF-8": b'"\xff"',
    "a comment": b"1 // one",
    "two values": b"1 2",
    "nothing": b"",
    "too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "endless depth": b"[" * 100_000,
    "endless objects": b'{"a":' * 100_000,
    "too long": b'"' + b"a" * 1_000_000 + b'"',
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_two_readers_could_read_in_two_ways_is_refused(data: bytes) -> None:
    with pytest.raises(StrictJsonError):
        strict_json(data, max_bytes=1_000_000)


def test_the_limits_themselves_are_allowed() -> None:
    assert strict_json(b"9007199254740991", max_bytes=16) == 2**53 - 1
    assert strict_json(b'"\\ud83d\\ude00"', max_bytes=16) == "\U0001f600"
    deep = b"[" * MAX_DEPTH + b'"[[[["' + b"]" * MAX_DEPTH
    assert strict_json(deep, max_bytes=200) is not None
    many = json.dumps([{"a": '\\"[{'}] * 100).encode()
    assert strict_json(many, max_bytes=10_000) == [{"a": '\\"[{'}] * 100


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(JSON)
def test_everything_else_is_read_as_the_library_reads_it(value: object) -> None:
    data = json.dumps(value).encode()
    assert strict_json(data, max_bytes=10**6) == json.loads(data)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    try:
        strict_json(data, max_bytes=1_000)
    except StrictJsonError:
        return
    assert json.loads(data) is not ...
