"""What a witness cosigns and what it refuses, status by status."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.tlog.checkpoint import Checkpoint, parse_checkpoint
from compliance.domain.tlog.cosignature import sign_checkpoint, split_payload, verifiers
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import EMPTY_ROOT
from compliance.domain.tlog.note_keys import VerifierKey
from compliance.domain.tlog.signed_note import NoteSignature, SignedNote, open_note, parse_lines
from compliance.domain.tlog.witness_client import request_from
from compliance.domain.tlog.witness_request import (
    MAX_REQUEST_BYTES,
    AddCheckpoint,
    monitoring_path,
    parse_request,
)
from compliance.witness.home import Home, home_create, home_open
from compliance.witness.service import Answer, Witness
from compliance.witness.state import State
from tests.domain.tlog.keys import private
from tests.witness.conftest import NAME, Clock
from tests.witness.logs import ORIGIN, GrowingLog

PATH = monitoring_path(ORIGIN)


def times(answer: Answer, log: GrowingLog, size: int, keys: list[VerifierKey]) -> list[int]:
    """The times of a positive answer, whose lines are verified against the log's own head."""
    assert answer.status == 200, answer
    note = SignedNote(log.head(size).note.text, parse_lines(answer.body.decode()))
    lines = open_note(note, verifiers(keys))
    assert len(lines) == len(note.signatures) == 2
    return [split_payload(key, one.payload)[0] for key, one in zip(keys, lines, strict=True)]


def test_what_grows_is_cosigned_by_both_keys(witness: Witness, home: Home, log: GrowingLog) -> None:
    keys = [one.key for one in home.keys]
    assert [key.kind for key in keys] == [0x04, 0x06]
    old = 0
    for size in (1, 1, 2, 7, 7, 64, 300):
        assert (
            times(witness.add_checkpoint(log.request(old, size)), log, size, keys)
            == [1_800_000_000] * 2
        )
        old = size


def test_monitors_see_the_latest_head_with_all_that_was_verified(
    witness: Witness, home: Home, log: GrowingLog
) -> None:
    assert witness.latest(PATH).status == 404
    stranger = NoteSignature("stranger", b"\0\0\0\0", b"junk")
    request = parse_request(log.request(0, 5))
    noisy = replace(request, checkpoint=request.checkpoint.signed_by(stranger))
    witness.add_checkpoint(noisy.encode())
    shown = parse_checkpoint(witness.latest(PATH).body)
    assert shown.checkpoint == log.head(5).checkpoint
    trusted = verifiers([*(one.key for one in log.keys), *(one.key for one in home.keys)])
    assert open_note(shown.note, trusted) == shown.note.signatures
    assert len(shown.note.signatures) == 4
    for path in ("", "checkpoint", PATH.upper(), f"{PATH}/", monitoring_path("other"), "../keys"):
        assert witness.latest(path).status == 404


def test_an_empty_log_is_cosigned_with_the_root_of_nothing(
    witness: Witness, log: GrowingLog
) -> None:
    wrong = sign_checkpoint(Checkpoint(ORIGIN, 0, b"\1" * 32), log.keys, time=1)
    assert witness.add_checkpoint(AddCheckpoint(0, (), wrong).encode()).status == 422
    assert log.head(0).checkpoint.root == EMPTY_ROOT
    assert witness.add_checkpoint(log.request(0, 0)).status == 200
    assert witness.add_checkpoint(log.request(0, 4)).status == 200


def test_an_unknown_log_is_404(witness: Witness) -> None:
    other = GrowingLog(origin="log.example/other")
    assert witness.add_checkpoint(other.request(0, 3)).status == 404


def test_no_trusted_signature_or_a_broken_one_is_403(witness: Witness, log: GrowingLog) -> None:
    stranger = AddCheckpoint(0, (), log.head(3, keys=[private(ORIGIN + "x"), private("y")]))
    assert witness.add_checkpoint(stranger.encode()).status == 403
    key = log.keys[0].key
    broken = NoteSignature(key.name, key.key_id, b"\0" * 64)
    honest = log.head(3, keys=log.keys[1:])
    spoiled = AddCheckpoint(0, (), honest.signed_by(broken))
    assert witness.add_checkpoint(spoiled.encode()).status == 403
    assert witness.add_checkpoint(AddCheckpoint(0, (), honest).encode()).status == 200


