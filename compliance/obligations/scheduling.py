"""The schedules that an adopted pack asks for, before anybody makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from compliance.accounts.selectors import Viewer
from compliance.audits.models import Schedule, StressTest
from compliance.audits.selectors import schedule_list, schedule_rule
from compliance.domain.canonical import Json
from compliance.domain.policy.obligations import answers
from compliance.domain.policy.packs import Demand
from compliance.domain.runs import not_offered
from compliance.domain.schedules import Rule
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Access, Need
from compliance.obligations.assessing import Tests, tests_of
from compliance.policies.models import Adoption
from compliance.registry.models import Model, Version
from compliance.registry.selectors import versions_newest

FIRST_AFTER = timedelta(minutes=10)
"""What nothing answers yet is due now, so the first firing does not wait for a whole interval."""
EARLIER = 10
"""One part in so many of a period that a schedule fires before it ends: runs take time."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A schedule that would be made.

    Attributes:
        demands: that it answers.
    """

    model: Model
    name: str
    battery: tuple[StressTestSpec, ...]
    rule: Rule
    demands: tuple[Demand, ...]

    @property
    def first_at(self) -> datetime:
        """When it would fire first."""
        return next(self.rule.firings(after=self.rule.anchor))

    @property
    def every_days(self) -> int:
        """Days between two firings."""
        return (self.rule.interval_seconds or 0) // 86_400


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A demand on a model for which no schedule would be made, and why."""

    model: Model
    demand: Demand
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a pack asks for: the schedules to be made, and what needs or allows none."""

    proposed: tuple[Proposed, ...]
    left_out: tuple[LeftOut, ...]


def proposal_of(*, viewer: Viewer, adoption: Adoption, now: datetime) -> Proposal:
    """The schedules that the adoption asks for and that are not there yet."""
    pack = adoption.pack.pack
    tests = tests_of({one.test for one in pack.demands})
    versions = list(versions_newest(organization_id=adoption.organization_id))
    live = _live(viewer, versions)
    proposed: list[Proposed] = []
    left_out: list[LeftOut] = []
    for version in versions:
        model, access = version.model, Access(version.access)
        wanted: list[tuple[Demand, StressTestSpec]] = []
        for demand in pack.demands_on(jurisdictions=model.jurisdictions, access=access):
            test = _newest(tests, demand)
            if reason := _reason(demand, test, access, live.get(model.id, ()), tests):
                left_out.append(LeftOut(model, demand, reason))
            elif test is not None:
                wanted.append((demand, _spec(demand, test)))
        proposed += _schedules(str(adoption.pack), model, wanted, now)
    return Proposal(tuple(proposed), tuple(left_out))


def _live(viewer: Viewer, versions: Sequence[Version]) -> dict[object, list[Schedule]]:
    models = [version.model_id for version in versions]
    found: dict[object, list[Schedule]] = {}
    for one in schedule_list(viewer=viewer).filter(model__in=models, paused_at__isnull=True):
        found.setdefault(one.model_id, []).append(one)
    return found


def _newest(tests: Tests, demand: Demand) -> StressTest | None:
    """The newest version on offer of the demand's stress test, if it is new enough."""
    versions = [version for name, version in tests if name == demand.test]
    newest = max(versions, default=0)
    return tests[demand.test, newest] if newest >= demand.test_version else None


def _reason(
    demand: Demand,
    test: StressTest | None,
    access: Access,
    schedules: Sequence[Schedule],
    tests: Tests,
) -> str:
    """Why the demand needs no schedule, or can have none; empty where one is to be made."""
    if test is None:
        return f"no worker has offered {demand.test} {demand.test_version} or later"
    if refused := not_offered(access, map(Need, test.needs)):
        return refused
    covering = next((one for one in schedules if _covers(one, demand, tests)), None)
    return f"“{covering.name}” runs it often enough" if covering else ""


def _spec(demand: Demand, test: StressTest) -> StressTestSpec:
    """By its defaults where these are as strict as the demand: another spec is another claim."""
    spec = StressTestSpec(test.name, test.version)
    if demand.limit is None or answers(demand, spec, test.parameters):
        return spec
    limit: dict[str, Json] = {"limit": demand.limit.value}
    return StressTestSpec(test.name, test.version, limit)


def _schedules(
    pack: str, model: Model, wanted: Sequence[tuple[Demand, StressTestSpec]], now: datetime
) -> Iterator[Proposed]:
    """One schedule for each period, of all stress tests that it asks for."""
    for days in sorted({demand.period.days for demand, _ in wanted}):
        asked = [(demand, spec) for demand, spec in wanted if demand.period.days == days]
        interval = max(1, days - days // EARLIER)
        battery = {spec.digest: spec for _, spec in asked}
        yield Proposed(
            model=model,
            name=f"{pack}: every {interval} days",
            battery=tuple(battery.values()),
            rule=_rule(timedelta(days=interval), now),
            demands=tuple(demand for demand, _ in asked),
        )


def _rule(interval: timedelta, now: datetime) -> Rule:
    first = (now + FIRST_AFTER).replace(second=0, microsecond=0)
    return Rule(
        cron="",
        interval_seconds=int(interval.total_seconds()),
        time_zone="UTC",
        anchor=first - interval,
    )


def _covers(schedule: Schedule, demand: Demand, tests: Tests) -> bool:
    """Whether the schedule's results would answer the demand, each before the last one lapses."""
    specs = map(StressTestSpec.from_json, schedule.battery)
    if not any(answers(demand, spec, _defaults(tests, spec)) for spec in specs):
        return False
    rule = schedule_rule(schedule=schedule)
    firings = list(islice(rule.firings(after=schedule.anchor), 5))
    longest = max(later - earlier for earlier, later in pairwise(firings))
    return longest <= timedelta(days=demand.period.days)


def _defaults(tests: Tests, spec: StressTestSpec) -> Mapping[str, Json]:
    test = tests.get((spec.name, spec.version))
    return test.parameters if test else {}
