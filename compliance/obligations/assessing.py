"""Where obligations stand, by the record's results, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db.models import QuerySet

from compliance.audits.models import Result, Shard, Standing, StreamNewest, StressTest
from compliance.domain.canonical import Json
from compliance.domain.policy.obligations import Answer, ObligationState, Stand, answers, stand
from compliance.domain.policy.packs import Demand, Pack
from compliance.domain.runs import not_offered
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Need, ShardState, Verdict
from compliance.obligations.models import Obligation

Key: TypeAlias = tuple[UUID, str]
"""A version and a stress test."""
Tests: TypeAlias = dict[tuple[str, int], StressTest]
"""By name and version."""
_WIDE = ("estimate", "environment")
_LATE = (ObligationState.DUE, ObligationState.OVERDUE)


@dataclass(frozen=True, slots=True)
class Assessed:
    """An obligation with where it stands.

    Attributes:
        result: the newest that answers the demand, whether it still counts or not.
        reason: why the stress test cannot speak of the version; empty where it can.
    """

    obligation: Obligation
    demand: Demand
    stand: Stand
    result: Result | None
    reason: str

    @property
    def state(self) -> ObligationState:
        """Where it stands; what is late because it cannot be tested says so."""
        if self.reason and self.stand.state in _LATE:
            return ObligationState.NOT_TESTABLE
        return self.stand.state


def assess(
    rows: Sequence[Obligation], *, results: QuerySet[Result], now: datetime
) -> list[Assessed]:
    """Where each obligation stands, in the order given.

    Args:
        rows: with adoption, pack, version, model and organization.
        results: those that may be looked at: a viewer's, or for the clock all.
    """
    known = _Known(rows, results)
    return [known.assessed(row, now) for row in rows]


def unanswered(row: Obligation, *, now: datetime) -> Assessed:
    """An obligation that nothing answers since ``due_at``, without a look at the results."""
    demand = row.asked
    found = stand(demand, began=row.due_at, answer=None, defaults={}, now=now)
    return Assessed(row, demand, found, None, "")


class _Known:
    """What the record knows of the versions and stress tests of some obligations."""

    def __init__(self, rows: Sequence[Obligation], results: QuerySet[Result]) -> None:
        self._packs: dict[UUID, Pack] = {}
        for row in rows:
            if row.adoption.pack_id not in self._packs:
                self._packs[row.adoption.pack_id] = row.adoption.pack.pack
        versions = {row.version_id for row in rows}
        names = {row.test_name for row in rows}
        self._tests = tests_of(names)
        self._results = _newest(results, versions, names)
        self._refused = _refused(versions, names)

    def assessed(self, row: Obligation, now: datetime) -> Assessed:
        demand = next(
            one for one in self._packs[row.adoption.pack_id].demands if one.id == row.demand
        )
        result = next(self._answering(row, demand), None)
        answer = None
        if result is not None:
            spec = StressTestSpec.from_json(result.spec)
            answer = Answer(Verdict(result.verdict), result.recorded_at, spec)
        found = stand(
            demand,
            began=row.starts_at,
            answer=answer,
            defaults=self._defaults(answer.spec) if answer else {},
            now=now,
        )
        return Assessed(row, demand, found, result, self._reason(row, demand, result))

    def _answering(self, row: Obligation, demand: Demand) -> Iterator[Result]:
        for result in self._results.get((row.version_id, row.test_name), ()):
            spec = StressTestSpec.from_json(result.spec)
            if answers(demand, spec, self._defaults(spec)):
                yield result

    def _defaults(self, spec: StressTestSpec) -> Mapping[str, Json]:
        test = self._tests.get((spec.name, spec.version))
        return test.parameters if test else {}

    def _reason(self, row: Obligation, demand: Demand, result: Result | None) -> str:
        offered = [test for (name, _), test in self._tests.items() if name == demand.test]
        needs = [Need(one) for one in offered[0].needs] if offered else []
        if reason := not_offered(Access(row.version.access), needs):
            return reason
        at, trouble = self._refused.get((row.version_id, row.test_name), (None, ""))
        newer = at is not None and (result is None or at > result.recorded_at)
        return trouble if newer else ""


def tests_of(names: Collection[str]) -> Tests:
    """The announced stress tests of these names, the newest version of each first."""
    rows = StressTest.objects.filter(name__in=names).only("name", "version", "needs", "parameters")
    return {(one.name, one.version): one for one in rows.order_by("name", "-version")}


def _newest(
    results: QuerySet[Result], versions: Collection[UUID], names: Collection[str]
) -> dict[Key, list[Result]]:
    """The newest result of every claim on the versions, the newest first.

    A stress test that was run loosely afterwards must not hide the answer before it, so each claim
    (stream) is looked at, and leads, which are no streams, by their standing.
    """
    standing = Standing.objects.filter(version__in=versions, test_name__in=names)
    heads = StreamNewest.objects.filter(stream__version__in=versions, result__test_name__in=names)
    # Their ids first: joined, PostgreSQL would read every result of the versions.
    ids = set(standing.order_by().values_list("result").union(heads.values_list("result")))
    rows = results.filter(id__in=[one for (one,) in ids]).defer(*_WIDE)
    found: dict[Key, list[Result]] = {}
    for result in rows.order_by("-recorded_at"):
        found.setdefault((result.version_id, result.test_name), []).append(result)
    return found


def _refused(
    versions: Collection[UUID], names: Collection[str]
) -> dict[Key, tuple[datetime | None, str]]:
    """The newest time that a stress test could not speak of a version, and why."""
    rows = (
        Shard.objects.filter(
            run__version__in=versions,
            test_name__in=names,
            state=ShardState.NOT_TESTABLE.value,
        )
        .order_by("run__version", "test_name", "-finished_at")
        .distinct("run__version", "test_name")
        .values_list("run__version", "test_name", "finished_at", "trouble")
    )
    return {(version, name): (at, trouble) for version, name, at, trouble in rows}
