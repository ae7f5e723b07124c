"""Time stamps by a real authority: OpenSSL's, behind HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.timestamps import TimestampError, roots_read, timestamp_verified
from compliance.outbound.client import OutboundError
from compliance.outbound.timestamps import Authority, Stamped, stamp
from tests.oracles import lacks
from tests.outbound.authority import authority_make, authority_serving

pytestmark = pytest.mark.skipif(lacks("openssl"), reason="there is no openssl here")
TEXT = b"log.example/assay\n5\nroot\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tsa") / "home"
    authority_make(found)
    return found


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with authority_serving(home) as found:
        yield found


@pytest.fixture(scope="module")
def authority(home: Path, url: str) -> Authority:
    return Authority(url, roots_read((home / "root.pem").read_bytes()), allow_internal=True)


@pytest.fixture(scope="module")
def stamped(authority: Authority) -> Stamped:
    return stamp(authority, TEXT)


def test_a_stamp_states_the_time_and_is_over_the_text(
    authority: Authority, stamped: Stamped
) -> None:
    assert abs(datetime.now(UTC) - stamped.at) < timedelta(minutes=5)
    assert timestamp_verified(stamped.response, TEXT, roots=authority.roots) == stamped.at
    with pytest.raises(TimestampError, match="does not hold"):
        timestamp_verified(stamped.response, TEXT + b" ", roots=authority.roots)


def test_another_authoritys_root_does_not_count(stamped: Stamped, tmp_path: Path) -> None:
    other = roots_read(authority_make(tmp_path / "other").read_bytes())
    with pytest.raises(TimestampError, match="does not hold"):
        timestamp_verified(stamped.response, TEXT, roots=other)


def test_no_bit_of_a_stamp_changes_what_it_says(authority: Authority, stamped: Stamped) -> None:
    """A changed stamp is refused, or (in what no signature covers) says the same."""
    for place in range(0, len(stamped.response), 7):
        changed = bytearray(stamped.response)
        changed[place] ^= 1 << (place % 8)
        try:
            at = timestamp_verified(bytes(changed), TEXT, roots=authority.roots)
        except TimestampError:
            continue
        assert at == stamped.at


@pytest.mark.parametrize("response", [b"", b"0", b"\x30\x80", bytes(70_000), b"\x30" * 1_000])
def test_what_is_no_stamp_is_refused(authority: Authority, response: bytes) -> None:
    with pytest.raises(TimestampError):
        timestamp_verified(response, TEXT, roots=authority.roots)


def test_an_old_answer_is_not_taken_for_a_new_one(authority: Authority, stamped: Stamped) -> None:
    replaying = Authority(f"{authority.url}/replay", authority.roots, allow_internal=True)
    with pytest.raises(TimestampError, match="Nonce"):
        stamp(replaying, TEXT)


def test_an_authority_that_is_down_gives_none(authority: Authority) -> None:
    down = Authority(f"{authority.url}/down", authority.roots, allow_internal=True)
    with pytest.raises((OutboundError, TimestampError)):
        stamp(down, TEXT)


def test_an_internal_address_is_not_asked(authority: Authority) -> None:
    with pytest.raises(InvalidInputError):
        stamp(Authority(authority.url, authority.roots), TEXT)


def test_what_is_no_certificate_is_refused() -> None:
    with pytest.raises(TimestampError, match="no certificate"):
        roots_read(b"-----BEGIN CERTIFICATE-----\n")
