"""The steps of a dispute as their ledger entries tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.domain.canonical import Json
from compliance.domain.commitments import disclosed
from compliance.domain.events import EventType
from compliance.domain.strict_json import strict_json
from compliance.domain.verify.entry import entry_commitments
from compliance.domain.verify.page_proof import ProvedEntry
from compliance.domain.verify.rules import NotCheckedError

STEPS = frozenset(one for one in EventType if one.value.startswith("dispute."))


@dataclass(frozen=True, slots=True)
class Told:
    """A step as its entry tells it."""

    index: int
    event_type: EventType
    subject: str
    organization: str
    payload: Mapping[str, Json]

    def said(self, name: str) -> Json:
        """A field.

        Raises:
            NotCheckedError: it is redacted.
        """
        if name not in self.payload:
            raise NotCheckedError(f"{name} of entry {self.index} is redacted")
        return self.payload[name]


def told_of(one: ProvedEntry) -> Told:
    """What an entry tells, once its proof holds.

    Raises:
        CommitmentError, ValueError, TypeError, KeyError: it is not told as steps are.
    """
    event = object_of(strict_json(one.entry, max_bytes=len(one.entry)))
    event_type = EventType(str(event["type"]))
    if event_type not in STEPS:
        raise ValueError(f"entry {one.proof.index} is no step of a dispute")
    shown, _ = disclosed(entry_commitments(one.entry), one.openings)
    return Told(
        index=one.proof.index,
        event_type=event_type,
        subject=str(event["subject"]),
        organization=str(event["organization"]),
        payload=shown,
    )


def object_of(value: Json) -> Mapping[str, Json]:
    """A JSON object.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, Mapping):
        raise TypeError("an object is expected")
    return value
