"""Schedules: the scheduler down across firings, and the change of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from compliance.audits.models import Firing, Run, Schedule, Shard
from compliance.audits.services import schedule_create, schedule_fire_due
from compliance.domain.schedules import Rule
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import CatchUp, Trigger
from tests.cast import Cast
from tests.conftest import write_weights
from tests.faults.conftest import Record
from tests.faults.plant import Plant
from tests.faults.tally import Fault, reckon
from tests.faults.workload import (
    DIGEST,
    OVER,
    Work,
    model_of,
    undisturbed,
    version_of,
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
SCHEDULES = 10
OWED = {CatchUp.RUN_ALL: 3, CatchUp.RUN_ONCE: 1, CatchUp.SKIP: 0}
# The nights on which Brussels changes its clock, years ahead: the scheduler that runs beside
# the test by the real clock finds nothing due.
CHANGES = (datetime(2030, 3, 31, tzinfo=UTC), datetime(2030, 10, 27, tzinfo=UTC))
STEP = timedelta(minutes=10)


@pytest.mark.parametrize("policy", CatchUp, ids=lambda policy: policy.value)
def test_the_scheduler_is_down_across_three_firings(
    policy: CatchUp, running: Plant, cast: Cast, models_root: Path, record: Record
) -> None:
    works = one_version_each(cast, models_root, SCHEDULES)
    reference = undisturbed(running, cast, works)
    running.stop("scheduler")
    down = timezone.now()
    # In force for three hours and a minute, of which nobody has looked at any.
    anchor = down - timedelta(hours=3, minutes=1)
    for work in works:
        schedule(cast, work, Rule("", 3_600, "UTC", anchor), policy)
    running.start("scheduler")
    lifted = timezone.now()
    running.wait(
        lambda: Firing.objects.count() == 3 * SCHEDULES and settled(), seconds=120, what="the runs"
    )
    struck = frozenset(scheduled_shards())
    owed = OWED[policy] * SCHEDULES
    faults = [Fault("scheduler down", down, lifted, struck)]
    name = f"scheduler down across three firings, {policy.value.replace('_', ' ')}"
    line = reckon(name, [], reference, faults, owed=owed)
    assert record(line).holds


def test_the_clock_changes(running: Plant, cast: Cast, models_root: Path, record: Record) -> None:
    works = one_version_each(cast, models_root, 3)
    reference = undisturbed(running, cast, works)
    running.start("scheduler-2")
    faults, owed = [], 0
    for night in CHANGES:
        noon, next_noon = night - timedelta(hours=12), night + timedelta(hours=12)
        rules = ("30 2 * * *", None), ("0 * * * *", None), ("", 3_600)
        for work, (cron, interval) in zip(works, rules, strict=True):
            rule = Rule(cron, interval, "Europe/Brussels", noon)
            schedule(cast, work, rule, CatchUp.RUN_ALL, name=f"{night.date()}")
        owed += 1 + 24 + 24  # once that night, and every hour that passes in a day
        now = noon
        while now <= next_noon:
            schedule_fire_due(now=now)
            schedule_fire_due(now=now)  # as a second scheduler would
            now += STEP
        faults.append(Fault("clock change", night, night, frozenset()))
        pause_all()
    running.wait(settled, seconds=120, what="the runs")
    line = reckon("clock change in spring and autumn", [], reference, faults, owed=owed)
    assert record(line).holds


def one_version_each(cast: Cast, root: Path, count: int) -> list[Work]:
    """A schedule tests a model's newest version, so each version has a model of its own."""
    works = []
    for n in range(count):
        location = write_weights(root, f"weights-{n}", seed=n)
        version = version_of(cast, model_of(cast, f"model-{n}"), "1.0", location)
        works.append(Work(version, StressTestSpec(DIGEST, 1)))
    return works


def schedule(cast: Cast, work: Work, rule: Rule, policy: CatchUp, *, name: str = "hourly") -> None:
    schedule_create(
        viewer=cast.viewer(cast.officer),
        model=work.version.model,
        name=name,
        battery=[work.spec],
        rule=replace(rule, catch_up=policy),
    )


def pause_all() -> None:
    """The spring's schedules would have a summer to catch up with."""
    Schedule.objects.update(paused_at=timezone.now())


def settled() -> bool:
    return not Run.objects.exclude(state__in=OVER).exists()


def scheduled_shards() -> list[UUID]:
    shards = Shard.objects.filter(run__trigger=Trigger.SCHEDULE.value)
    return list(shards.values_list("id", flat=True))