def test_an_old_size_beyond_the_new_one_is_400(witness: Witness, log: GrowingLog) -> None:
    witness.add_checkpoint(log.request(0, 5))
    rewound = AddCheckpoint(5, (), log.head(4))
    assert witness.add_checkpoint(rewound.encode()).status == 400


@pytest.mark.parametrize("old", [0, 3, 6])
def test_another_old_size_is_409_with_the_last_one(
    witness: Witness, log: GrowingLog, old: int
) -> None:
    witness.add_checkpoint(log.request(0, 5))
    answer = witness.add_checkpoint(log.request(old, 9))
    assert answer == Answer(409, b"5\n", "text/x.tlog.size")


def test_a_proof_that_does_not_hold_is_422(witness: Witness, log: GrowingLog) -> None:
    request = parse_request(log.request(0, 5))
    surplus = replace(request, proof=(b"\0" * 32,))
    assert witness.add_checkpoint(surplus.encode()).status == 422
    assert witness.add_checkpoint(request.encode()).status == 200
    grown = parse_request(log.request(5, 9))
    for proof in ((), grown.proof[:-1], (*grown.proof, b"\0" * 32), grown.proof[::-1]):
        assert witness.add_checkpoint(replace(grown, proof=proof).encode()).status == 422
    assert witness.add_checkpoint(grown.encode()).status == 200


def test_a_fork_is_refused_and_its_proof_is_kept(
    witness: Witness, home: Home, log: GrowingLog
) -> None:
    witness.add_checkpoint(log.request(0, 5))
    liar = GrowingLog("lie")
    assert witness.add_checkpoint(liar.request(5, 9)).status == 422
    assert list(home.forks.iterdir()) == []  # a proof that fails shows nothing: anybody may send it
    assert witness.add_checkpoint(AddCheckpoint(5, (), liar.head(5)).encode()).status == 422
    # Two heads of one size show it, whatever old size they come with.
    assert witness.add_checkpoint(AddCheckpoint(0, (), liar.head(5)).encode()).status == 409
    (kept,) = home.forks.iterdir()
    first, _, second = kept.read_bytes().partition(b"=\n\n" + ORIGIN.encode())
    heads = [parse_checkpoint(first + b"=\n"), parse_checkpoint(ORIGIN.encode() + second)]
    assert [one.checkpoint.size for one in heads] == [5, 5]
    assert heads[0].checkpoint.root != heads[1].checkpoint.root
    for head in heads:
        open_note(head.note, verifiers(one.key for one in log.keys))
    assert parse_checkpoint(witness.latest(PATH).body).checkpoint.root == log.roots[5]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old 00\n\nCHECKPOINT",
        b"old -1\n\nCHECKPOINT",
        b"old 9223372036854775808\n\nCHECKPOINT",
        b"old 0 \n\nCHECKPOINT",
        b"OLD 0\n\nCHECKPOINT",
        b"old 0\r\n\r\nCHECKPOINT",
        b"old 0\nAAAA\n\nCHECKPOINT",
        b"old \xd9\xa0\n\nCHECKPOINT",
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nCHECKPOINT",
        b"old 0\n\n\nCHECKPOINT",
        b"old 0\n\nCHECKPOINT" + b"x" * MAX_REQUEST_BYTES,
    ],
)
def test_what_is_no_request_is_400(witness: Witness, log: GrowingLog, body: bytes) -> None:
    whole = body.replace(b"CHECKPOINT", log.head(3).encode())
    assert witness.add_checkpoint(whole).status == 400


def test_sixteen_signatures_are_read(witness: Witness, log: GrowingLog) -> None:
    others = [NoteSignature(f"w{at}", b"\0\0\0\0", b"x" * 4_700) for at in range(14)]
    request = AddCheckpoint(0, (), log.head(3).signed_by(*others))
    assert witness.add_checkpoint(request.encode()).status == 200


