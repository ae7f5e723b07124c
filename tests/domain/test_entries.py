from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.canonical import canonical_json
from compliance.domain.entries import Entry, Link
from compliance.domain.errors import InvalidInputError

ENTRY = Entry(
    event=str(UUID(int=1)),
    type="model.registered",
    organization=str(UUID(int=2)),
    subject="model/x",
    occurred_at="2026-11-27T10:00:00+00:00",
    commitments={"slug": "ab" * 32},
    chain=Link(number=0, previous=""),
)


def test_an_entry_reads_back_as_it_was() -> None:
    assert Entry.from_bytes(ENTRY.to_bytes()) == ENTRY


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 2**53 - 1))
def test_an_entry_is_canonical_json(subject: str, number: int) -> None:
    link = Link(number=number, previous="ab" * 32 if number else "")
    entry = replace(ENTRY, subject=subject, chain=link)
    assert canonical_json(json.loads(entry.to_bytes())) == entry.to_bytes()
    assert Entry.from_bytes(entry.to_bytes()) == entry


def test_a_later_entry_names_the_one_before() -> None:
    body = ENTRY.to_bytes().replace(b'"number":0', b'"number":1')
    with pytest.raises(InvalidInputError, match="does not name the entry before"):
        Entry.from_bytes(body)


@given(st.integers(0, 8 * len(ENTRY.to_bytes()) - 1))
def test_any_flipped_bit_is_another_entry_or_none(bit: int) -> None:
    body = bytearray(ENTRY.to_bytes())
    body[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(InvalidInputError):
        assert Entry.from_bytes(bytes(body)) != ENTRY


@given(st.binary(max_size=200) | st.text().map(str.encode) | st.just(b"[]" * 99_999))
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        Entry.from_bytes(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"number":0', b'"number":0.0'),
        (b'"number":0', b'"number":false'),
        (b'{"chain"', b'{ "chain"'),
        (b'"format":"assay/entry/v1",', b'"format":"assay/entry/v1","format":"assay/entry/v1",'),
        (b"ab" * 32, b"AB" * 32),
        (b'"subject":"model/x"', b'"subject":1'),
    ],
)
def test_there_is_one_way_to_write_an_entry(old: bytes, new: bytes) -> None:
    assert old in ENTRY.to_bytes()
    with pytest.raises(InvalidInputError):
        Entry.from_bytes(ENTRY.to_bytes().replace(old, new))
