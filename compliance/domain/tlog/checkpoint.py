"""Checkpoints by c2sp.org/tlog-checkpoint: the head of a log as the text of a signed note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compliance.domain.tlog.encoding import (
    HASH_BYTES,
    MAX_SIZE,
    b64_encode,
    decimal_decode,
    hash_decode,
    shown,
)
from compliance.domain.tlog.errors import FormatError, SignatureError
from compliance.domain.tlog.signed_note import (
    MAX_NOTE_BYTES,
    NoteSignature,
    NoteVerifier,
    SignedNote,
    check_text,
    open_note,
    parse_note,
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself.

    Attributes:
        origin: the log's name.
        size: leaves.
        root: 32 bytes.
        extensions: further lines, which nobody audits; Assay writes none.

    Raises:
        FormatError: an empty line or one with control characters, or no size or root.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise FormatError(
                f"no tree has the size {self.size} and {len(self.root)} bytes of root"
            )
        for line in (self.origin, *self.extensions):
            check_text(f"{line}\n")
            if not line or "\n" in line:
                raise FormatError("a line of a checkpoint is empty, or more than a line")

    @property
    def text(self) -> str:
        """The note's text, its last newline included."""
        lines = (self.origin, str(self.size), b64_encode(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with its signature lines; whether they verify is another question."""

    checkpoint: Checkpoint
    note: SignedNote

    def encode(self) -> bytes:
        return self.note.encode()

    def signed_by(self, *signatures: NoteSignature) -> SignedCheckpoint:
        return SignedCheckpoint(self.checkpoint, self.note.signed_by(*signatures))


def parse_text(text: str) -> Checkpoint:
    """The checkpoint that a note's text is.

    Raises:
        FormatError: it is none.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop():
        raise FormatError("a checkpoint has at least three lines, each with a newline")
    size = decimal_decode(lines[1], what="the tree size")
    root = hash_decode(lines[2], what="the root hash")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def parse_checkpoint(data: bytes, *, max_bytes: int = MAX_NOTE_BYTES) -> SignedCheckpoint:
    """A checkpoint of which nothing is verified yet.

    Raises:
        FormatError: no signed note, or its text is no checkpoint.
    """
    note = parse_note(data, max_bytes=max_bytes)
    return SignedCheckpoint(parse_text(note.text), note)


def open_checkpoint(
    data: bytes, *, origin: str, verifiers: Iterable[NoteVerifier]
) -> SignedCheckpoint:
    """A checkpoint of the log ``origin`` that a trusted key signed.

    Raises:
        FormatError: it is no checkpoint.
        SignatureError: it is of another log, or ``open_note`` refuses it.
    """
    found = parse_checkpoint(data)
    if found.checkpoint.origin != origin:
        other = shown(found.checkpoint.origin)
        raise SignatureError(f"the checkpoint is of {other}, not {shown(origin)}")
    open_note(found.note, verifiers)
    return found
