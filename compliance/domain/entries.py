"""Ledger entries: what the log says of an event, to the byte.

An entry is public. It holds opaque ids, times and salted commitments, never a value that a
person or a company chose; whoever is shown the values and their salts can check them against it
(``compliance.domain.commitments``). Each entry also names its place in its organization's own
chain, so that a history with an entry left out cannot be shown as whole.

The bytes are canonical JSON (RFC 8785), so that a reader can insist on them: an entry that does
not parse back to its own bytes is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from compliance.domain.canonical import Json
from compliance.domain.commitments import commitment
from compliance.domain.errors import InvalidInputError

FORMAT = "assay/entry/v1"
ACTOR = "actor"
"""The path under which an entry commits to who acted; a payload's own keys are not called that."""
_HEX_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Link:
    """An entry's place in its organization's chain.

    ``number`` counts from 0; ``previous`` is the leaf hash, in hex, of the entry before it, or
    empty for the first.
    """

    number: int
    previous: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of one event.

    Attributes:
        organization: its id; empty for the operator's own events.
        occurred_at: RFC 3339, UTC: the time that the record claims; only a checkpoint's
            cosignatures are evidence of when.
        commitments: field path to the hex of its salted commitment.
    """

    event: str
    type: str
    organization: str
    subject: str
    occurred_at: str
    commitments: Mapping[str, str]
    chain: Link

    def to_bytes(self) -> bytes:
        """The entry as it is logged."""
        return _canonical(
            {
                "format": FORMAT,
                "event": self.event,
                "type": self.type,
                "organization": self.organization,
                "subject": self.subject,
                "occurred_at": self.occurred_at,
                "commitments": self.commitments,
                "chain": {"number": self.chain.number, "previous": self.chain.previous},
            }
        )

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Read an entry, and insist that it is written in the one way there is.

        Raises:
            InvalidInputError: it is none, or other bytes would say the same.
        """
        try:
            fields = json.loads(body)
            form = fields.pop("format")
            entry = cls(**{**fields, "chain": Link(**fields["chain"])})
            entry._check(form)
            same = entry.to_bytes() == body
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise _refused(str(error)) from error
        if not same:
            raise _refused("it is not canonical JSON")
        return entry

    def _check(self, form: object) -> None:
        if form != FORMAT:
            raise ValueError(f"its format is not {FORMAT}")
        for name in ("event", "organization"):
            said = getattr(self, name)
            if (said or name == "event") and str(UUID(said)) != said:
                raise ValueError(f"{name} is not a UUID as they are written")
        for name in ("type", "subject", "occurred_at"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} is not text")
        if not all(is_digest(value) for value in self.commitments.values()):
            raise ValueError("a commitment is not the hex of 32 bytes")
        if type(self.chain.number) is not int or self.chain.number < 0:
            raise ValueError("the chain's number does not count")
        first = self.chain.number == 0
        if self.chain.previous != "" if first else not is_digest(self.chain.previous):
            raise ValueError("the chain does not name the entry before")


def _canonical(value: object) -> bytes:
    """Canonical JSON of text and small numbers, by the standard library, which is quicker.

    Sorting by code point is RFC 8785's order as well while keys are ASCII, as fields' names are.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def values_of(payload: Mapping[str, Json], actor_id: int | None) -> dict[str, Json]:
    """What an entry commits to, by field path: the event's payload, and who acted, if somebody."""
    return {**payload, ACTOR: str(actor_id) if actor_id else None}


def commitments_of(values: Mapping[str, Json], salts: Mapping[str, str]) -> dict[str, str]:
    """Field path to commitment, for values whose salts (hex) are known.

    Raises:
        KeyError: a value without a salt.
        CommitmentError: a value that has no canonical JSON.
    """
    return {
        path: commitment(path, bytes.fromhex(salts[path]), value) for path, value in values.items()
    }


def _refused(why: str) -> InvalidInputError:
    return InvalidInputError(
        field="entry",
        problem=f"this is no ledger entry: {why}",
        fix="Fetch it again from the log",
    )


def is_digest(value: object) -> bool:
    """Whether a value is the lowercase hex of 32 bytes."""
    if not isinstance(value, str) or len(value) != _HEX_DIGITS:
        return False
    return all(digit in "0123456789abcdef" for digit in value)
