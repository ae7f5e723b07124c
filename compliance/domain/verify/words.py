"""What models said to one item of a bundle: shown with its salt, erased, or not committed to.

The first key of a line of ``items.jsonl``, ``answer``, in one of three spellings:

- ``{"salt": …, "words": {"answer": …}}``: the words, and what opens the commitment to them;
- ``{"commitment": …, "entry": …}``: erased; the salt went with the words, so nobody can try out
  whether a short answer was "yes". The entry of the log that tells of it is the operator's word;
- ``null``: kept by a release that committed to no answers; the words are left out.

Lines of bundles by the first predicate have no such key: their scores hold the words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from compliance.domain.canonical import Json, canonical_json
from compliance.domain.commitments import SALT_BYTES, commitment
from compliance.domain.entries import is_digest
from compliance.domain.errors import AssayError
from compliance.domain.items import ANSWER_PATH, answers_digest


@dataclass(frozen=True, slots=True)
class Shown:
    """The words of models, with the salt of their commitment."""

    salt: bytes
    said: Mapping[str, Json]

    @property
    def commitment(self) -> str:
        """Raises CommitmentError: see ``commitments.commitment``."""
        return commitment(ANSWER_PATH, self.salt, dict(self.said))

    def encode(self) -> bytes:
        return canonical_json({"salt": self.salt.hex(), "words": dict(self.said)})


@dataclass(frozen=True, slots=True)
class Erased:
    """The commitment that is left of erased words.

    Attributes:
        entry: the index of the entry that tells of the erasure, as the operator says.
    """

    commitment: str
    entry: int

    def encode(self) -> bytes:
        return canonical_json({"commitment": self.commitment, "entry": self.entry})


@dataclass(frozen=True, slots=True)
class Unbound:
    """Words that nothing commits to, and that are therefore left out."""

    commitment: str = ""

    def encode(self) -> bytes:
        return b"null"


Words: TypeAlias = Shown | Erased | Unbound


class WordsError(AssayError):
    """Words that are not what a statement commits to; the message says how."""


def words_check(every: Sequence[Words | None], digest: str) -> tuple[str, bool]:
    """Check the words of a bundle; returns what to say, and whether some are erased.

    Args:
        every: of each line; None where its score holds them.
        digest: the statement's, over all commitments; empty by the first predicate.

    Raises:
        WordsError: they are not those of the statement.
    """
    apart = [one for one in every if one is not None]
    if len(apart) != (len(every) if digest else 0):
        raise WordsError("answers stand elsewhere than this kind of statement has them")
    if not digest:
        return f"{len(every):,} answers, within their scores", False
    if answers_digest(one.commitment for one in apart) != digest:
        raise WordsError("the answers are not those of the statement")
    shown = sum(isinstance(one, Shown) for one in apart)
    erased = [one.entry for one in apart if isinstance(one, Erased)]
    said = f"{shown:,} of {len(apart):,} answers, as they were committed to"
    if not erased:
        return said, False
    entries = ", ".join(map(str, sorted(set(erased))))
    told = f"{len(erased):,} erased, as the operator says by entry {entries} of the log"
    return f"{said}; {told}: their commitments stand", True


def parse_words(value: Json, written: bytes) -> Words:
    """The words that JSON says.

    Args:
        written: the very bytes.

    Raises:
        ValueError: it is none of the three, or written in another way.
    """
    found = _words(value)
    if found.encode() != written:
        raise ValueError("an answer is written in another way than it must be")
    return found


def _words(value: Json) -> Words:
    if value is None:
        return Unbound()
    fields = cast("Mapping[str, object]", value if isinstance(value, Mapping) else {})
    if set(fields) == {"salt", "words"} and isinstance(fields["words"], Mapping):
        salt = bytes.fromhex(str(fields["salt"]))
        if len(salt) == SALT_BYTES:
            return Shown(salt, fields["words"])
    elif set(fields) == {"commitment", "entry"} and is_digest(fields["commitment"]):
        entry = fields["entry"]
        if isinstance(entry, int) and type(entry) is int and entry >= 0:
            return Erased(str(fields["commitment"]), entry)
    raise ValueError("an answer is shown with its salt, erased with its commitment, or null")
