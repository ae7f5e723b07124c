"""What a version says now: the newest result of each stress test, and of each stream.

Both follow results, in the transaction that records them, and can be made from results alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q

from compliance.audits.models import Result, Standing, StreamNewest, StreamRow, VerdictChange

Test = tuple[UUID, str]
"""Version and stress test: what a standing is of."""
Claim = tuple[UUID, str, bool]
"""Version, spec digest, whether people's labels judged: what a stream is of."""


def standings_record(results: Sequence[Result]) -> list[VerdictChange]:
    """Make results what their stress tests say of their versions now, unless newer ones do.

    Args:
        results: in the order recorded.

    Returns:
        What changed by them, to be written.
    """
    by_test: dict[Test, list[Result]] = defaultdict(list)
    for one in results:
        by_test[one.version_id, one.test_name].append(one)
    wanted = Q()
    for version_id, test_name in by_test:
        wanted |= Q(version=version_id, test_name=test_name)
    older, changes = [], []
    for standing in _standings_locked(wanted):
        told = by_test.pop((standing.version_id, standing.test_name))
        if standing.result.recorded_at <= told[-1].recorded_at:
            changes += _replaced(standing, told)
            older.append(standing)
    Standing.objects.bulk_update(older, ["result", "verdict"])
    for key in sorted(by_test):
        changes += _standing_first(by_test[key])
    return changes


def _standings_locked(wanted: Q) -> list[Standing]:
    rows = Standing.objects.select_for_update(of=("self",)).select_related("result")
    told = rows.filter(wanted).order_by("version", "test_name")
    return list(told.only("version_id", "test_name", "verdict", "result__recorded_at"))


def _standing_first(told: Sequence[Result]) -> list[VerdictChange]:
    last = told[-1]
    standing, made = Standing.objects.select_for_update().get_or_create(
        version=last.version,
        test_name=last.test_name,
        defaults={"result": last, "verdict": last.verdict},
    )
    if made:
        return _changed("", told)
    if standing.result.recorded_at > last.recorded_at:
        return []
    changes = _replaced(standing, told)
    standing.save()
    return changes


def _replaced(standing: Standing, told: Sequence[Result]) -> list[VerdictChange]:
    changes = _changed(standing.verdict, told)
    standing.result, standing.verdict = told[-1], told[-1].verdict
    return changes


def _changed(before: str, told: Sequence[Result]) -> list[VerdictChange]:
    changes = []
    for result in told:
        if result.verdict != before:
            changes.append(VerdictChange(result=result, before=before, at=result.recorded_at))
        before = result.verdict
    return changes


def streams_record(results: Sequence[Result]) -> None:
    """Make results the newest of their streams; a new stream gets its organization's next number.

    Args:
        results: in the order recorded.
    """
    if not results:
        return
    _streams_lock(results)
    newest = {_stream_of(one): one for one in results}
    wanted = Q()
    for version_id, spec_digest, by_people in newest:
        wanted |= Q(
            stream__version=version_id,
            stream__spec_digest=spec_digest,
            stream__by_people=by_people,
        )
    older = []
    for head in _heads(wanted):
        stream = head.stream
        result = newest.pop((stream.version_id, stream.spec_digest, stream.by_people))
        if head.result.recorded_at <= result.recorded_at:  # else another run's was in the meantime
            head.result, head.log10_e_violating = result, result.log10_e_violating
            older.append(head)
    StreamNewest.objects.bulk_update(older, ["result", "log10_e_violating"])
    first = {_stream_of(one): one for one in reversed(results)}
    for claim, result in newest.items():
        _stream_open(result, first=first[claim])


def _streams_lock(results: Sequence[Result]) -> None:
    """Until the transaction ends: two claims count in turn, organization by organization."""
    owners = sorted({f"streams {one.version.model.organization_id}" for one in results})
    lock = "SELECT pg_advisory_xact_lock(hashtextextended(owner, 0)) FROM unnest(%s::text[]) owner"
    with connection.cursor() as cursor:
        cursor.execute(lock, [owners])


def _heads(wanted: Q) -> list[StreamNewest]:
    heads = StreamNewest.objects.filter(wanted).select_related("stream", "result")
    return list(
        heads.only(
            "log10_e_violating",
            "stream__version_id",
            "stream__spec_digest",
            "stream__by_people",
            "result__recorded_at",
        )
    )


def _stream_open(result: Result, *, first: Result) -> None:
    version_id, spec_digest, by_people = _stream_of(result)
    same = {"version_id": version_id, "spec_digest": spec_digest, "by_people": by_people}
    stream = StreamRow.objects.filter(**same).first()
    if stream is None:
        organization_id = result.version.model.organization_id
        numbers = StreamRow.objects.filter(organization=organization_id)
        last = numbers.aggregate(last=Max("number"))["last"] or 0
        stream = StreamRow.objects.create(
            organization_id=organization_id,
            number=last + 1,
            opened_at=first.recorded_at,
            **same,
        )
    StreamNewest.objects.create(
        stream=stream,
        result=result,
        log10_e_violating=result.log10_e_violating,
        first_log10_e_violating=first.log10_e_violating,
    )


def _stream_of(result: Result) -> Claim:
    return result.version_id, result.spec_digest, result.shard.labelled_id is not None
