"""fsck: reads the whole log again and says what differs from what it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from compliance.domain import entries
from compliance.domain.commitments import CommitmentError
from compliance.domain.errors import DamagedError, InvalidInputError
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.merkle import leaf_hash
from compliance.domain.tlog.tiles import TILE_HEIGHT
from compliance.events.models import Event, PendingEvent
from compliance.ledger.models import Checkpoint, Entry, Evidence, Log, Subtree
from compliance.ledger.services.evidence import evidence_read
from compliance.ledger.services.sequencing import entry_body

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
    walk = _Walk()
    rows = Entry.objects.order_by("index").select_related("event").iterator(chunk_size=CHUNK)
    for entry in rows:
        yield from walk.visit(entry)
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


class _Walk:
    """Grows the tree again, entry by entry."""

    def __init__(self) -> None:
        self._edge = CompactRange()
        self._links: dict[object, entries.Link] = {}
        self._roots = dict(Checkpoint.objects.values_list("size", "root"))
        self._subtrees = {
            (level, index): bytes(root)
            for level, index, root in Subtree.objects.values_list("level", "index", "root")
        }

    def visit(self, entry: Entry) -> Iterator[Difference]:
        where, body = f"entry {entry.index}", bytes(entry.body)
        if entry.index != self._edge.size:
            yield Difference(where, f"stands where entry {self._edge.size} should")
        hashed = leaf_hash(body)
        if hashed != bytes(entry.leaf_hash):
            yield Difference(where, "does not hash to what was stored of it")
        yield from _of_its_event(where, entry, body)
        yield from self._chain(where, entry, body, hashed)
        wrong: list[Difference] = []
        self._edge.append(hashed, visit=lambda *node: wrong.extend(self._subtree(*node)))
        yield from wrong
        root = self._roots.pop(self._edge.size, None)
        if root is not None and bytes(root) != self._edge.root:
            yield Difference(f"checkpoint {self._edge.size}", "was signed over another tree")

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

    def _chain(self, where: str, entry: Entry, body: bytes, hashed: bytes) -> Iterator[Difference]:
        expected = self._links.get(entry.organization_id, entries.Link(0, ""))
        try:
            if entries.Entry.from_bytes(body).chain != expected:
                yield Difference(where, "does not follow its organization's last entry")
        except InvalidInputError as error:
            yield Difference(where, str(error))
        after = entries.Link(expected.number + 1, hashed.hex())
        self._links[entry.organization_id] = after


def _of_its_event(where: str, entry: Entry, body: bytes) -> Iterator[Difference]:
    """The entry says what its event says, and the event's values are those committed to."""
    event = entry.event
    try:
        if entry_body(event, entries.Entry.from_bytes(body).chain) != body:
            yield Difference(where, f"is not what event {event.id} says")
        actor = str(event.actor_id) if event.actor_id else None
        values = {
            path: value
            for path, value in {**event.payload, entries.ACTOR: actor}.items()
            if path in event.salts
        }
        for path, found in entries.commitments_of(values, event.salts).items():
            if event.commitments.get(path) != found:
                yield Difference(where, f"{path} is not what was committed to")
    except (InvalidInputError, CommitmentError, ValueError) as error:
        yield Difference(where, f"its event cannot be read: {error}")
