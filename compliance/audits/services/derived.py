"""Whether what is kept beside results, so that pages need not seek it, is what results say.

``Standing``, ``StreamRow`` and ``StreamNewest`` are written in the transaction that records a
result. Results are read first: what is recorded meanwhile makes a kept row newer, never older.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet

from compliance.audits.models import Result, Standing, StreamNewest, StreamRow
from compliance.audits.services.standings import standings_record, streams_record

Test = tuple[UUID, str]
"""Version and stress test: what a standing is of."""
Claim = tuple[UUID, str, bool]
"""Version, spec digest, whether people's labels judged: what a stream is of."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept row that is not what results say.

    Attributes:
        repair: makes it so; None where nothing may: what was numbered stays as it is.
    """

    said: str
    repair: Callable[[], None] | None = None


def derived_differences() -> Iterator[Difference]:
    """Every kept row that differs from what all results say; a repair may be done on the way."""
    standings: dict[Test, datetime] = {}
    streams: dict[Claim, datetime] = {}
    firsts: dict[Claim, float] = {}
    rows = Result.objects.order_by("recorded_at", "id").values_list(
        *("version", "test_name", "spec_digest", "shard__labelled", "estimate__lead"),
        *("recorded_at", "log10_e_violating"),
    )
    for version, test, spec_digest, labelled, lead, at, value in rows.iterator():
        standings[version, test] = at
        if not lead:
            claim = version, spec_digest, labelled is not None
            streams[claim] = at
            firsts.setdefault(claim, value)
    yield from _standings(standings)
    yield from _streams(streams)
    yield from _heads(streams, firsts)
    yield from _numbers()


def _standings(newest: dict[Test, datetime]) -> Iterator[Difference]:
    rows = Standing.objects.values_list(
        *("version", "test_name", "verdict", "result__recorded_at"),
        *("result__version", "result__test_name", "result__verdict"),
    )
    kept: dict[Test, tuple[bool, datetime]] = {}
    for version, test, verdict, at, *of in rows:
        kept[version, test] = ([version, test, verdict] == of, at)
    for key in sorted(kept.keys() | newest.keys(), key=str):
        if not _right(kept.get(key), newest.get(key)):
            said = f"standing of {key[1]} on version {key[0]} is not its newest result"
            yield Difference(said, partial(_standing_repair, key))


def _streams(newest: dict[Claim, datetime]) -> Iterator[Difference]:
    kept = set(StreamRow.objects.values_list("version", "spec_digest", "by_people"))
    for key in sorted(newest.keys() - kept, key=str):
        said = f"no stream of claim {key[1]} on version {key[0]}"
        yield Difference(said, partial(_stream_repair, key))
    elsewhere = StreamRow.objects.exclude(organization=F("version__model__organization"))
    for stream in elsewhere.select_related("organization"):
        yield Difference(f"{stream} is of another organization than its version")


def _heads(newest: dict[Claim, datetime], firsts: dict[Claim, float]) -> Iterator[Difference]:
    rows = StreamNewest.objects.values_list(
        *("stream__version", "stream__spec_digest", "stream__by_people", "log10_e_violating"),
        "first_log10_e_violating",
        *("result__recorded_at", "result__shard__labelled"),
        *("result__version", "result__spec_digest", "result__log10_e_violating"),
    )
    kept: dict[Claim, tuple[bool, datetime]] = {}
    for version, digest, by_people, value, first, at, labelled, *of in rows:
        same = [version, digest, value, by_people] == [*of, labelled is not None]
        claim = version, digest, by_people
        kept[claim] = (same and first == firsts.get(claim, first), at)
    for key in sorted(kept.keys() | newest.keys(), key=str):
        if not _right(kept.get(key), newest.get(key)):
            said = f"newest result of claim {key[1]} on version {key[0]} is another"
            yield Difference(said, partial(_stream_repair, key))


def _numbers() -> Iterator[Difference]:
    counts = StreamRow.objects.order_by().values("organization__slug")
    for row in counts.annotate(count=Count("id"), last=Max("number")).exclude(count=F("last")):
        name, count = row["organization__slug"], row["count"]
        yield Difference(f"streams of {name} are not numbered from 1 to {count}")


def _right(kept: tuple[bool, datetime] | None, newest: datetime | None) -> bool:
    """Whether a kept row holds what its result says, and no result is newer."""
    return kept is not None and kept[0] and (newest is None or kept[1] >= newest)


@transaction.atomic
def _standing_repair(key: Test) -> None:
    version, test = key
    Standing.objects.filter(version=version, test_name=test).delete()
    newest = Result.objects.filter(version=version, test_name=test).order_by("-recorded_at").first()
    if newest is not None:
        Standing.objects.filter(result=newest).delete()  # another test's or version's, by mistake
        standings_record([newest])


@transaction.atomic
def _stream_repair(key: Claim) -> None:
    """Give a claim the stream that its first result opens, and its newest result."""
    version, spec_digest, by_people = key
    StreamNewest.objects.filter(
        stream__version=version, stream__spec_digest=spec_digest, stream__by_people=by_people
    ).delete()
    results = _of_claim(version, spec_digest, by_people=by_people).order_by("recorded_at")
    streams_record([one for one in (results.first(), results.last()) if one is not None])


def _of_claim(version: UUID, spec_digest: str, *, by_people: bool) -> QuerySet[Result]:
    return Result.objects.filter(
        version=version,
        spec_digest=spec_digest,
        shard__labelled__isnull=not by_people,
        estimate__lead=False,
    ).select_related("version__model", "shard")
