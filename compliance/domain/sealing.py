"""Sealed weights: one digest that commits to files nobody else sees, and opens one at a time.

A Merkle tree of RFC 6962 whose entries are salted commitments (``commitments.py``) to one file
each: its path, size and digest. Without the salts nobody learns from the root, or from another
file's proof, which files there are, or whether two sealings are of the same ones. Leaves stand in
the order of their hashes, so that a place in the tree says nothing of a name. The provider makes
and keeps the salts; the server gets the root alone, and who is shown a file gets that file's salt.

Source: RFC 6962, section 2.1; RFC 9901 (salted digests, sorted, of selective disclosure).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import CommitmentError, Opening
from compliance.domain.errors import AssayError
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.encoding import HASH_BYTES
from compliance.domain.tlog.errors import ProofError
from compliance.domain.tlog.merkle import (
    MAX_PROOF_HASHES,
    inclusion_proof,
    leaf_hash,
    verify_inclusion,
)

FIELD = "weights/file"
"""The path under which every file is committed to."""
SEALING_FORMAT = "assay/sealing/v1"
FILE_FORMAT = "assay/sealed-file/v1"
PREFIX = "sealing:"
"""A root as it is registered: this, and 64 lowercase hexadecimal digits."""
MAX_SEALING_BYTES = 64 << 20
MAX_FILE_BYTES = 1 << 16


class SealingError(AssayError):
    """A sealing or an opening that is malformed, or does not show what it says."""


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is committed to: relative path, size in bytes, lowercase hex SHA-256."""

    path: str
    size_bytes: int
    sha256: str

    def opening(self, salt: bytes) -> Opening:
        value: Json = {"bytes": self.size_bytes, "path": self.path, "sha256": self.sha256}
        return Opening(FIELD, salt, value)


@dataclass(frozen=True, slots=True)
class Sealing:
    """Openings of every file, in the order of their leaves: the provider's, and secret."""

    openings: tuple[Opening, ...]

    @property
    def root(self) -> str:
        """Lowercase hex."""
        return _tree(self.openings)[0].hex()

    def opened(self, path: str) -> FileOpening:
        """What shows one file, and nothing of the others.

        Raises:
            SealingError: no such file was sealed.
        """
        found = [at for at, one in enumerate(self.openings) if _file(one).path == path]
        if not found:
            raise SealingError(f"no file {path!r} was sealed")
        index, size = found[0], len(self.openings)
        nodes = _tree(self.openings)[1]
        proof = inclusion_proof(index, size, lambda level, at: nodes[level, at])
        return FileOpening(self.openings[index], index, size, tuple(proof))

    def to_bytes(self) -> bytes:
        """Canonical JSON; the root is beside the openings, so that damage shows."""
        openings: list[Json] = [opening.to_json() for opening in self.openings]
        return canonical_json({"format": SEALING_FORMAT, "openings": openings, "root": self.root})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What ``to_bytes`` wrote.

        Raises:
            SealingError: it did not.
        """
        found = _object(data, {"format", "openings", "root"}, SEALING_FORMAT, MAX_SEALING_BYTES)
        listed = found["openings"]
        if not isinstance(listed, list) or not listed:
            raise SealingError("a sealing is of one file or more")
        sealing = cls(tuple(_opening(one) for one in listed))
        if sealing.to_bytes() != data:
            raise SealingError("the sealing was changed since it was made")
        return sealing


@dataclass(frozen=True, slots=True)
class FileOpening:
    """Shows one sealed file to whoever knows the root.

    Attributes:
        index, size: the leaf's place, and how many there are.
        proof: hashes from the leaf's sibling upward.
    """

    opening: Opening
    index: int
    size: int
    proof: tuple[bytes, ...]

    def shown(self, root: str) -> File:
        """The file that the root commits to.

        Args:
            root: lowercase hex, from the record and not from whoever shows the file.

        Raises:
            SealingError: it does not.
        """
        try:
            verify_inclusion(
                index=self.index,
                size=self.size,
                leaf=_leaf(self.opening),
                proof=self.proof,
                root=bytes.fromhex(root),
            )
        except ProofError as error:
            raise SealingError(f"the sealing does not commit to this file: {error}") from error
        return _file(self.opening)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        proof: list[Json] = [one.hex() for one in self.proof]
        return canonical_json(
            {
                "format": FILE_FORMAT,
                "index": self.index,
                "opening": self.opening.to_json(),
                "proof": proof,
                "size": self.size,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What ``to_bytes`` wrote.

        Raises:
            SealingError: it did not.
        """
        keys = {"format", "index", "opening", "proof", "size"}
        found = _object(data, keys, FILE_FORMAT, MAX_FILE_BYTES)
        index, size, proof = found["index"], found["size"], found["proof"]
        if type(index) is not int or type(size) is not int or not isinstance(proof, list):
            raise SealingError("an opening has whole numbers and a list of hashes")
        if len(proof) > MAX_PROOF_HASHES:
            raise SealingError(f"an opening has at most {MAX_PROOF_HASHES} hashes")
        opened = cls(_opening(found["opening"]), index, size, tuple(map(_hash, proof)))
        if opened.to_bytes() != data:
            raise SealingError("the opening is not written in the one way there is")
        return opened


