"""fsck: reads the whole log again and says what differs from what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef

from compliance.domain import entries
from compliance.domain.canonical import Json
from compliance.domain.commitments import CommitmentError
from compliance.domain.errors import DamagedError, InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.merkle import leaf_hash
from compliance.domain.tlog.tiles import TILE_HEIGHT
from compliance.events.models import Event, PendingEvent
from compliance.ledger.models import Checkpoint, Entry, Evidence, Log, Subtree
from compliance.ledger.services.evidence import evidence_read
from compliance.ledger.services.sequencing import SAID, Said, entry_body

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what it should be."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def log_check() -> Iterator[Difference]:
    """Every entry against its hash, its event and its chain; the tree against every checkpoint."""
    walk, erased = _Walk(), _erased()
    columns = (
        "index",
        "number",
        "organization_id",
        "body",
        "leaf_hash",
        *(f"event__{name}" for name in (*SAID, *_HELD)),
    )
    rows = Entry.objects.order_by("index").values_list(*columns)
    for index, number, owner, body, hashed, *event in rows.iterator(chunk_size=CHUNK):
        said, held = Said(*event[: len(SAID)]), _Held(*event[len(SAID) :])
        yield from walk.visit(index, bytes(body), bytes(hashed))
        yield from walk.compare(index, bytes(body), said, place=(number, owner))
        yield from _committed(index, said, held)
        for path in sorted(said.commitments.keys() - held.salts.keys()):
            if (str(said.id), path) not in erased:
                yield Difference(f"entry {index}", f"{path} is gone, and nobody erased it")
    yield from walk.finish()


def events_check() -> Iterator[Difference]:
    """Events that have no place in the log and do not wait for one."""
    logged = Entry.objects.filter(event=OuterRef("pk"))
    waiting = PendingEvent.objects.filter(event=OuterRef("pk"), reader="ledger")
    lost = Event.objects.filter(~Exists(logged), ~Exists(waiting))
    for event_id in lost.values_list("id", flat=True).iterator(chunk_size=CHUNK):
        yield Difference(f"event {event_id}", "is not in the log, and does not wait to be")


def evidence_check() -> Iterator[Difference]:
    """Every piece of evidence against its digest; what was erased is passed over."""
    kept = Evidence.objects.filter(data_key__isnull=False).order_by("recorded_at")
    for sha256 in kept.values_list("sha256", flat=True).iterator(chunk_size=CHUNK):
        try:
            evidence_read(sha256=sha256)
        except DamagedError as error:
            yield Difference(f"evidence {sha256}", str(error))


def _erased() -> set[tuple[str, str]]:
    """Event id and field of everything that was erased on the record."""
    told = Event.objects.filter(type=EventType.RECORD_ERASED.value)
    return {
        (payload["event"], path)
        for payload in told.values_list("payload", flat=True)
        for path in payload["fields"]
    }


class _Held(NamedTuple):
    """What an event holds that its entry only commits to."""

    payload: Mapping[str, Json]
    salts: Mapping[str, str]
    actor_id: int | None


_HELD = _Held._fields


class _Walk:
    """Grows the tree and the chains again, entry by entry."""

    def __init__(self) -> None:
        self._edge = CompactRange()
        self._links: dict[UUID | None, entries.Link] = {}
        self._roots = dict(Checkpoint.objects.values_list("size", "root"))
        self._subtrees = {
            (level, index): bytes(root)
            for level, index, root in Subtree.objects.values_list("level", "index", "root")
        }

    def visit(self, index: int, body: bytes, stored: bytes) -> Iterator[Difference]:
        if index != self._edge.size:
            yield Difference(f"entry {index}", f"stands where entry {self._edge.size} should")
        self._hashed = leaf_hash(body)
        if self._hashed != stored:
            yield Difference(f"entry {index}", "does not hash to what was stored of it")
        wrong: list[Difference] = []
        self._edge.append(self._hashed, visit=lambda *node: wrong.extend(self._subtree(*node)))
        yield from wrong
        root = self._roots.pop(self._edge.size, None)
        if root is not None and bytes(root) != self._edge.root:
            yield Difference(f"checkpoint {self._edge.size}", "was signed over another tree")

    def compare(
        self, index: int, body: bytes, said: Said, place: tuple[int, UUID | None]
    ) -> Iterator[Difference]:
        """The entry is, to the byte, what its event and its chain make of it."""
        expected = self._links.get(said.organization_id, entries.Link(0, ""))
        after = entries.Link(expected.number + 1, self._hashed.hex())
        self._links[said.organization_id] = after
        if place != (expected.number, said.organization_id):
            yield Difference(f"entry {index}", "is filed elsewhere in its organization's chain")
        if entry_body(said, expected) == body:
            return
        try:
            chain = entries.Entry.from_bytes(body).chain
        except InvalidInputError as error:
            yield Difference(f"entry {index}", str(error))
            return
        if chain != expected:
            yield Difference(f"entry {index}", "does not follow its organization's last entry")
        if entry_body(said, chain) != body:
            yield Difference(f"entry {index}", f"is not what event {said.id} says")

    def finish(self) -> Iterator[Difference]:
        log = Log.objects.filter(id=Log.ONLY).first()
        if log and bytes(log.edge) != self._edge.to_bytes():
            yield Difference("log", f"its head is not that of its {self._edge.size} entries")
        for size in self._roots:
            yield Difference(f"checkpoint {size}", "vouches for entries that are missing")
        for level, index in self._subtrees:
            yield Difference(f"subtree {level}/{index}", "is of entries that are missing")

    def _subtree(self, level: int, index: int, root: bytes) -> Iterator[Difference]:
        row, between = divmod(level, TILE_HEIGHT)
        if row and not between and self._subtrees.pop((row, index), None) != root:
            yield Difference(f"subtree {row}/{index}", "is not the root of its entries")


def _committed(index: int, said: Said, held: _Held) -> Iterator[Difference]:
    """The event's values are those that were committed to; erased ones have no salt."""
    known = entries.values_of(held.payload, held.actor_id)
    values = {path: value for path, value in known.items() if path in held.salts}
    try:
        found = entries.commitments_of(values, held.salts)
    except (CommitmentError, ValueError) as error:
        yield Difference(f"entry {index}", f"its event cannot be read: {error}")
        return
    for path, commitment in found.items():
        if said.commitments.get(path) != commitment:
            yield Difference(f"entry {index}", f"{path} is not what was committed to")
