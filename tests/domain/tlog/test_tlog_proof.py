"""Proofs for somebody offline: what they show, and that no bit of them can change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.tlog.checkpoint import Checkpoint
from compliance.domain.tlog.cosignature import sign_checkpoint
from compliance.domain.tlog.encoding import b64_encode
from compliance.domain.tlog.errors import FormatError, ProofError, SignatureError, TlogError
from compliance.domain.tlog.merkle import inclusion_proof, leaf_hash, tree_root
from compliance.domain.tlog.tlog_proof import TlogProof, parse_proof, verify_proof
from compliance.domain.tlog.witness_policy import Log, Policy, Witness
from tests.domain.tlog.keys import LOG, WITNESS, private
from tests.domain.tlog.trees import Tree

ORIGIN = "log.example/one"
LOG_KEY, WITNESS_KEY = private(ORIGIN, LOG), private("w.example", WITNESS)
POLICY = Policy((Log(LOG_KEY.key),), (Witness("w", WITNESS_KEY.key),), (), "w")
TREE = Tree(11)
HEAD = Checkpoint(ORIGIN, 11, tree_root(11, TREE))
SIGNED = sign_checkpoint(HEAD, [LOG_KEY, WITNESS_KEY], time=1_700_000_000)


def proof_of(index: int, extra: bytes = b"") -> TlogProof:
    return TlogProof(index, tuple(inclusion_proof(index, 11, TREE)), SIGNED, extra)


def test_every_entry_is_proved_and_no_other() -> None:
    for index in range(11):
        proof = parse_proof(proof_of(index).encode())
        assert proof == proof_of(index)
        found = verify_proof(proof, leaf=leaf_hash(TREE.entries[index]), policy=POLICY)
        assert found.times == {"w": 1_700_000_000}
        # CVE-2026-22703: a valid proof of one entry says nothing about another.
        with pytest.raises(ProofError):
            verify_proof(proof, leaf=leaf_hash(TREE.entries[index - 1]), policy=POLICY)


def test_its_text_is_the_specifications() -> None:
    lines = proof_of(3, b"more").encode().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 3"]
    assert lines[3:7] == [b64_encode(one) for one in inclusion_proof(3, 11, TREE)]
    assert lines[7:9] == ["", ORIGIN]


def test_a_tree_of_one_entry_has_a_proof_without_hashes() -> None:
    head = Checkpoint(ORIGIN, 1, leaf_hash(b"alone"))
    proof = TlogProof(0, (), sign_checkpoint(head, [LOG_KEY, WITNESS_KEY], time=1))
    verify_proof(parse_proof(proof.encode()), leaf=leaf_hash(b"alone"), policy=POLICY)


def test_without_the_quorum_nothing_is_proved() -> None:
    lonely = replace(proof_of(3), checkpoint=sign_checkpoint(HEAD, [LOG_KEY], time=1))
    with pytest.raises(SignatureError, match="without 'w'"):
        verify_proof(lonely, leaf=leaf_hash(TREE.entries[3]), policy=POLICY)


def test_no_flipped_bit_of_a_proof_is_accepted() -> None:
    whole, leaf = proof_of(3).encode(), leaf_hash(TREE.entries[3])
    verify_proof(parse_proof(whole), leaf=leaf, policy=POLICY)
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TlogError):
            verify_proof(parse_proof(bytes(changed)), leaf=leaf, policy=POLICY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("c2sp.org/", "\nc2sp.org/"),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3", "index 9223372036854775808"),
        ("index 3\n", ""),
        ("index 3", "extra \nindex 3"),
        ("index 3", "extra YQ\nindex 3"),
        ("index 3", "index 3\nextra YQ=="),
        ("index 3", "index 3\nYQ=="),
        ("index 3\n", "index 3\n" + "A" * 43 + "=\n" * 64),
        ("\n\n", "\n"),
        ("index", "índex"),
    ],
)
def test_other_spellings_are_refused(old: str, new: str) -> None:
    whole = proof_of(3).encode().decode()
    with pytest.raises(FormatError):
        parse_proof(whole.replace(old, new).encode())


@given(
    head=st.lists(
        st.sampled_from(
            ["index ", "1", "\n", "extra ", "YQ==", "A" * 43 + "=", "c2sp.org/tlog-proof@v1\n"]
        ),
        max_size=12,
    ).map("".join)
)
def test_arbitrary_bytes_are_what_they_encode_to_or_refused(head: str) -> None:
    data = head.encode() + b"\n" + SIGNED.encode()
    try:
        found = parse_proof(data)
    except FormatError:
        return
    assert found.encode() == data
