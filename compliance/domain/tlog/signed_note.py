"""Signed notes by c2sp.org/signed-note: a text, and who signed it.

One spelling for every note: what was parsed encodes to the very bytes that were read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from compliance.domain.tlog.encoding import b64_decode, b64_encode, shown
from compliance.domain.tlog.errors import FormatError, SignatureError

MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100
"""As Go's ``note`` has it; the specification asks for at least 16."""
KEY_ID_BYTES = 4
_LINE_START = "— "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line.

    Attributes:
        name: the key's name.
        key_id: 4 bytes that tell keys of one name apart; no commitment to the key.
        payload: what the key's signature type makes of it; at least one byte.

    Raises:
        FormatError: a name with spaces or a plus sign, or an ID or payload of a wrong length.
    """

    name: str
    key_id: bytes
    payload: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.payload:
            raise FormatError(f"the signature of {shown(self.name)} is too short")

    @property
    def line(self) -> str:
        return f"{_LINE_START}{self.name} {b64_encode(self.key_id + self.payload)}\n"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text that ends in a newline, with its signature lines in order."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        lines = "".join(one.line for one in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def signed_by(self, *signatures: NoteSignature) -> SignedNote:
        """The same text with further lines; one that is there already is not added again."""
        more = [one for one in signatures if one not in self.signatures]
        return replace(self, signatures=(*self.signatures, *dict.fromkeys(more)))


class NoteVerifier(Protocol):
    """A trusted key."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verify(self, text: str, payload: bytes) -> bool:
        """Whether ``payload`` is this key's signature of ``text``."""


def parse_note(data: bytes, *, max_bytes: int = MAX_NOTE_BYTES) -> SignedNote:
    """A note, of which nothing is verified yet.

    Raises:
        FormatError: no signed note, or one beyond the limits.
    """
    if len(data) > max_bytes:
        raise FormatError(f"a note of {len(data)} bytes is over the limit of {max_bytes}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("a note is UTF-8, and this is not") from error
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise FormatError("a note ends in an empty line and signature lines")
    found = SignedNote(f"{text}\n", parse_lines(lines))
    check_text(found.text)
    return found


def parse_lines(lines: str) -> tuple[NoteSignature, ...]:
    """Signature lines alone, as a witness answers with them; each ends in a newline.

    Raises:
        FormatError: none, too many, or something else.
    """
    *each, rest = lines.split("\n")
    if rest or not 1 <= len(each) <= MAX_SIGNATURES:
        raise FormatError(f"a note has 1 to {MAX_SIGNATURES} signature lines")
    return tuple(_parse_line(line) for line in each)


def open_note(note: SignedNote, verifiers: Iterable[NoteVerifier]) -> tuple[NoteSignature, ...]:
    """The signatures of trusted keys; lines of unknown keys are ignored.

    Raises:
        SignatureError: a trusted key's line does not verify, whatever others do; no line is of a
            trusted key; or two trusted keys have one name and ID.
    """
    known: dict[tuple[str, bytes], NoteVerifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) is not verifier:
            raise SignatureError(f"two trusted keys are both {shown(verifier.name)} with one ID")
    verified = []
    for one in note.signatures:
        trusted = known.get((one.name, one.key_id))
        if trusted is None:
            continue
        if not trusted.verify(note.text, one.payload):
            raise SignatureError(f"the signature of {shown(one.name)} does not verify")
        verified.append(one)
    if not verified:
        raise SignatureError("no signature is of a trusted key")
    return tuple(verified)


def check_text(text: str) -> None:
    """Check that a text may be signed: it ends in a newline and has no other control character.

    Raises:
        FormatError: it may not.
    """
    if not text.endswith("\n") or any(one < " " and one != "\n" for one in text):
        raise FormatError("a note's text ends in a newline and has no control characters")
    _check_unicode(text)


def check_name(name: str) -> None:
    """Check a key's name.

    Raises:
        FormatError: it is empty, or has spaces, control characters or a plus sign.
    """
    if not name or "+" in name or any(one.isspace() or one < " " for one in name):
        raise FormatError(f"{shown(name)} is no name of a key")
    _check_unicode(name)


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FormatError("half a surrogate pair is no text") from error


def _parse_line(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not space:
        raise FormatError("a signature line is a dash, a name and base64")
    data = b64_decode(encoded, what=f"the signature of {shown(name)}")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
