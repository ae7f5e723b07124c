"""Signed notes, checkpoints and cosignatures: examples, rules on keys, mutations."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_text,
)
from compliance.domain.tlog.cosignature import (
    Verifier,
    cosigned_message,
    sign,
    sign_checkpoint,
    split_payload,
    subtree_message,
    verifiers,
)
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.note_keys import parse_vkey
from compliance.domain.tlog.signed_note import (
    MAX_NOTE_BYTES,
    NoteSignature,
    SignedNote,
    open_note,
    parse_lines,
    parse_note,
)
from tests.domain.tlog.keys import LOG, QUANTUM, WITNESS, private

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ON"
    "ncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
ORIGIN = "log.example/one"
LOG_KEYS = [private(ORIGIN, LOG), private(ORIGIN, QUANTUM)]
COSIGNERS = [private("w.example/a", WITNESS), private("w.example/b", QUANTUM)]
CHECKPOINT = Checkpoint(ORIGIN, 20852163, hashlib.sha256(b"root").digest())
NOW = 1_679_315_147
SIGNED = sign_checkpoint(CHECKPOINT, [*LOG_KEYS, *COSIGNERS], time=NOW)


def test_the_specifications_example_opens() -> None:
    note = parse_note(EXAMPLE.encode())
    (signature,) = open_note(note, verifiers([parse_vkey(EXAMPLE_KEY)]))
    assert signature.name == "example.com/foo"
    assert note.encode() == EXAMPLE.encode()


def test_the_text_ends_at_the_last_empty_line() -> None:
    note = parse_note(b"one\n\ntwo\n\n\xe2\x80\x94 a AAAAAAA=\n")
    assert note.text == "one\n\ntwo\n"


def test_every_trusted_key_of_a_checkpoint_verifies() -> None:
    data = SIGNED.encode()
    assert parse_checkpoint(data) == SIGNED
    for key in [*LOG_KEYS, *COSIGNERS]:
        open_checkpoint(data, origin=ORIGIN, verifiers=[Verifier(key.key)])
    with pytest.raises(SignatureError, match="not 'other'"):
        open_checkpoint(data, origin="other", verifiers=[Verifier(LOG_KEYS[0].key)])


def test_unknown_keys_are_ignored_even_where_name_or_id_is_a_known_ones() -> None:
    known = LOG_KEYS[0].key
    note = SIGNED.note.signed_by(
        NoteSignature(known.name, b"\0\0\0\1", b"anything"),
        NoteSignature("other", known.key_id, b"anything"),
    )
    assert [one.name for one in open_note(note, [Verifier(known)])] == [ORIGIN]


def test_a_known_key_that_fails_spoils_the_note_whatever_else_verifies() -> None:
    known = LOG_KEYS[0].key
    note = SIGNED.note.signed_by(NoteSignature(known.name, known.key_id, b"\1" * 64))
    with pytest.raises(SignatureError, match="does not verify"):
        open_note(note, verifiers([known, COSIGNERS[0].key]))


def test_a_note_without_a_trusted_key_is_refused() -> None:
    with pytest.raises(SignatureError, match="no signature"):
        open_note(SIGNED.note, [Verifier(private("stranger").key)])
    with pytest.raises(SignatureError, match="no signature"):
        open_note(SIGNED.note, [])


def test_two_trusted_keys_of_one_name_and_id_are_refused() -> None:
    with pytest.raises(SignatureError, match="two trusted keys"):
        open_note(SIGNED.note, verifiers([LOG_KEYS[0].key] * 2))


def test_sixteen_signatures_and_more_are_read_and_too_many_are_not() -> None:
    lines = [NoteSignature(f"key{at}", b"\0\0\0\0", b"x" * 5_000) for at in range(100)]
    note = SIGNED.note.signed_by(*lines[:96])
    assert parse_note(note.encode()) == note
    open_note(note, [Verifier(LOG_KEYS[1].key)])
    with pytest.raises(FormatError, match="100"):
        parse_note(note.signed_by(*lines).encode())
    with pytest.raises(FormatError, match="limit"):
        parse_note(b"x" * (MAX_NOTE_BYTES + 1))


def test_a_line_is_not_added_twice() -> None:
    assert SIGNED.signed_by(*SIGNED.note.signatures) == SIGNED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\nno dash\n",
        "text\n\n— a AAAAAAA=".encode(),
        "text\n\n— a AAAAAAA=\n\n".encode(),
        "text\n\n—  AAAAAAA=\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n— a\u00a0b AAAAAAA=\n".encode(),
        "text\n\n— a AAAA\n".encode(),
        "text\n\n— a AAAAAA==\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
        "text\n\n— a AAAAAAA\n".encode(),
        "text\n\n— a AAAAAAA= \n".encode(),
        "text\n\n— a AAAA AAA=\n".encode(),
        b"text\n\n- a AAAAAAA=\n",
        "te\rxt\n\n— a AAAAAAA=\n".encode(),
        "te\0xt\n\n— a AAAAAAA=\n".encode(),
        b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"te\xed\xa0\x80xt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        "\n— a AAAAAAA=\n".encode(),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_note(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        "\n1\nROOT\n",
        "origin\n01\nROOT\n",
        "origin\n-1\nROOT\n",
        "origin\n+1\nROOT\n",
        "origin\n1 \nROOT\n",
        "origin\n١\nROOT\n",
        "origin\n9223372036854775808\nROOT\n",
        "origin\n" + "9" * 5_000 + "\nROOT\n",
        "origin\n1\nROOT",
        "origin\n1\nROOT\n\n",
        "origin\n1\nROOT\n\nextension\n",
        "origin\n1\nAAAA\n",
        "origin\n1\nROOT\n\x1f\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        parse_text(text.replace("ROOT", "A" * 43 + "="))


def test_a_checkpoint_may_have_extension_lines_and_an_empty_tree() -> None:
    one = Checkpoint(ORIGIN, 0, hashlib.sha256(b"").digest(), ("more", "lines"))
    assert parse_text(one.text) == one
    for origin in ("", "a\nb", "a\rb", "\ud800"):
        with pytest.raises(FormatError):
            Checkpoint(origin, 0, one.root)
    with pytest.raises(FormatError):
        Checkpoint(ORIGIN, -1, one.root)
    with pytest.raises(FormatError):
        Checkpoint(ORIGIN, 0, b"short")


def test_the_message_of_an_ed25519_cosignature_is_the_specifications() -> None:
    message = cosigned_message(COSIGNERS[0].key, CHECKPOINT, NOW)
    assert message == b"cosignature/v1\ntime 1679315147\n" + CHECKPOINT.text.encode()
    line = sign(COSIGNERS[0], CHECKPOINT, time=NOW)
    assert (len(line.key_id + line.payload), split_payload(COSIGNERS[0].key, line.payload)[0]) == (
        76,
        NOW,
    )


def test_the_message_of_an_mldsa_cosignature_is_the_specifications() -> None:
    message = cosigned_message(COSIGNERS[1].key, CHECKPOINT, NOW)
    assert message == (
        b"subtree/v1\n\0"
        b"\x0bw.example/b"
        + NOW.to_bytes(8, "big")
        + b"\x0flog.example/one"
        + b"\0" * 8
        + CHECKPOINT.size.to_bytes(8, "big")
        + CHECKPOINT.root
    )


def test_mldsa_signs_no_extension_lines_and_ed25519_does() -> None:
    more = Checkpoint(ORIGIN, CHECKPOINT.size, CHECKPOINT.root, ("unaudited",))
    ed, quantum = (sign(one, CHECKPOINT, time=NOW) for one in COSIGNERS)
    assert not Verifier(COSIGNERS[0].key).verify(more.text, ed.payload)
    assert Verifier(COSIGNERS[1].key).verify(more.text, quantum.payload)


def test_a_cosignature_is_of_a_checkpoint_alone() -> None:
    ed = COSIGNERS[0]
    payload = NOW.to_bytes(8, "big") + ed.sign_message(b"cosignature/v1\ntime %d\nhello\n" % NOW)
    assert not Verifier(ed.key).verify("hello\n", payload)


@pytest.mark.parametrize("time", [-1, 2**63])
def test_no_time_beyond_what_the_specification_allows(time: int) -> None:
    for cosigner in COSIGNERS:
        with pytest.raises(FormatError):
            sign(cosigner, CHECKPOINT, time=time)


def test_mldsa_refuses_long_names_and_timed_subtrees() -> None:
    key = COSIGNERS[1].key
    with pytest.raises(FormatError, match="256 bytes"):
        subtree_message(key, "x" * 256, (0, 1), root=b"\0" * 32, time=NOW)
    with pytest.raises(FormatError, match="no such subtree"):
        subtree_message(key, ORIGIN, (8, 13), root=b"\0" * 32, time=NOW)
    with pytest.raises(FormatError, match="no such subtree"):
        subtree_message(COSIGNERS[0].key, ORIGIN, (0, 1), root=b"\0" * 32, time=NOW)
    assert subtree_message(key, ORIGIN, (8, 13), root=b"\0" * 32, time=0)


def test_no_flipped_bit_of_a_checkpoint_is_accepted() -> None:
    """Every bit of a checkpoint with an Ed25519 line and an ML-DSA-44 line; both keys trusted."""
    trusted = verifiers([LOG_KEYS[0].key, COSIGNERS[0].key])
    data = sign_checkpoint(CHECKPOINT, [LOG_KEYS[0], COSIGNERS[0]], time=NOW).encode()
    assert accepted(data, trusted) == 2
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        # A line whose name or ID changed is an unknown key's, and ignored: never a third signer.
        assert accepted(bytes(changed), trusted) < 2


@given(data=st.data())
def test_no_flipped_bit_of_an_mldsa_line_is_accepted(data: st.DataObject) -> None:
    trusted = verifiers([LOG_KEYS[1].key])
    whole = sign_checkpoint(CHECKPOINT, [LOG_KEYS[1]], time=NOW).encode()
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    assert accepted(bytes(changed), trusted) == 0


def accepted(data: bytes, trusted: list[Verifier]) -> int:
    try:
        found = open_checkpoint(data, origin=ORIGIN, verifiers=trusted)
        return len(open_note(found.note, trusted))
    except (FormatError, SignatureError):
        return 0


NEAR_NOTES = st.lists(
    st.sampled_from(
        ["\n", "\n\n", "— ", "a", " ", "AAAAAAA=", "AAAA", "+", "\x1f", "\u2028", "é", "1", ORIGIN]
    ),
    max_size=20,
).map("".join)


@pytest.mark.parametrize("parse", [parse_note, parse_checkpoint])
@given(data=st.one_of(st.binary(max_size=60), NEAR_NOTES.map(str.encode)))
def test_arbitrary_bytes_are_what_they_encode_to_or_refused(
    parse: Callable[[bytes], SignedNote], data: bytes
) -> None:
    try:
        found = parse(data)
    except FormatError:
        return
    assert found.encode() == data


@given(text=NEAR_NOTES)
def test_signature_lines_alone_have_one_spelling(text: str) -> None:
    try:
        found = parse_lines(text)
    except FormatError:
        return
    assert "".join(one.line for one in found) == text


def test_what_a_note_says_of_itself_cannot_dirty_a_terminal() -> None:
    name = "\x1b[31m" + "x" * 500
    with pytest.raises(FormatError) as refused:
        parse_note(f"text\n\n— {name} AAAAAAA=\n".encode())
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
