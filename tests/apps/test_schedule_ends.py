"""A schedule that ends, one that is run at once, and one that is copied into another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.audits.models import Run, Schedule
from compliance.audits.services import (
    battery_resolve,
    schedule_create,
    schedule_end,
    schedule_fire_due,
    schedule_pause,
    schedule_resume,
)
from compliance.domain.errors import NotAllowedError, TransitionError
from compliance.domain.schedules import Rule
from compliance.events.models import Event
from compliance.registry.models import Version
from tests.apps.test_admin_actions import add, ask, operator, room, schedule_body
from tests.browser import record
from tests.cast import Cast

__all__ = ["operator", "room"]
pytestmark = pytest.mark.django_db
OWN = {"name": "safety.refusal", "version": 1, "parameters": {"audited": 0.2}}


@pytest.fixture
def hourly(cast: Cast, version: Version) -> Schedule:
    """Every hour, with a parameter of its own, and due now."""
    record.announce()
    anchor = timezone.now() - timedelta(hours=3)
    rule = Rule(cron="", interval_seconds=7_200, time_zone="Europe/Brussels", anchor=anchor)
    return schedule_create(
        viewer=cast.viewer(cast.officer),
        model=version.model,
        name="hourly",
        battery=battery_resolve(battery=[OWN]),
        rule=rule,
        token_budget=900,
    )


def test_a_schedule_that_ended_never_fires_and_stays_on_the_record(
    cast: Cast, hourly: Schedule
) -> None:
    officer = cast.viewer(cast.officer)
    with pytest.raises(NotAllowedError):
        schedule_end(viewer=cast.viewer(cast.engineer), schedule=hourly)
    schedule_end(viewer=officer, schedule=hourly)
    assert schedule_fire_due(now=timezone.now()) == 0
    for change in (schedule_pause, schedule_resume, schedule_end):
        with pytest.raises(TransitionError, match="ended at"):
            change(viewer=officer, schedule=hourly)
    told = Event.objects.get(type="schedule.ended")
    assert (told.actor, told.subject) == (cast.officer, f"schedule/{hourly.id}")
    assert told.payload == {"schedule": str(hourly.id)}
    with transaction.atomic(), pytest.raises(IntegrityError, match="schedule_ended_is_paused"):
        Schedule.objects.filter(id=hourly.id).update(paused_at=None)


def test_a_paused_schedule_that_ends_was_paused_when_it_was(cast: Cast, hourly: Schedule) -> None:
    officer = cast.viewer(cast.officer)
    paused = schedule_pause(viewer=officer, schedule=hourly).paused_at
    assert schedule_end(viewer=officer, schedule=hourly).paused_at == paused


def test_the_portal_ends_a_schedule_and_offers_a_copy(cast: Cast, hourly: Schedule) -> None:
    client = Client()
    client.force_login(cast.officer)
    path = f"/schedules/{hourly.id}/"
    page = client.post(f"{path}end/", follow=True).content.decode()
    assert "has ended" in page
    assert "resume/" not in page and "pause/" not in page and "end/" not in page
    assert f"/schedules/new/?copy={hourly.id}" in page
    assert "ended" in client.get("/schedules/").content.decode()
    assert client.post(f"{path}end/").status_code == 409


def test_a_copy_begins_with_everything_and_keeps_parameters(cast: Cast, hourly: Schedule) -> None:
    client = Client()
    client.force_login(cast.officer)
    address = f"/schedules/new/?copy={hourly.id}"
    form = client.get(address).context["form"]
    given = {name: value for name, value in form.initial.items() if value is not None}
    assert (given["every"], given["unit"], given["token_budget"]) == (2, "hours", 900)
    both = [*given["tests"], "bias.counterfactual_pairs"]
    wanted = given | {"name": "again", "tests": both}
    unknown = client.post(address, wanted | {"judge": "nobody@1", "audited": "1.5"})
    assert {"judge", "audited"} <= unknown.context["form"].errors.keys()
    changed = client.post(address, wanted | {"judge": "words@1"})
    assert changed.status_code == 302, changed.context["form"].errors
    copy = Schedule.objects.get(name="again")
    assert [spec["parameters"] for spec in copy.battery] == [
        {**OWN["parameters"], "judge": "words@1"},
        {},
    ]
    assert (copy.interval_seconds, copy.time_zone) == (7_200, "Europe/Brussels")
    hourly.refresh_from_db()
    assert hourly.ended_at is None
    assert client.get(f"/schedules/new/?copy={copy.model_id}").status_code == 404
    assert client.get("/schedules/new/?copy=nonsense").status_code == 200


def test_an_operator_runs_ends_and_copies_a_schedule(room: Client, hourly: Schedule) -> None:
    said = ask(room, "audits_schedule_run_now", hourly)
    assert "is requested" in said
    run = Run.objects.get()
    assert (run.trigger, run.battery) == ("person", hourly.battery)
    assert run.token_budget == 900
    ask(room, "audits_schedule_end", hourly)
    hourly.refresh_from_db()
    assert hourly.ended_at is not None
    answer = room.get(reverse("admin:audits_schedule_copy", args=[hourly.pk]))
    assert answer["Location"].endswith(f"/add/?copy={hourly.pk}")
    form = room.get(answer["Location"]).context["adminform"].form
    assert form.initial["tests"] == ["safety.refusal"]
    version = run.version
    body = schedule_body(version, name="copied", cron="", interval_seconds="7200")
    made = room.post(answer["Location"], body)
    assert made.status_code == 302, made.context["errors"]
    assert Schedule.objects.get(name="copied").battery == hourly.battery
    add(room, "audits_schedule", schedule_body(version, name="plain"))
    assert Schedule.objects.get(name="plain").battery[0]["parameters"] == {}
