"""Whether what is kept beside results, so that pages need not seek it, is what results say.

``Standing``, ``StreamNewest`` and ``VerdictChange`` are written in the transaction that records a
result, ``StreamRow`` in the one that commits to a run's items before. Results are read first: what
is recorded meanwhile makes a kept row newer, never older.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet

from compliance.audits.models import Result, Standing, StreamNewest, StreamRow, VerdictChange
from compliance.audits.services.standings import Test, standings_record
from compliance.audits.services.streams import Claim, streams_record
from compliance.domain.statistics.multiplicity import asking_discount


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept row that is not what results say.

    Attributes:
        repair: makes it so; None where nothing may: what was numbered stays as it is.
    """

    said: str
    repair: Callable[[], None] | None = None


@dataclass(slots=True)
class _Told:
    """What all results say, by one reading, oldest first.

    Attributes:
        standings, streams: when the newest result of each was recorded.
        firsts: the e-value of each stream's first, as the budget counts it.
        changes: the verdict before each result that has another, and when it was recorded.
        until: when the last result that was read was recorded.
    """

    standings: dict[Test, datetime] = field(default_factory=dict)
    streams: dict[Claim, datetime] = field(default_factory=dict)
    firsts: dict[Claim, float] = field(default_factory=dict)
    changes: dict[UUID, tuple[str, datetime]] = field(default_factory=dict)
    until: datetime | None = None


def derived_differences() -> Iterator[Difference]:
    """Every kept row that differs from what all results say; a repair may be done on the way."""
    told = _told()
    yield from _standings(told.standings)
    yield from _streams(told.streams)
    yield from _heads(told)
    yield from _numbers()
    yield from _changes(told)


def _told() -> _Told:
    told, verdicts = _Told(), defaultdict[Test, str](str)
    rows = Result.objects.order_by("recorded_at", "id").values_list(
        *("id", "version", "test_name", "verdict", "spec_digest"),
        *("estimate__lead", "recorded_at", "log10_e_violating", "shard__labelled", "shard__asking"),
    )
    for (
        result,
        version,
        test,
        verdict,
        digest,
        lead,
        at,
        value,
        labelled,
        asking,
    ) in rows.iterator():
        told.standings[version, test] = told.until = at
        if not lead:
            claim = version, digest, labelled is not None
            told.streams[claim] = at
            told.firsts.setdefault(claim, value + asking_discount(asking))
        if verdicts[version, test] != verdict:
            told.changes[result] = (verdicts[version, test], at)
            verdicts[version, test] = verdict
    return told


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


def _heads(told: _Told) -> Iterator[Difference]:
    rows = StreamNewest.objects.values_list(
        *("stream__version", "stream__spec_digest", "stream__by_people", "log10_e_violating"),
        "first_log10_e_violating",
        *("result__recorded_at", "result__shard__labelled", "result__shard__asking"),
        *("result__log10_e_violating", "result__version", "result__spec_digest"),
    )
    kept: dict[Claim, tuple[bool, datetime]] = {}
    for *claimed, value, first, at, labelled, asking, found, version, digest in rows:
        claim = (claimed[0], claimed[1], claimed[2])
        counted = found + asking_discount(asking)
        same = (*claim, value) == (version, digest, labelled is not None, counted)
        kept[claim] = (same and first == told.firsts.get(claim, first), at)
    for key in sorted(kept.keys() | told.streams.keys(), key=str):
        if not _right(kept.get(key), told.streams.get(key)):
            said = f"newest result of claim {key[1]} on version {key[0]} is another"
            yield Difference(said, partial(_stream_repair, key))


def _numbers() -> Iterator[Difference]:
    counts = StreamRow.objects.order_by().values("organization__slug")
    for row in counts.annotate(count=Count("id"), last=Max("number")).exclude(count=F("last")):
        name, count = row["organization__slug"], row["count"]
        yield Difference(f"streams of {name} are not numbered from 1 to {count}")


def _changes(told: _Told) -> Iterator[Difference]:
    kept = {
        result: (before, at)
        for result, before, at in VerdictChange.objects.values_list("result", "before", "at")
    }
    for result in sorted(kept.keys() | told.changes.keys()):
        right = told.changes.get(result)
        if right is None and (told.until is None or kept[result][1] > told.until):
            continue  # recorded since
        if kept.get(result) != right:
            said = f"whether result {result} changed a verdict is kept otherwise"
            yield Difference(said, partial(_change_repair, result, right))


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
def _change_repair(result: UUID, right: tuple[str, datetime] | None) -> None:
    VerdictChange.objects.filter(result=result).delete()
    if right is not None:
        before, at = right
        VerdictChange.objects.create(result_id=result, before=before, at=at)


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