def test_a_clock_set_back_makes_no_head_look_older(
    witness: Witness, home: Home, log: GrowingLog, clock: Clock
) -> None:
    keys = [one.key for one in home.keys]
    witness.add_checkpoint(log.request(0, 5))
    clock.now -= 3_600
    later = witness.add_checkpoint(log.request(5, 6))
    assert times(later, log, 6, keys) == [1_800_000_000] * 2
    clock.now += 7_200
    again = witness.add_checkpoint(log.request(6, 6))
    assert times(again, log, 6, keys) == [1_800_003_600] * 2


def test_a_full_disk_is_503_and_nothing_is_signed(
    witness: Witness, home: Home, log: GrowingLog
) -> None:
    witness.add_checkpoint(log.request(0, 5))
    pages = home.state._database.execute("PRAGMA page_count").fetchone()[0]
    home.state._database.execute(f"PRAGMA max_page_count = {pages}")
    big = [NoteSignature(ORIGIN + "x", b"\0\0\0\0", b"x")]
    grown = parse_request(log.request(5, 6))
    for at in range(40):
        # Each stored note repeats the log's own lines, which are many.
        key = log.keys[1]
        big = [*big, *sign_checkpoint(grown.checkpoint.checkpoint, [key], time=at).note.signatures]
    noisy = replace(grown, checkpoint=grown.checkpoint.signed_by(*big[:30]))
    answer = witness.add_checkpoint(noisy.encode())
    assert answer.status == 503
    assert b"full" in answer.body
    assert parse_checkpoint(witness.latest(PATH).body).checkpoint.size == 5
    home.state._database.execute("PRAGMA max_page_count = 1000000")
    assert witness.add_checkpoint(grown.encode()).status == 200


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE head SET size = size - 1",
        "UPDATE head SET time = time - 1",
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET origin = 'other'",
        "DELETE FROM head",
    ],
)
def test_the_file_itself_refuses_to_go_back(
    witness: Witness, home: Home, log: GrowingLog, statement: str
) -> None:
    witness.add_checkpoint(log.request(0, 5))
    with pytest.raises(sqlite3.IntegrityError, match="a head is never"):
        home.state._database.execute(statement)


def test_a_witness_without_its_state_or_with_anothers_does_not_start(
    home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "witness"
    home_create(tmp_path / "other", name="witness.example/w2", random=os.urandom)
    (tmp_path / "other" / "state.sqlite").rename(folder / "state.sqlite")
    with pytest.raises(FormatError, match="other keys"):
        home_open(folder)
    with pytest.raises(FormatError, match="no longer knows what it signed"):
        home_open(tmp_path / "other")
    with pytest.raises(OSError, match=r"not empty|exists"):
        home_create(folder, name=NAME, random=os.urandom)
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_keys_open_to_others_are_refused(home: Home, tmp_path: Path) -> None:
    keys = tmp_path / "witness" / "keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "witness").stat().st_mode & 0o777 == 0o700
    keys.chmod(0o644)
    with pytest.raises(FormatError, match="mode 644"):
        home_open(tmp_path / "witness")


def test_the_state_is_on_the_disk_before_the_answer(home: Home) -> None:
    assert home.state._database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert home.state._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert isinstance(home.state, State)


@given(data=st.data())
def test_arbitrary_requests_are_what_they_encode_to_or_refused(data: st.DataObject) -> None:
    head = GrowingLog().head(2).encode()
    parts = st.sampled_from([b"old ", b"0", b"1", b"\n", b"\n\n", b"A" * 43 + b"=", b"\xff", head])
    body = b"".join(data.draw(st.lists(parts, max_size=8)))
    try:
        found = parse_request(body)
    except FormatError:
        return
    assert found.encode() == body


def test_a_request_is_read_back(log: GrowingLog) -> None:
    made = request_from(log.head(300), old=77, read=log)
    assert parse_request(made.encode()) == made
