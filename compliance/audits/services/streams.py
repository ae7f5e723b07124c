"""Streams: the place of each claim in its organization's error budget, and what it says now.

A stream is numbered when the order of its items is committed to, before the first answer
(docs/adr/0034). A number that came with the result would be chosen by the evidence: a run stops
when its verdict is reached, so a false violation ends early and would find a place that asks for
little. What results say of a stream follows them, in the transaction that records them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone

from compliance.audits.labelling import AUDITED
from compliance.audits.models import Result, Shard, StreamNewest, StreamRow
from compliance.audits.services.askings import askings_count
from compliance.domain.specs import StressTestSpec
from compliance.domain.statistics.multiplicity import asking_discount
from compliance.domain.vocabulary import Access

Claim = tuple[UUID, str, bool]
"""Version, spec digest, whether people's labels judged: what a stream is of."""
Opening = tuple[UUID, datetime]
"""Organization and moment: whose stream is opened, and when."""


def streams_open(*, shards: Sequence[Shard], leads: Collection[UUID] = ()) -> None:
    """Number the claims that shards will speak of, where they have no number yet.

    Where people are to label answers, what their labels will say is a stream of its own and gets
    its number now too: later, what the judge made of the answers would be known.

    Args:
        shards: whose items and order are committed to in the same transaction.
        leads: those of them that can find leads alone, which are no streams.
    """
    wanted: dict[Claim, Opening] = {}
    now = timezone.now()
    for shard in shards:
        version, spec = shard.run.version, StressTestSpec.from_json(shard.spec)
        opening = version.model.organization_id, now
        if shard.labelled_id is None and shard.id not in leads:
            wanted[version.id, spec.digest, False] = opening
        if shard.labelled_id is not None or spec.parameters.get(AUDITED):
            wanted[version.id, spec.digest, True] = opening
    _opened(wanted)
    asking = [one for one in shards if one.run.version.access == Access.ENDPOINT.value]
    _numbers_lock({one.run.version.model.organization_id for one in asking})
    askings_count(asking)


def streams_record(results: Sequence[Result]) -> None:
    """Make results the newest of their streams.

    Args:
        results: in the order recorded.
    """
    if not results:
        return
    newest = {claim_of(one): one for one in results}
    earliest = {claim_of(one): one for one in reversed(results)}
    first = {claim: earliest[claim] for claim in newest}
    streams = _streams_locked(first)
    heads = StreamNewest.objects.filter(stream__in=streams.values()).select_related("result")
    kept = {head.stream_id: head for head in heads.only("result__recorded_at")}
    older, begun = [], []
    for claim, result in newest.items():
        head, value = kept.get(streams[claim].id), budgeted_e(result)
        if head is None:
            begun.append(
                StreamNewest(
                    stream=streams[claim],
                    result=result,
                    log10_e_violating=value,
                    first_log10_e_violating=budgeted_e(first[claim]),
                )
            )
        elif head.result.recorded_at <= result.recorded_at:  # else another run's was meanwhile
            head.result, head.log10_e_violating = result, value
            older.append(head)
    StreamNewest.objects.bulk_create(begun)
    StreamNewest.objects.bulk_update(older, ["result", "log10_e_violating"])


def claim_of(result: Result) -> Claim:
    """The claim that a result speaks of."""
    return result.version_id, result.spec_digest, result.shard.labelled_id is not None


def budgeted_e(result: Result) -> float:
    """log10 of what the error budget counts of a result's e-value against compliance."""
    return result.log10_e_violating + asking_discount(result.shard.asking)


def _streams_locked(first: Mapping[Claim, Result]) -> dict[Claim, StreamRow]:
    """The streams of claims, locked until the transaction ends: two results are told in turn.

    One that no commitment opened (its run began before streams were opened then) is opened now.
    """
    _opened(
        {
            claim: (one.version.model.organization_id, one.recorded_at)
            for claim, one in first.items()
        }
    )
    rows = list(StreamRow.objects.filter(_of(first)).order_by("id"))
    # By name and not by row: the service may lock no row that it may not change.
    _lock(f"stream {one.id}" for one in rows)
    return {(one.version_id, one.spec_digest, one.by_people): one for one in rows}


def _opened(wanted: Mapping[Claim, Opening]) -> None:
    """Open those that are not, numbered in the order given; organizations count in turn."""
    if not (missing := _missing(wanted)):
        return
    owners = {organization for organization, _ in missing.values()}
    _numbers_lock(owners)
    missing = _missing(missing)  # as whoever held the lock left it
    numbers = dict.fromkeys(owners, 0)
    rows = StreamRow.objects.filter(organization__in=owners).order_by()
    last = rows.values("organization").annotate(last=Max("number"))
    numbers |= dict(last.values_list("organization", "last"))
    opened = []
    for (version, spec_digest, by_people), (organization, moment) in missing.items():
        numbers[organization] += 1
        opened.append(
            StreamRow(
                organization_id=organization,
                number=numbers[organization],
                version_id=version,
                spec_digest=spec_digest,
                by_people=by_people,
                opened_at=moment,
            )
        )
    StreamRow.objects.bulk_create(opened)


def _missing(wanted: Mapping[Claim, Opening]) -> dict[Claim, Opening]:
    if not wanted:
        return {}
    rows = StreamRow.objects.filter(_of(wanted)).order_by()
    there = set(rows.values_list("version", "spec_digest", "by_people"))
    return {claim: opening for claim, opening in wanted.items() if claim not in there}


def _of(claims: Collection[Claim]) -> Q:
    found = Q(pk__in=())
    for version, spec_digest, by_people in claims:
        found |= Q(version=version, spec_digest=spec_digest, by_people=by_people)
    return found


def _numbers_lock(organizations: Collection[UUID]) -> None:
    _lock(f"streams {one}" for one in organizations)


def _lock(names: Iterable[str]) -> None:
    """Until the transaction ends, in one order: two who wait for each other would be cut off."""
    wanted = sorted(names)
    if not wanted:
        return
    lock = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) name"
    with connection.cursor() as cursor:
        cursor.execute(lock, [wanted])
