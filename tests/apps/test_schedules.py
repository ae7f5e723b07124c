from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.audits.models import Firing, Run, Schedule
from compliance.audits.services import (
    battery_resolve,
    schedule_create,
    schedule_fire_due,
    schedule_pause,
    schedule_resume,
    subscription_create,
    subscriptions_fire,
)
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.events import EventType
from compliance.domain.schedules import Rule
from compliance.domain.subscriptions import StartRun
from compliance.domain.vocabulary import Access, CatchUp, Trigger
from compliance.events.models import Event
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.cast import Cast
from tests.conftest import write_weights

pytestmark = pytest.mark.usefixtures("announced")
HOUR = timedelta(hours=1)


def hourly(**changes: object) -> Rule:
    anchor = timezone.now() - 3 * HOUR - timedelta(minutes=1)
    return Rule(
        **{"cron": "", "interval_seconds": 3600, "time_zone": "UTC", "anchor": anchor} | changes  # type: ignore[arg-type]
    )


def schedule_for(cast: Cast, version: Version, catch_up: CatchUp, rule: Rule) -> Schedule:
    return schedule_create(
        viewer=cast.viewer(cast.officer),
        model=version.model,
        name="hourly",
        battery=battery_resolve(battery=["safety.refusal"]),
        rule=replace(rule, catch_up=catch_up),
    )


def test_firings_missed_while_down_become_one_run_and_two_recorded_gaps(
    cast: Cast, version: Version
) -> None:
    schedule = schedule_for(cast, version, CatchUp.RUN_ONCE, hourly())
    assert schedule_fire_due(now=timezone.now()) == 1
    firings = Firing.objects.filter(schedule=schedule).order_by("due_at")
    assert [firing.run is None for firing in firings] == [True, True, False]
    assert "catch-up policy" in firings[0].reason


def test_a_slot_fires_once_however_often_it_is_looked_at(cast: Cast, version: Version) -> None:
    schedule_for(cast, version, CatchUp.RUN_ALL, hourly())
    now = timezone.now()
    assert [schedule_fire_due(now=now) for _ in range(3)] == [3, 0, 0]
    assert Run.objects.filter(trigger=Trigger.SCHEDULE.value).count() == 3


def test_a_paused_schedule_does_not_fire_and_owes_nothing_when_resumed(
    cast: Cast, version: Version
) -> None:
    viewer = cast.viewer(cast.officer)
    schedule = schedule_for(cast, version, CatchUp.RUN_ALL, hourly())
    schedule_pause(viewer=viewer, schedule=schedule)
    assert schedule_fire_due(now=timezone.now()) == 0
    schedule_resume(viewer=viewer, schedule=schedule)
    assert schedule_fire_due(now=timezone.now()) == 0


def test_a_wrong_cron_expression_is_refused_and_nothing_is_written(
    cast: Cast, version: Version
) -> None:
    with pytest.raises(InvalidInputError, match=r"cron: .*five fields"):
        schedule_for(cast, version, CatchUp.SKIP, hourly(cron="0 25 * * *", interval_seconds=None))
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("who", ["engineer", "regulator", "reviewer"])
def test_only_the_officer_schedules(cast: Cast, version: Version, who: str) -> None:
    with pytest.raises(NotAllowedError):
        schedule_create(
            viewer=cast.viewer(getattr(cast, who)),
            model=version.model,
            name="mine",
            battery=battery_resolve(battery=["safety.refusal"]),
            rule=hourly(),
        )


def test_a_registered_version_makes_one_run_however_often_the_event_is_delivered(
    cast: Cast, version: Version, models_root: Path
) -> None:
    earlier = Event.objects.get(type=EventType.VERSION_REGISTERED.value)
    subscription_create(
        viewer=cast.viewer(cast.officer),
        organization_id=cast.northwind.id,
        event_type=EventType.VERSION_REGISTERED,
        consequence=StartRun(
            tuple(battery_resolve(battery=["safety.refusal", "provenance.weights_digest"]))
        ),
    )
    version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="2.0",
        access=Access.WEIGHTS,
        location=write_weights(models_root, "second", seed=2),
    )
    event = Event.objects.exclude(id=earlier.id).get(type=EventType.VERSION_REGISTERED.value)
    assert [subscriptions_fire(event_id=event.id) for _ in range(3)] == [1, 0, 0]
    assert subscriptions_fire(event_id=earlier.id) == 0  # told of before anybody subscribed
    run = Run.objects.get()
    assert (run.trigger, run.version.name) == (Trigger.SUBSCRIPTION.value, "2.0")
    digest_shard = run.shards.get(test_name="provenance.weights_digest")
    assert set(digest_shard.spec["parameters"]["registered"]) == {
        "config.json",
        "model.safetensors",
    }
