"""What a run would come to: the announced plans, priced by what earlier runs took.

A plan is simulated by the e-process that decides, once for a test's default parameters, and comes
with its announcement. What an item takes is measured on earlier runs: of the same version where
there are any, else of other versions of the same access, which is said; it is a range over runs,
as few runs carry no interval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from compliance.audits.labelling import AUDITED
from compliance.audits.models import Result, StressTest
from compliance.domain.specs import StressTestSpec
from compliance.domain.statistics.planning import Outlook, outlook_from_json
from compliance.domain.statistics.studied import Studied, studied
from compliance.registry.models import Version

RUNS_COUNTED = 5
"""The newest runs of a test that its pace is taken from."""
NOT_ANNOUNCED = "no plan was announced"


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity over runs: all together, and in the cheapest and the dearest run."""

    mean: float
    least: float
    most: float

    def times(self, factor: float) -> Spread:
        return Spread(factor * self.mean, factor * self.least, factor * self.most)


@dataclass(frozen=True, slots=True)
class Pace:
    """What an item took in earlier runs of a test, loading the model included.

    Attributes:
        own: whether they were runs of this very version.
    """

    runs: int
    items: int
    own: bool
    seconds: Spread
    tokens: Spread


@dataclass(frozen=True, slots=True)
class Expected:
    """What is foreseen at one true rate; cost is of the mean number of items, where known."""

    outlook: Outlook
    tokens: Spread | None
    seconds: Spread | None


@dataclass(frozen=True, slots=True)
class Simulated:
    """What runs of the validity study came to at one truth.

    Cost is of their median number of items; where all are asked, of as many as earlier runs asked.
    """

    studied: Studied
    tokens: Spread | None
    seconds: Spread | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run of one stress test would come to.

    Attributes:
        rows: by true rate; empty where nothing is planned, and ``reason`` says why.
        simulated: where nothing is planned, runs of the validity study, if it has such.
        assumes: what the plan takes for granted beyond the rates.
        lead: True where every verdict would be inconclusive.
        other: parameters whose values are not those of the plan.
        asks_all: whether no run stops early, as people are to label answers of the whole bank.
    """

    test: StressTest
    rows: tuple[Expected, ...]
    simulated: tuple[Simulated, ...]
    reason: str
    assumes: tuple[str, ...]
    lead: bool
    other: tuple[str, ...]
    asks_all: bool
    pace: Pace | None

    @property
    def fewest(self) -> Expected:
        return min(self.rows, key=lambda row: row.outlook.items.mean)

    @property
    def error(self) -> float:
        """The largest error of a chance at 95%, from simulating a finite number of runs."""
        planned: list[Outlook | Studied] = [row.outlook for row in self.rows]
        rows = planned + [row.studied for row in self.simulated]
        return max(chance.error for row in rows for chance in row.chances)

    @property
    def most(self) -> Expected:
        return max(self.rows, key=lambda row: row.outlook.items.mean)


def forecasts(
    *, battery: Sequence[StressTestSpec], results: QuerySet[Result], version: Version | None
) -> list[Forecast]:
    """One forecast a stress test of the battery, in its order.

    Args:
        results: those that may be looked at.
        version: that would be run; None where it is not known yet, so that no pace is given.
    """
    names = [spec.name for spec in battery]
    tests = {(test.name, test.version): test for test in StressTest.objects.filter(name__in=names)}
    paces = _paces(results, version, tests.values()) if version else {}
    return [
        _forecast(spec, tests[spec.name, spec.version], paces.get((spec.name, spec.version)))
        for spec in battery
    ]


def _forecast(spec: StressTestSpec, test: StressTest, pace: Pace | None) -> Forecast:
    plan = test.plan or {"planned": False, "reason": NOT_ANNOUNCED}
    rows = [outlook_from_json(row) for row in plan.get("outlooks", ())]
    given = {**test.parameters, **spec.parameters}
    return Forecast(
        test=test,
        rows=tuple(_expected(row, pace) for row in rows),
        simulated=() if rows else tuple(_simulated(row, pace) for row in studied(test.validity)),
        reason=plan.get("reason", ""),
        assumes=tuple(plan.get("assumes", ())),
        lead=bool(plan.get("lead")),
        other=tuple(sorted(name for name in given if given[name] != test.parameters[name])),
        asks_all=bool(given.get(AUDITED)),
        pace=pace,
    )


def _expected(row: Outlook, pace: Pace | None) -> Expected:
    if pace is None:
        return Expected(row, None, None)
    items = row.items.mean
    return Expected(row, pace.tokens.times(items), pace.seconds.times(items))


def _simulated(row: Studied, pace: Pace | None) -> Simulated:
    if pace is None:
        return Simulated(row, None, None)
    items = pace.items / pace.runs if row.median is None else row.median
    return Simulated(row, pace.tokens.times(items), pace.seconds.times(items))


def _paces(
    results: QuerySet[Result], version: Version, tests: Iterable[StressTest]
) -> Mapping[tuple[str, int], Pace]:
    """By test and version; runs of the version itself go before those of others."""
    own = ExpressionWrapper(Q(version=version), output_field=BooleanField())
    newest = Window(
        RowNumber(),
        partition_by=[F("test_name"), F("test_version"), F("own")],
        order_by=F("recorded_at").desc(),
    )
    counted = (
        results.filter(
            version__access=version.access,
            test_name__in={test.name for test in tests},
            shard__labelled__isnull=True,
            shard__attempts=1,  # else waiting would count as work
            shard__items_done__gt=0,
        )
        .annotate(own=own)
        .annotate(place=newest)
        .filter(place__lte=RUNS_COUNTED)
    )
    found: dict[tuple[str, int, bool], list[Result]] = defaultdict(list)
    for result in counted:
        found[result.test_name, result.test_version, result.own].append(result)
    return {
        (name, number): _pace(rows, own=own)
        for (name, number, own), rows in sorted(found.items())  # own comes last, and stays
    }


def _pace(results: Sequence[Result], *, own: bool) -> Pace:
    items = [result.shard.items_done for result in results]
    return Pace(
        runs=len(results),
        items=sum(items),
        own=own,
        seconds=_spread([result.duration_seconds for result in results], items),
        tokens=_spread([float(result.shard.tokens) for result in results], items),
    )


def _spread(spent: Sequence[float], items: Sequence[int]) -> Spread:
    each = [one / n for one, n in zip(spent, items, strict=True)]
    return Spread(sum(spent) / sum(items), min(each), max(each))
