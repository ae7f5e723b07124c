"""What a log makes of a witness's answers, and the whole way through the outbound client."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.tlog.cosignature import sign
from compliance.domain.tlog.witness_client import (
    AskAgain,
    Cosigned,
    Failed,
    Problem,
    outcome_of,
    request_from,
)
from compliance.outbound.witnesses import WitnessAddress, cosign
from compliance.witness.home import Home
from compliance.witness.server import WitnessServer
from compliance.witness.service import Witness
from tests.domain.tlog.keys import QUANTUM, WITNESS, private
from tests.witness.logs import GrowingLog

LOG = GrowingLog().grow(20)
KEYS = [private("w.example", WITNESS), private("w.example", QUANTUM)]
VKEYS = [one.key for one in KEYS]
REQUEST = request_from(LOG.head(9), old=4, read=LOG)
HEAD = REQUEST.checkpoint.checkpoint


def test_a_good_answer_is_verified_and_strangers_lines_are_dropped() -> None:
    lines = [sign(one, HEAD, time=77 + at) for at, one in enumerate(KEYS)]
    stranger = sign(private("s.example", WITNESS), HEAD, time=5)
    body = "".join(one.line for one in [stranger, *lines]).encode()
    found = outcome_of(REQUEST, VKEYS, status=200, body=body)
    assert found == Cosigned(tuple(lines), 77)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"hello\n",
        sign(private("s.example", WITNESS), HEAD, time=5).line.encode(),
        sign(KEYS[0], LOG.head(8).checkpoint, time=5).line.encode(),
        sign(KEYS[0], HEAD, time=0).line.encode(),
        (sign(KEYS[0], HEAD, time=5).line + sign(KEYS[1], HEAD, time=0).line).encode(),
    ],
)
def test_an_answer_without_a_sound_cosignature_is_broken(body: bytes) -> None:
    found = outcome_of(REQUEST, VKEYS, status=200, body=body)
    assert isinstance(found, Failed)
    assert found.problem is Problem.BROKEN


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (409, b"10\n", Problem.AHEAD),
        (409, b"4\n", Problem.BROKEN),
        (409, b"four\n", Problem.BROKEN),
        (409, b"", Problem.BROKEN),
        (422, b"", Problem.DISAGREES),
        (404, b"", Problem.UNKNOWN_LOG),
        (403, b"", Problem.UNTRUSTED_KEY),
        (400, b"", Problem.BROKEN),
        (302, b"", Problem.BROKEN),
        (429, b"", Problem.UNAVAILABLE),
        (500, b"", Problem.UNAVAILABLE),
        (503, b"", Problem.UNAVAILABLE),
    ],
)
def test_what_a_refusal_means(status: int, body: bytes, problem: Problem) -> None:
    found = outcome_of(REQUEST, VKEYS, status=status, body=body)
    assert isinstance(found, Failed)
    assert found.problem is problem


@pytest.mark.parametrize("size", [0, 3, 9])
def test_another_size_is_asked_from_again(size: int) -> None:
    assert outcome_of(REQUEST, VKEYS, status=409, body=b"%d\n" % size) == AskAgain(size)


@given(status=st.integers(100, 599), body=st.binary(max_size=60))
def test_no_answer_is_taken_for_a_cosignature(status: int, body: bytes) -> None:
    assert not isinstance(outcome_of(REQUEST, VKEYS, status=status, body=body), Cosigned)


def address(server: WitnessServer, home: Home) -> WitnessAddress:
    keys = [one.key for one in home.keys]
    return WitnessAddress("w1", f"http://127.0.0.1:{server.server_port}/", keys, True)


def test_a_log_that_forgot_the_witnesss_size_still_gets_cosigned(
    server: WitnessServer, home: Home, log: GrowingLog
) -> None:
    where = address(server, home)
    for size in (5, 5, 9, 300):
        found = cosign(where, log.head(size), old=0, read=log)
        assert isinstance(found, Cosigned), found
        assert len(found.lines) == 2


def test_a_log_that_was_rolled_back_or_forked_is_told(
    server: WitnessServer, home: Home, log: GrowingLog
) -> None:
    where = address(server, home)
    cosign(where, log.head(9), old=0, read=log)
    behind = cosign(where, log.head(6), old=0, read=log)
    assert isinstance(behind, Failed)
    assert (behind.problem, behind.size) == (Problem.AHEAD, 9)
    liar = GrowingLog("lie")
    for size in (9, 12):
        forked = cosign(where, liar.head(size), old=0, read=liar)
        assert isinstance(forked, Failed)
        assert forked.problem is Problem.DISAGREES


def test_a_witness_that_is_down_or_inside_the_house_is_a_failure_and_no_error(
    server: WitnessServer, home: Home, witness: Witness, log: GrowingLog
) -> None:
    inside = WitnessAddress("w1", f"http://127.0.0.1:{server.server_port}", [home.keys[0].key])
    found = cosign(inside, log.head(5), old=0, read=log)
    assert isinstance(found, Failed)
    assert "internal address" in found.detail
    server.server_close()
    where = address(server, home)
    down = cosign(where, log.head(5), old=0, read=log)
    assert isinstance(down, Failed)
    assert down.problem is Problem.UNAVAILABLE
