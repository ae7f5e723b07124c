"""An endpoint whose model is swapped between two scheduled runs, and one whose model is not.

While the committed report's size does not hold the test is a lead: it states its evidence,
and alarms nobody.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.alerts.models import Alert
from compliance.audits.models import Result, StressTest
from compliance.audits.services import battery_resolve, schedule_create
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.schedules import Rule
from compliance.domain.verdicts import decision_bound
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait
from tests.serving import serving
from tests.stress_tests.letter_endpoint import LetterEndpoint, LetterModel

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "provenance.served_drift"
SPEC: Json = {"name": NAME, "version": 1, "parameters": {"prompts": 12}}


def registered(cast: Cast, slug: str, server: LetterEndpoint) -> Version:
    viewer = cast.viewer(cast.engineer)
    model = model_register(
        viewer=viewer, organization_id=cast.northwind.id, slug=slug, name=slug.title()
    )
    return version_register(
        viewer=viewer,
        model=model,
        name="1.0",
        access=Access.ENDPOINT,
        location=f"{server.url}/v1",
    )


def looked(cast: Cast, version: Version, wait: Wait) -> Result:
    """One more scheduled look, as it is recorded."""
    before = Result.objects.filter(version=version).count()
    anchor = timezone.now() - timedelta(days=1) + timedelta(seconds=1)
    schedule_create(
        viewer=cast.viewer(cast.officer),
        model=version.model,
        name=f"look {before + 1}",
        battery=battery_resolve(battery=[SPEC]),
        rule=Rule(cron="", interval_seconds=86_400, time_zone="UTC", anchor=anchor),
    )
    results = Result.objects.filter(version=version).order_by("recorded_at")
    wait(lambda: results.count() > before, what=f"look {before + 1} at {version}")
    found = results.last()
    assert found is not None
    return found


def test_a_swapped_model_is_found_and_an_unchanged_one_is_not(
    processes: Processes, wait: Wait, cast: Cast
) -> None:
    processes.environment["ASSAY_ALLOW_INTERNAL"] = "true"
    celery = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-l", "INFO")
    processes.start_all()
    processes.start("endpoint", *celery, "-Q", "endpoint", "-n", "endpoint@test")
    wait(StressTest.objects.filter(name=NAME).exists, what="the test to be announced")
    first, second = LetterModel(0), LetterModel(1)
    with serving(LetterEndpoint(first)) as changing, serving(LetterEndpoint(first)) as steady:
        swapped, kept = registered(cast, "swap", changing), registered(cast, "stay", steady)
        looks = [looked(cast, swapped, wait) for _ in range(3)]
        assert {one.verdict for one in looks} == {"inconclusive"}
        changing.model = second
        after = [looked(cast, swapped, wait) for _ in range(2)]
        last = [looked(cast, kept, wait) for _ in range(5)][-1]
    assert after[-1].log10_e_violating >= decision_bound(after[-1].alpha)
    assert (last.verdict, last.estimate["parts"][0]["n"]) == ("inconclusive", 4)
    assert last.log10_e_violating < decision_bound(last.alpha)
    if after[-1].estimate["lead"]:
        assert after[-1].verdict == "inconclusive"
        assert not Alert.objects.exists()
        return
    assert after[-1].verdict == "violating"
    wait(Alert.objects.exists, what="an alert")
    alert = Alert.objects.get()
    assert alert.title == "northwind/swap 1.0 serves another model than it did"
    # Each look that finds the change tells of it; whether the first already does is up to its draw.
    told = Event.objects.filter(type=EventType.ENDPOINT_DRIFT_DETECTED.value)
    found = sum(one.verdict == "violating" for one in after)
    assert [one.payload["version"] for one in told] == [str(swapped.id)] * found
    assert not Event.objects.filter(type=EventType.VERDICT_VIOLATING.value).exists()
