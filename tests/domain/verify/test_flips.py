"""No bit of a bundle is without meaning: whichever is flipped, the verifier refuses."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.dsse import parse_envelope
from compliance.domain.statements import StatementError
from compliance.domain.tlog.errors import FormatError
from compliance.domain.verify.archive import PARTS, read_archive, write_archive
from compliance.domain.verify.bundle import bundle_build
from compliance.domain.verify.page import page_html
from compliance.domain.verify.rules import Outcome, verify
from tests.domain.verify.bundles import SmallLog, bundle

LOG = SmallLog()
SMALL = bundle_build(bundle(LOG, count=2, asked=2))
TRUST = LOG.trust
RANDOM_FLIPS = 10_000
STRIDE = 5
"""Every fifth byte: all of them take half a minute."""


def accepted(data: bytes) -> bool:
    return all(step.outcome is Outcome.HOLDS for step in verify(data, TRUST))


def flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_every_single_bit_of_a_small_bundle() -> None:
    assert accepted(SMALL)
    missed = [place for place in range(8 * len(SMALL)) if accepted(flipped(SMALL, place))]
    assert missed == []


def test_bytes_of_its_parts_where_an_attacker_writes_archive_and_page_anew() -> None:
    """What is left are signatures, digests and strict readers.

    Nothing signs, and nobody trusts, the policy that the operator claims and lines of the
    checkpoint that no trusted key made: those alone may change.
    """
    parts, draw = read_archive(SMALL), random.Random(5)  # noqa: S311
    del parts["index.html"]
    missed = []
    for name in parts.keys() - {"policy.txt"}:
        for place in range(draw.randrange(STRIDE), len(parts[name]), STRIDE):
            changed = flipped(parts[name], 8 * place + draw.randrange(8))
            if accepted(forged(parts | {name: changed})):
                missed.append((name, place))
    lines = parts["entry.tlog-proof"]
    starts = [place for place in range(len(lines)) if lines.startswith("— ".encode(), place)]
    spans = [range(start, lines.index(b"\n", start)) for start in starts]
    assert [name for name, _ in missed if name != "entry.tlog-proof"] == []
    assert all(any(place in span for span in spans) for _, place in missed)


def forged(parts: dict[str, bytes]) -> bytes:
    """The archive of these parts with the page that fits them."""
    try:
        statement = parse_envelope(parts["attestation.dsse.json"]).payload
        page = page_html(statement, parts)
    except (FormatError, StatementError):
        page = b""
    return write_archive({"index.html": page, **parts})


@pytest.mark.faults
def test_random_bits_of_a_large_bundle() -> None:
    large = bundle_build(bundle(LOG, count=2_000, asked=2_000))
    draw = random.Random(6)  # noqa: S311
    assert accepted(large)
    for _ in range(RANDOM_FLIPS):
        assert not accepted(flipped(large, draw.randrange(8 * len(large))))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=2_000))
def test_no_bytes_are_a_bundle_or_make_it_fail(data: bytes) -> None:
    assert not accepted(data)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from([*PARTS]), st.binary(max_size=300))
def test_no_content_of_a_part_makes_it_fail(name: str, content: bytes) -> None:
    parts = read_archive(SMALL)
    list(verify(write_archive(parts | {name: content}), TRUST))
    list(verify(write_archive(parts | {name: parts[name][:200] + content}), TRUST))
