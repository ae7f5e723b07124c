"""Salted commitments: a public entry holds only the digest of a personal or secret field.

``SHA-256(domain || length of path || path || salt || value)``: the domain keeps it apart from every
other digest, the length (2 bytes, big-endian) keeps path and salt apart, the path keeps a value
from being moved to another field, and the salt of 256 random bits keeps who holds the entry from
guessing it. The value is canonical JSON. Whoever destroys value and salt has erased the field, and
every proof over the entry still verifies.

Source: RFC 9901 (salted digests of selective disclosure); RFC 8785 (the value's bytes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from compliance.domain.canonical import Json, canonical_json

DOMAIN = b"assay/commitment/v1\x00"

SALT_BYTES = 32

LONGEST_PATH = 200
"""Bytes of UTF-8."""


class CommitmentError(ValueError):
    """An opening that is malformed, or is not of the commitment it is shown for."""


def commitment(path: str, salt: bytes, value: Json) -> str:
    """Lowercase hex SHA-256 that commits to ``value`` at ``path``.

    Args:
        path: the field by name, e.g. ``model/name``; at most 200 bytes of UTF-8.
        salt: 32 random bytes, fresh for each field of each entry.

    Raises:
        CommitmentError: a path that is empty or too long, a salt of another length, or a value that
            has no canonical JSON.
    """
    try:
        name, content = path.encode(), canonical_json(value)
    except ValueError as error:  # rfc8785's errors and UnicodeEncodeError alike
        raise CommitmentError(f"a field cannot be committed to: {error}") from error
    if not 0 < len(name) <= LONGEST_PATH:
        raise CommitmentError(f"a path has 1 to {LONGEST_PATH} bytes, not {len(name)}")
    if len(salt) != SALT_BYTES:
        raise CommitmentError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    length = len(name).to_bytes(2, "big")
    return hashlib.sha256(DOMAIN + length + name + salt + content).hexdigest()


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows a committed field to somebody: its path, salt and value."""

    path: str
    salt: bytes
    value: Json

    @property
    def commitment(self) -> str:
        """As ``commitment``, which also says what it raises."""
        return commitment(self.path, self.salt, self.value)

    def to_json(self) -> dict[str, Json]:
        return {"path": self.path, "salt": self.salt.hex(), "value": self.value}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Rebuild an opening from JSON.

        Raises:
            CommitmentError: a key is missing, unknown or of the wrong type.
        """
        if not isinstance(value, Mapping) or set(value) != {"path", "salt", "value"}:
            raise CommitmentError("an opening is an object with path, salt and value")
        path, salt = value["path"], value["salt"]
        if not isinstance(path, str) or not isinstance(salt, str):
            raise CommitmentError("an opening's path and salt are strings")
        try:
            content = bytes.fromhex(salt)
        except ValueError as error:
            raise CommitmentError("an opening's salt is hexadecimal") from error
        if content.hex() != salt or len(content) != SALT_BYTES:  # one spelling only
            raise CommitmentError("an opening's salt is 64 lowercase hexadecimal digits")
        return cls(path=path, salt=content, value=value["value"])


def disclosed(
    commitments: Mapping[str, str], openings: Iterable[Opening]
) -> tuple[dict[str, Json], tuple[str, ...]]:
    """What openings show of an entry: (path to value, paths that stay redacted, sorted).

    A path without an opening was erased or is withheld: nothing tells which, and nothing is wrong
    with the entry.

    Args:
        commitments: path to lowercase hex commitment, as the entry has them.

    Raises:
        CommitmentError: an opening of a path that the entry does not commit to, of one that was
            opened before, or of another value than was committed to.
    """
    shown: dict[str, Json] = {}
    for opening in openings:
        if opening.path not in commitments:
            raise CommitmentError(f"the entry has no field {opening.path!r}")
        if opening.path in shown:
            raise CommitmentError(f"{opening.path!r} is opened twice")
        if opening.commitment != commitments[opening.path]:
            raise CommitmentError(f"{opening.path!r} is not what the entry commits to")
        shown[opening.path] = opening.value
    return shown, tuple(sorted(set(commitments) - set(shown)))
