"""Merkle trees against the RFC's own recursion, public vectors, and every mutation."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.errors import FormatError, ProofError
from compliance.domain.tlog.merkle import (
    EMPTY_ROOT,
    check_subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    subtree_consistency_proof,
    subtree_root,
    tree_root,
    verify_consistency,
    verify_inclusion,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from tests.domain.tlog.trees import Tree, mth, path, proof, subproof
from tests.vectors import vectors

SIZES = range(1, 34)
TREE = Tree(64)


def test_every_proof_of_small_trees_is_the_rfcs() -> None:
    for size in SIZES:
        entries = TREE.entries[:size]
        assert tree_root(size, TREE) == mth(entries)
        for index in range(size):
            made = inclusion_proof(index, size, TREE)
            assert made == path(index, entries)
            verify_inclusion(
                index=index,
                size=size,
                leaf=leaf_hash(entries[index]),
                proof=made,
                root=mth(entries),
            )
        for old in range(1, size + 1):
            made = consistency_proof(old, size, TREE)
            assert made == proof(old, entries)
            verify_consistency(
                old=old, new=size, proof=made, old_root=mth(entries[:old]), new_root=mth(entries)
            )


def test_every_subtree_of_small_trees_is_the_drafts() -> None:
    seen = 0
    for size in SIZES:
        entries = TREE.entries[:size]
        for start, end in subtrees(size):
            if start == end:
                continue
            root = subtree_root(start, end, TREE)
            made = subtree_consistency_proof(start, end, size, TREE)
            assert root == mth(entries[start:end])
            assert made == subproof(start, end, entries, True)
            verify_subtree_consistency(
                subtree=(start, end), size=size, proof=made, sub_root=root, root=mth(entries)
            )
            seen += 1
    assert seen == 1_714


def test_an_empty_tree_has_the_hash_of_nothing_and_proves_nothing() -> None:
    assert tree_root(0, TREE) == EMPTY_ROOT == CompactRange().root == mth([])
    assert consistency_proof(0, 5, TREE) == []
    with pytest.raises(ProofError, match="empty tree"):
        verify_consistency(old=0, new=5, proof=[], old_root=EMPTY_ROOT, new_root=EMPTY_ROOT)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 2**63)])
def test_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(index, size, TREE)


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3), (0, -1), (1, 2**63)])
def test_no_proof_between_sizes_that_do_not_follow(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        consistency_proof(old, new, TREE)


@given(data=st.data(), size=st.integers(1, 64))
def test_no_changed_inclusion_is_accepted(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    made = inclusion_proof(index, size, TREE)
    leaf, root = TREE(0, index), tree_root(size, TREE)
    hashes = mutated(data, [leaf, root, *made])
    with pytest.raises(ProofError):
        verify_inclusion(index=index, size=size, leaf=hashes[0], proof=hashes[2:], root=hashes[1])
    other = data.draw(st.integers(-1, 2**64).filter(lambda one: one != index))
    with pytest.raises(ProofError):
        verify_inclusion(index=other, size=size, leaf=leaf, proof=made, root=root)


@given(data=st.data(), new=st.integers(2, 64))
def test_no_changed_consistency_is_accepted(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new - 1))
    made = consistency_proof(old, new, TREE)
    roots = [tree_root(old, TREE), tree_root(new, TREE)]
    hashes = mutated(data, [*roots, *made])
    with pytest.raises(ProofError):
        verify_consistency(
            old=old, new=new, proof=hashes[2:], old_root=hashes[0], new_root=hashes[1]
        )


def mutated(data: st.DataObject, hashes: list[bytes]) -> list[bytes]:
    """One bit flipped, or a hash removed, doubled, cut or added at the end."""
    position = data.draw(st.integers(0, len(hashes) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "add", "remove", "double"]))
    found = list(hashes)
    if kind == "add" or (kind in {"remove", "double"} and len(hashes) == 2):
        return [*found, b"\0" * 32]
    if kind == "remove":
        del found[2 + position % (len(hashes) - 2)]
    elif kind == "double":
        at = 2 + position % (len(hashes) - 2)
        found.insert(at, found[at])
    elif kind == "cut":
        found[position] = found[position][:-1]
    else:
        bit = data.draw(st.integers(0, 255))
        number = int.from_bytes(found[position], "big") ^ (1 << bit)
        found[position] = number.to_bytes(32, "big")
    return found


@given(batches=st.lists(st.integers(0, 40), max_size=8))
@settings(max_examples=40)
def test_a_compact_range_grows_in_batches_and_survives_being_stored(batches: list[int]) -> None:
    tree = Tree(sum(batches))
    stored: dict[tuple[int, int], bytes] = {}
    edge = CompactRange()
    for batch in batches:
        leaves = [leaf_hash(one) for one in tree.entries[edge.size : edge.size + batch]]
        edge.extend(leaves, lambda level, index, found: stored.update({(level, index): found}))
        edge = CompactRange.from_bytes(edge.to_bytes())
        assert edge.root == mth(tree.entries[: edge.size])
    assert stored == {
        (level, index): tree(level, index)
        for level in range(len(tree.entries).bit_length())
        for index in range(len(tree.entries) >> level)
    }
    again = CompactRange.read(edge.size, tree)
    assert (again.size, again.hashes) == (edge.size, edge.hashes)


@pytest.mark.parametrize("data", [b"", b"\0" * 7, b"\0" * 40, b"\0" * 7 + b"\3" + b"\0" * 32])
def test_a_compact_range_is_not_read_from_other_bytes(data: bytes) -> None:
    with pytest.raises(FormatError):
        CompactRange.from_bytes(data)


def test_a_leaf_of_another_length_is_no_leaf() -> None:
    with pytest.raises(FormatError):
        CompactRange().append(b"short")


def check_inclusion(one: dict[str, Any]) -> None:
    verify_inclusion(
        index=one["leafIdx"],
        size=one["treeSize"],
        leaf=decoded(one["leafHash"]),
        proof=[decoded(each) for each in one["proof"] or []],
        root=decoded(one["root"]),
    )


def check_consistency(one: dict[str, Any]) -> None:
    verify_consistency(
        old=one["size1"],
        new=one["size2"],
        proof=[decoded(each) for each in one["proof"] or []],
        old_root=decoded(one["root1"]),
        new_root=decoded(one["root2"]),
    )


def check_subtree_inclusion(one: dict[str, Any]) -> None:
    verify_subtree_inclusion(
        index=one["leafIdx"],
        subtree=(one["start"], one["end"]),
        leaf=decoded(one["leafHash"]),
        proof=[decoded(each) for each in one["proof"] or []],
        root=decoded(one["root"]),
    )


def check_subtree_consistency(one: dict[str, Any]) -> None:
    verify_subtree_consistency(
        subtree=(one["start"], one["end"]),
        size=one["size"],
        proof=[decoded(each) for each in one["proof"] or []],
        sub_root=decoded(one["root1"]),
        root=decoded(one["root2"]),
    )


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.parametrize(
    ("folder", "count", "check"),
    [
        ("inclusion", 98, check_inclusion),
        ("consistency", 98, check_consistency),
        ("subtreeinclusion", 204, check_subtree_inclusion),
        ("subtreeconsistency", 118, check_subtree_consistency),
    ],
)
def test_public_vectors(folder: str, count: int, check: Any) -> None:
    found = vectors("rfc6962", folder)
    assert len(found) == count
    wrong = []
    for name, one in found:
        try:
            check(one)
            refused = False
        except ProofError:
            refused = True
        if refused is not one["wantErr"]:
            wrong.append(name)
    assert not wrong


def test_the_drafts_accumulated_vectors() -> None:
    """All subtrees of trees of up to 130 leaves, by one digest for each algorithm.

    Figures: draft-ietf-plants-merkle-tree-certs, appendix "Subtree Test Vectors".
    """
    tree = Tree(130, [bytes([index]) for index in range(130)])
    roots, inclusions, consistencies = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
    for start, end in subtrees(130):
        root = subtree_root(start, end, tree) if start < end else EMPTY_ROOT
        roots.update(f"[{start}, {end}) {root.hex()}\n".encode())
        for index in range(start, end):
            moved = lambda level, at, by=start: tree(level, at + (by >> level))  # noqa: E731
            made = inclusion_proof(index - start, end - start, moved)
            inclusions.update(f"{index} [{start}, {end})".encode() + hexed(made))
    for size in range(131):
        for start, end in subtrees(size):
            made = subtree_consistency_proof(start, end, size, tree) if start < end else []
            consistencies.update(f"[{start}, {end}) {size}".encode() + hexed(made))
    assert [one.hexdigest()[:16] for one in (roots, inclusions, consistencies)] == [
        "b82806ad4265bb15",
        "ac2a8f989e44d99e",
        "10fa99b37bf9bf9f",
    ]


def subtrees(size: int) -> Iterator[tuple[int, int]]:
    """Every valid subtree of a tree, the empty ones included."""
    for end in range(size + 1):
        for start in range(end + 1):
            with suppress(ProofError):
                if start < end:
                    check_subtree(start, end)
                yield start, end


def hexed(proof: list[bytes]) -> bytes:
    return "".join(f" {one.hex()}" for one in proof).encode() + b"\n"