def sealed(files: Iterable[File], salt: Callable[[], bytes]) -> Sealing:
    """Commit to files.

    Args:
        salt: gives 32 fresh random bytes at each call.

    Raises:
        SealingError: no file, or two of one path.
    """
    openings = sorted((file.opening(salt()) for file in files), key=_leaf)
    if not openings:
        raise SealingError("there is no file to seal")
    if len({_file(one).path for one in openings}) != len(openings):
        raise SealingError("two files have one path")
    return Sealing(tuple(openings))


def sealing_root(location: str) -> str:
    """The root that a location of sealed weights names; empty where it is only a place's name.

    Raises:
        SealingError: it begins as a sealing does, and is none.
    """
    if not location.startswith(PREFIX):
        return ""
    return _hash(location.removeprefix(PREFIX)).hex()


def is_file_opening(data: bytes) -> bool:
    """Whether a file begins as the opening of one sealed file does."""
    return data.startswith(b'{"format":"%s"' % FILE_FORMAT.encode())


def _leaf(opening: Opening) -> bytes:
    return leaf_hash(bytes.fromhex(opening.commitment))


def _tree(openings: Iterable[Opening]) -> tuple[bytes, Mapping[tuple[int, int], bytes]]:
    """The root, and the hash of every whole aligned subtree by level and index."""
    nodes: dict[tuple[int, int], bytes] = {}
    edge = CompactRange()
    edge.extend(
        map(_leaf, openings), visit=lambda level, at, node: nodes.update({(level, at): node})
    )
    return edge.root, nodes


def _file(opening: Opening) -> File:
    said = opening.value
    if opening.path != FIELD or not isinstance(said, dict) or set(said) != _FILE_KEYS:
        raise SealingError("what is opened is no sealed file")
    path, size, sha256 = said["path"], said["bytes"], said["sha256"]
    if not isinstance(path, str) or type(size) is not int or size < 0:
        raise SealingError("a sealed file has a path and a size in bytes")
    return File(path, size, _hash(sha256).hex())


_FILE_KEYS = {"bytes", "path", "sha256"}


def _opening(value: Json) -> Opening:
    try:
        found = Opening.from_json(value)
    except CommitmentError as error:
        raise SealingError(str(error)) from error
    _file(found)
    return found


def _hash(value: object) -> bytes:
    try:
        found = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES or found.hex() != value:
        raise SealingError(f"a hash is {2 * HASH_BYTES} lowercase hexadecimal digits")
    return found


def _object(data: bytes, keys: set[str], form: str, limit: int) -> dict[str, Json]:
    try:
        found = strict_json(data, max_bytes=limit)
    except StrictJsonError as error:
        raise SealingError(f"it cannot be read: {error}") from error
    if not isinstance(found, dict) or set(found) != keys or found["format"] != form:
        raise SealingError(f"it is not of the format {form}")
    return found
