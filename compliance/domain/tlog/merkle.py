"""Merkle trees of RFC 6962, section 2.1: hashes, proofs and what a proof must show.

A tree of ``size`` leaves is read through the hashes of its whole aligned subtrees: level ``l``
and index ``n`` stand for the leaves from ``n * 2^l`` up to ``(n + 1) * 2^l``. Every other hash is
made of these. Subtrees and their proofs are those of draft-ietf-plants-merkle-tree-certs,
section 4, which tlog-cosignature refers to; an inclusion proof is the consistency proof of a
subtree of one leaf, and a consistency proof that of a subtree which starts at 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from compliance.domain.tlog.encoding import HASH_BYTES, MAX_SIZE
from compliance.domain.tlog.errors import ProofError

EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_PROOF_HASHES = 63
"""What tlog-witness allows, and no inclusion proof in a tree of at most 2^63-1 leaves exceeds."""


class HashReader(Protocol):
    """Reads the hash of a whole aligned subtree."""

    def __call__(self, level: int, index: int, /) -> bytes: ...


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of 0x00 and the entry's bytes."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and two hashes of 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(size: int, read: HashReader) -> bytes:
    """Root of the first ``size`` leaves."""
    return subtree_root(0, size, read) if size else EMPTY_ROOT


def subtree_root(start: int, end: int, read: HashReader) -> bytes:
    """Root of the leaves from ``start`` up to ``end``, which must be a valid subtree.

    Raises:
        ProofError: it is none (see ``check_subtree``).
    """
    check_subtree(start, end)
    found = b""
    while end > start:
        level = _trailing_zeros(end - start)  # the rightmost whole subtree is the smallest
        whole = read(level, (end >> level) - 1)
        found = node_hash(whole, found) if found else whole
        end -= 1 << level
    return found


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """Hashes from the leaf's sibling upward that prove leaf ``index`` in a tree of ``size``.

    Raises:
        ProofError: the tree has no such leaf.
    """
    _check_leaf(index, size)
    return subtree_consistency_proof(index, index + 1, size, read)


def consistency_proof(old: int, new: int, read: HashReader) -> list[bytes]:
    """Hashes that prove that the first ``old`` of ``new`` leaves are those of the older tree.

    Empty where ``old`` is 0, as an empty tree is part of every tree, and where the sizes are equal.

    Raises:
        ProofError: ``old`` is larger than ``new``.
    """
    if old == 0 and 0 <= new <= MAX_SIZE:
        return []
    return subtree_consistency_proof(0, old, new, read)


def subtree_consistency_proof(start: int, end: int, size: int, read: HashReader) -> list[bytes]:
    """Hashes that prove that the subtree ``[start, end)`` is part of the tree of ``size``.

    Raises:
        ProofError: there is no such subtree in the tree.
    """
    path = _path(start, end, size)
    proof = [subtree_root(step.start, step.end, read) for step in path.steps]
    return proof if path.whole else [subtree_root(*path.seed, read), *proof]


def verify_inclusion(
    *, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash ``leaf`` stands at ``index`` of the tree of ``size`` and ``root``.

    Raises:
        ProofError: the proof does not show it.
    """
    _check_leaf(index, size)
    _check_hashes([leaf])
    _fold(_path(index, index + 1, size), sub_root=leaf, proof=proof, root=root)


def verify_consistency(
    *, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree of ``new`` leaves begins with the tree of ``old`` leaves.

    Raises:
        ProofError: the proof does not show it; also where ``old`` is 0, as nothing can be shown
            about an empty tree.
    """
    if old == 0:
        raise ProofError("a proof from an empty tree shows nothing")
    _fold(_path(0, old, new), sub_root=old_root, proof=proof, root=new_root)


def verify_subtree_inclusion(
    *, index: int, subtree: tuple[int, int], leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash ``leaf`` stands at ``index`` in the subtree ``[start, end)``.

    Raises:
        ProofError: the proof does not show it, or there is no such subtree.
    """
    start, end = subtree
    check_subtree(start, end)
    if not start <= index < end:
        raise ProofError(f"leaf {index} is not in the subtree [{start}, {end})")
    verify_inclusion(index=index - start, size=end - start, leaf=leaf, proof=proof, root=root)


def verify_subtree_consistency(
    *, subtree: tuple[int, int], size: int, proof: Sequence[bytes], sub_root: bytes, root: bytes
) -> None:
    """Check that the subtree ``[start, end)`` of ``sub_root`` is part of the tree of ``size``.

    An empty subtree is part of every tree that is long enough, whatever the tree's root.

    Raises:
        ProofError: the proof does not show it, or there is no such subtree.
    """
    start, end = subtree
    if 0 <= start == end <= size:
        if proof or sub_root != EMPTY_ROOT:
            raise ProofError("an empty subtree has an empty proof and the root of an empty tree")
        return
    _fold(_path(start, end, size), sub_root=sub_root, proof=proof, root=root)


def check_subtree(start: int, end: int) -> None:
    """Check that ``[start, end)`` is a subtree: it starts at a multiple of its rounded-up length.

    Raises:
        ProofError: it is none, or it is empty.
    """
    if not 0 <= start < end <= MAX_SIZE:
        raise ProofError(f"[{start}, {end}) is no range of leaves")
    if start % (1 << (end - start - 1).bit_length()):
        raise ProofError(f"[{start}, {end}) is no subtree: it starts at no multiple of its length")


@dataclass(frozen=True, slots=True)
class _Step:
    """One sibling on the way up.

    Attributes:
        left: it stands to the left of what was folded so far.
        shared: it also belongs to the subtree whose consistency is shown.
    """

    start: int
    end: int
    left: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class _Path:
    """The siblings from below upward, and the range that they start from.

    Attributes:
        whole: the range is the subtree itself, whose root the verifier knows already.
    """

    steps: list[_Step]
    seed: tuple[int, int]
    whole: bool


def _path(start: int, end: int, size: int) -> _Path:
    """The way from the root of ``size`` leaves down to the subtree ``[start, end)``, reversed."""
    check_subtree(start, end)
    if not end <= size <= MAX_SIZE:
        raise ProofError(f"a tree of {size} leaves has no leaves up to {end}")
    low, high, whole = 0, size, True
    steps: list[_Step] = []
    while (low, high) != (start, end):
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if end <= middle:
            steps.append(_Step(middle, high, left=False, shared=False))
            high = middle
        else:
            inside = start < middle
            steps.append(_Step(low, middle, left=True, shared=inside))
            low = middle
            if inside:
                start, whole = middle, False
    return _Path(steps[::-1], (start, end), whole)


def _fold(path: _Path, *, sub_root: bytes, proof: Sequence[bytes], root: bytes) -> None:
    _check_hashes(proof)  # roots are compared, which needs no length
    expected = len(path.steps) + (not path.whole)
    if len(proof) != expected:
        raise ProofError(f"the proof has {len(proof)} hashes, not {expected}")
    siblings = list(proof)
    inner = outer = sub_root if path.whole else siblings.pop(0)
    for step, sibling in zip(path.steps, siblings, strict=True):
        outer = node_hash(sibling, outer) if step.left else node_hash(outer, sibling)
        if step.shared:
            inner = node_hash(sibling, inner)
    if inner != sub_root:
        raise ProofError("the proof does not lead to the older or smaller root")
    if outer != root:
        raise ProofError("the proof does not lead to the root")


def _check_leaf(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError(f"a hash has not {HASH_BYTES} bytes")


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1
