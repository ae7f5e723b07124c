"""The travels of docs/architecture.md on real PostgreSQL, Valkey and worker processes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.alerts.models import Alert
from compliance.audits.models import Result, Run, StressTest
from compliance.audits.services import (
    battery_resolve,
    schedule_create,
    subscription_create,
)
from compliance.domain.events import EventType, Reader
from compliance.domain.schedules import Rule
from compliance.domain.subscriptions import StartRun
from compliance.domain.vocabulary import Access, RunState, Trigger
from compliance.events.models import PendingEvent
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.cast import Cast
from tests.conftest import write_weights
from tests.flows.conftest import Mailbox, Processes, Wait

pytestmark = pytest.mark.django_db(transaction=True)
DIGEST_TEST = "provenance.weights_digest"


def due_now() -> Rule:
    anchor = timezone.now() - timedelta(days=1) + timedelta(seconds=1)
    return Rule(cron="", interval_seconds=86_400, time_zone="UTC", anchor=anchor)


def started(processes: Processes, wait: Wait) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")


def test_changed_weights_travel_from_a_schedule_to_an_alert_in_the_mail(
    processes: Processes,
    wait: Wait,
    mailbox: Mailbox,
    cast: Cast,
    version: Version,
    models_root: Path,
) -> None:
    started(processes, wait)
    weights = models_root / version.location / "model.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1  # one bit of one weight
    weights.write_bytes(changed)
    schedule_create(
        viewer=cast.viewer(cast.officer),
        model=version.model,
        name="daily",
        battery=battery_resolve(battery=[DIGEST_TEST]),
        rule=due_now(),
    )
    wait(lambda: len(mailbox.messages) == 2, what="two mails")
    run = Run.objects.get()
    assert (run.state, run.trigger) == (RunState.COMPLETED.value, Trigger.SCHEDULE.value)
    assert Result.objects.get().verdict == "violating"
    assert Alert.objects.count() == 1
    plain, html = (part.get_payload(decode=True) for part in mailbox.messages[0].get_payload())
    for form in (plain, html):
        assert b"northwind/assistant 1.0 violates provenance.weights_digest" in form
        assert f"/runs/{run.id}/".encode() in form
        assert f"/results/{Result.objects.get().id}/bundle/".encode() in form


def test_a_registered_version_is_tested_without_anybody_asking(
    processes: Processes, wait: Wait, cast: Cast, version: Version, models_root: Path
) -> None:
    started(processes, wait)
    subscription_create(
        viewer=cast.viewer(cast.officer),
        organization_id=cast.northwind.id,
        event_type=EventType.VERSION_REGISTERED,
        consequence=StartRun(tuple(battery_resolve(battery=[DIGEST_TEST]))),
    )
    version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="2.0",
        access=Access.WEIGHTS,
        location=write_weights(models_root, "second", seed=2),
    )
    wait(Result.objects.exists, what="a result")
    result = Result.objects.get()
    assert (result.version.name, result.verdict) == ("2.0", "compliant")
    assert not Alert.objects.exists()


def test_nothing_is_lost_while_no_service_runs(
    processes: Processes, wait: Wait, cast: Cast, version: Version
) -> None:
    """What is written while everything is down is done when it comes up again."""
    started(processes, wait)
    for name in list(processes.running):
        processes.kill(name)
    schedule_create(
        viewer=cast.viewer(cast.officer),
        model=version.model,
        name="daily",
        battery=battery_resolve(battery=[DIGEST_TEST]),
        rule=due_now(),
    )
    assert PendingEvent.objects.filter(reader=Reader.RELAY.value).exists()
    processes.start_all()
    wait(lambda: Result.objects.count() == 1, what="the result")
    wait(
        lambda: not PendingEvent.objects.filter(reader=Reader.RELAY.value).exists(),
        what="every event to be relayed",
    )


def test_two_schedulers_make_one_run(
    processes: Processes, wait: Wait, cast: Cast, version: Version
) -> None:
    started(processes, wait)
    processes.start("scheduler-2", "workers.scheduler")
    schedule_create(
        viewer=cast.viewer(cast.officer),
        model=version.model,
        name="daily",
        battery=battery_resolve(battery=[DIGEST_TEST]),
        rule=due_now(),
    )
    wait(Result.objects.exists, what="the result")
    assert Run.objects.count() == 1
    assert Result.objects.count() == 1
