"""fsck: reads the whole record again and says what differs from what it should be."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

import django
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from compliance.domain.errors import DamagedError
from compliance.domain.events import EventType
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.errors import FormatError
from compliance.events.models import Event, PendingEvent
from compliance.ledger.models import Checkpoint, Entry, Evidence, Log, Subtree
from compliance.ledger.selectors import hash_reader
from compliance.ledger.services.evidence import evidence_read
from compliance.ledger.services.walking import (
    CHUNK,
    Difference,
    Span,
    span_check,
    subtrees_within,
)

SMALLEST_SPAN = 10_000
"""Entries that are worth a process: one takes about as long to start as these take to check."""


def log_check(*, processes: int = 1) -> Iterator[Difference]:
    """Every entry against its hash, its event and its chain; the tree against every checkpoint.

    What is read is the record of one moment, however long it takes and whatever is appended.

    Args:
        processes: among how many the log is divided.
    """
    with _one_moment() as moment:
        log = Log.objects.filter(id=Log.ONLY).first() or Log(edge=CompactRange().to_bytes())
        processes = max(1, min(processes, log.size // SMALLEST_SPAN))
        if processes == 1:
            yield from span_check(Span(0, log.size))
        else:
            yield from _side_by_side(_spans(log.size, processes), moment)
        yield from _head_check(log)
        yield from _beyond(log.size)


def events_check() -> Iterator[Difference]:
    """Events that have no place in the log and do not wait for one."""
    logged = Entry.objects.filter(event=OuterRef("pk"))
    waiting = PendingEvent.objects.filter(event=OuterRef("pk"), reader="ledger")
    lost = Event.objects.filter(~Exists(logged), ~Exists(waiting)).order_by()
    for event_id in lost.values_list("id", flat=True).iterator(chunk_size=CHUNK):
        yield Difference(f"event {event_id}", "is not in the log, and does not wait to be")


def evidence_check() -> Iterator[Difference]:
    """Every piece of evidence against its digest; what was erased on the record is passed over."""
    kept = Evidence.objects.filter(data_key__isnull=False).order_by("recorded_at")
    for sha256 in kept.values_list("sha256", flat=True).iterator(chunk_size=CHUNK):
        try:
            evidence_read(sha256=sha256)
        except DamagedError as error:
            yield Difference(f"evidence {sha256}", str(error))
    told = Event.objects.filter(type=EventType.EVIDENCE_ERASED.value)
    erased = set(told.order_by().values_list("subject", flat=True))
    for row in Evidence.objects.filter(data_key__isnull=True).order_by("recorded_at"):
        if row.subject not in erased:
            yield Difference(f"evidence {row.sha256}", "its key is gone, and nobody erased it")


@contextmanager
def _one_moment(moment: str = "") -> Iterator[str]:
    """Read the record as it is now, or as it was at another process's moment; yields its name.

    Inside a caller's transaction, whose isolation is the caller's, it has no name.
    """
    if connection.in_atomic_block:
        yield ""
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if moment:
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [moment])
            yield moment
        else:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor.fetchone()[0]


def _spans(size: int, count: int) -> list[Span]:
    cuts = [size * number // count for number in range(count + 1)]
    return [Span(first, last) for first, last in itertools.pairwise(cuts)]


def _side_by_side(spans: list[Span], moment: str) -> Iterator[Difference]:
    """Each span in a process of its own, which is no fork: it opens its own connection."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(spans), mp_context=context, initializer=django.setup) as pool:
        for found in pool.map(partial(_span_differences, moment=moment), spans):
            yield from found


def _span_differences(span: Span, *, moment: str) -> list[Difference]:
    with _one_moment(moment):
        return list(span_check(span))


def _head_check(log: Log) -> Iterator[Difference]:
    """The edge to append at, against the hashes that the spans compared with their entries."""
    try:
        edge = CompactRange.read(log.size, hash_reader(log.size)).to_bytes()
    except FormatError as error:
        yield Difference("log", f"its head cannot be made of its entries: {error}")
        return
    if bytes(log.edge) != edge:
        yield Difference("log", f"its head is not that of its {log.size} entries")


def _beyond(size: int) -> Iterator[Difference]:
    """What vouches for, or stands as, entries that the log does not have."""
    for index in Entry.objects.filter(index__gte=size).values_list("index", flat=True):
        yield Difference(f"entry {index}", f"stands beyond the log's head of {size} entries")
    for head in Checkpoint.objects.filter(size__gt=size).values_list("size", flat=True):
        yield Difference(f"checkpoint {head}", "vouches for entries that are missing")
    whole = Subtree.objects.filter(subtrees_within(Span(0, size))).values("id")
    beyond = Subtree.objects.exclude(id__in=whole)
    for level, index in beyond.values_list("level", "index"):
        yield Difference(f"subtree {level}/{index}", "is of entries that are missing")
