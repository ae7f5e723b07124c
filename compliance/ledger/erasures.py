"""What was erased on the record: when, on which legal basis, and which entry tells of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from compliance.domain.events import EventType
from compliance.events.models import Event
from compliance.ledger.models import Evidence


@dataclass(frozen=True, slots=True)
class Erasure:
    """That something was erased.

    Attributes:
        basis: as it was given; empty where it was itself erased from the event.
        entry: the index of the entry that tells of it; None until it is in the log.
    """

    at: datetime
    basis: str
    entry: int | None

    def __str__(self) -> str:
        basis = f"on the basis of {self.basis}" if self.basis else "on a basis that was erased too"
        place = "not in the log yet" if self.entry is None else f"entry {self.entry} of the ledger"
        return f"erased on {self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC {basis}; {place}"


def erasure_of(event: Event) -> Erasure:
    """What an event that tells of an erasure says."""
    entry = getattr(event, "entry", None)
    return Erasure(
        at=event.occurred_at,
        basis=str(event.payload.get("basis", "")),
        entry=entry.index if entry else None,
    )


def evidence_erasures(*, digests: Collection[str]) -> dict[str, Erasure]:
    """What was erased of the evidence that these digests name, by digest.

    For services and faces that have scoped the digests already.
    """
    gone = Evidence.objects.filter(sha256__in=digests, data_key__isnull=True)
    by_subject = {one.subject: one.sha256 for one in gone.order_by()}
    if not by_subject:
        return {}
    told = Event.objects.filter(
        type=EventType.EVIDENCE_ERASED.value, subject__in=by_subject
    ).select_related("entry")
    # The latest first, as events come: where several records name it, all say the same.
    return {by_subject[event.subject]: erasure_of(event) for event in told}
