"""Canonical JSON: the quick way writes what the library writes, or leaves it to the library."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.canonical import canonical_json

NUMBERS = st.floats() | st.floats(-1e3, 1e3) | st.integers(-(2**60), 2**60) | st.integers(-9, 9)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


def by_library(value: object) -> bytes | type[Exception]:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except rfc8785.CanonicalizationError as error:
        return type(error)


def by_us(value: object) -> bytes | type[Exception]:
    try:
        return canonical_json(value)
    except rfc8785.CanonicalizationError as error:
        return type(error)


@given(VALUES)
def test_the_bytes_are_the_librarys(value: object) -> None:
    assert by_us(value) == by_library(value)


@pytest.mark.parametrize(
    "value",
    [
        *(-0.0, 0.0, 1.0, 1e-4, 9.999e-5, 1e-7, 1e15, 1e15 - 0.5, 1e16, 1e21, 5e-324, 0.1 + 0.2),
        *(2**53 - 1, 2**53, -(2**53), True, float("nan"), float("inf")),
        *('\x00\x1f\x7f\u2028"\\/', "\ud800", {"\u00e9": 1, "\U0001f600": 2, "\ufb33": 3}),
        *({"b": 1, "a": [1.5, {"B": None, "A": ()}]}, {1: 2}, b"bytes", {"a": "\udfff"}),
    ],
    ids=repr,
)
def test_so_are_those_of_the_edges(value: object) -> None:
    assert by_us(value) == by_library(value)
