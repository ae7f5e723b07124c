"""Walks over a span of the log, and grows its tree and its organizations' chains again.

A span starts from what is stored of the entries before it: the roots of their subtrees, and where
each chain ended. Whoever walks the span before holds those same rows against its own entries, so
that spans which all agree are one log that agrees, however many processes walked it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max, Q

from compliance.domain import entries
from compliance.domain.canonical import Json
from compliance.domain.commitments import CommitmentError
from compliance.domain.errors import InvalidInputError
from compliance.domain.events import EventType
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import leaf_hash
from compliance.domain.tlog.tiles import TILE_HEIGHT
from compliance.events.models import Event
from compliance.ledger.models import Checkpoint, Entry, Subtree
from compliance.ledger.selectors import hash_reader
from compliance.ledger.services.sequencing import SAID, Said, entry_body

CHUNK = 2_000
LEVELS = range(1, 8)
"""Of stored subtrees; a whole one of 256^8 entries would be larger than a log may be."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what it should be."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Span(NamedTuple):
    """Entries from ``first`` up to ``last``, which is none of them."""

    first: int
    last: int


class _Held(NamedTuple):
    """What an event holds that its entry only commits to."""

    payload: Mapping[str, Json]
    salts: Mapping[str, str]
    actor_id: int | None


_HELD = _Held._fields
_COLUMNS = (
    *("index", "number", "organization_id", "body", "leaf_hash"),
    *(f"event__{name}" for name in (*SAID, *_HELD)),
)


def span_check(span: Span) -> Iterator[Difference]:
    """Every entry of a span against its hash, its event and its chain; the tree over them."""
    try:
        walk = _Walk(span)
    except FormatError as error:
        yield Difference(f"entries before {span.first}", f"cannot be built on: {error}")
        return
    erased = _erased()
    rows = Entry.objects.filter(index__gte=span.first, index__lt=span.last).order_by("index")
    for index, number, owner, body, hashed, *event in rows.values_list(*_COLUMNS).iterator(
        chunk_size=CHUNK
    ):
        said, held = Said(*event[: len(SAID)]), _Held(*event[len(SAID) :])
        yield from walk.visit(index, bytes(body), bytes(hashed))
        yield from walk.compare(index, bytes(body), said, place=(number, owner))
        yield from _committed(index, said, held)
        for path in sorted(said.commitments.keys() - held.salts.keys()):
            if (str(said.id), path) not in erased:
                yield Difference(f"entry {index}", f"{path} is gone, and nobody erased it")
    yield from walk.finish()


def subtrees_within(span: Span) -> Q:
    """Those of the subtrees that became whole with an entry of the span."""
    found = Q(pk__in=())
    for level in LEVELS:
        width = 1 << level * TILE_HEIGHT
        first, last = span.first // width, span.last // width
        if first < last:
            found |= Q(level=level, index__gte=first, index__lt=last)
    return found


class _Walk:
    """Grows the tree and the chains again, entry by entry.

    Raises:
        FormatError: nothing can be built on what is stored of the entries before.
    """

    def __init__(self, span: Span) -> None:
        self._span = span
        self._edge = CompactRange.read(span.first, hash_reader(span.first))
        self._links = _links_before(span.first)
        heads = Checkpoint.objects.filter(size__gt=span.first, size__lte=span.last)
        self._roots = dict(heads.values_list("size", "root"))
        whole = Subtree.objects.filter(subtrees_within(span))
        self._subtrees = {
            (level, index): bytes(root)
            for level, index, root in whole.values_list("level", "index", "root")
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
        if self._edge.size != self._span.last:
            where = f"entries from {self._span.first} up to {self._span.last}"
            yield Difference(where, f"are {self._edge.size - self._span.first}: some are missing")
        for size in self._roots:
            yield Difference(f"checkpoint {size}", "vouches for entries that are missing")
        for level, index in self._subtrees:
            yield Difference(f"subtree {level}/{index}", "is of entries that are missing")

    def _subtree(self, level: int, index: int, root: bytes) -> Iterator[Difference]:
        row, between = divmod(level, TILE_HEIGHT)
        if row and not between and self._subtrees.pop((row, index), None) != root:
            yield Difference(f"subtree {row}/{index}", "is not the root of its entries")


def _links_before(first: int) -> dict[UUID | None, entries.Link]:
    """What each organization's next entry must say of its chain, by what is stored before."""
    before = Entry.objects.filter(index__lt=first).order_by().values("organization_id")
    last = [row["last"] for row in before.annotate(last=Max("index"))]
    rows = Entry.objects.filter(index__in=last).order_by()
    return {
        owner: entries.Link(number + 1, bytes(leaf).hex())
        for owner, number, leaf in rows.values_list("organization_id", "number", "leaf_hash")
    }


def _erased() -> set[tuple[str, str]]:
    """Event id and field of everything that was erased on the record."""
    told = Event.objects.filter(type=EventType.RECORD_ERASED.value)
    return {
        (payload["event"], path)
        for payload in told.values_list("payload", flat=True)
        for path in payload["fields"]
    }


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
