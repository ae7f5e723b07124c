"""A message about an alert on real workers: one dies while it sends, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.models.functions import Now

from compliance.alerts.models import Delivery
from compliance.alerts.services import Destination, alert_open, alert_route_create
from compliance.domain.events import EventType
from compliance.domain.vocabulary import Channel
from compliance.events.services import event_record
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait
from tests.receiving import Handler, Receiver
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)


class Slow(Receiver):
    """Answers the first request only once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.asked = 0
        self.RequestHandlerClass = SlowHandler


class SlowHandler(Handler):
    server: Slow

    def do_POST(self) -> None:  # noqa: N802 - the library calls it so
        self.server.asked += 1
        if self.server.asked == 1:
            self.server.go.wait(60)
            return
        super().do_POST()


@pytest.fixture
def slow() -> Iterator[Slow]:
    with serving(Slow()) as server:
        yield server
        server.go.set()


def test_a_worker_that_dies_while_it_sends_loses_nothing(
    processes: Processes, wait: Wait, cast: Cast, slow: Slow, settings: object
) -> None:
    settings.ALLOW_INTERNAL = True  # type: ignore[attr-defined]
    alert_route_create(
        viewer=cast.viewer(cast.officer),
        organization_id=cast.northwind.id,
        name="chat",
        destination=Destination(Channel.SERVICE, f"mmost://{slow.at}/token3ggfhhdkdjdhd"),
    )
    with transaction.atomic():
        event = event_record(
            event_type=EventType.RUN_ERRORED,
            organization_id=cast.northwind.id,
            subject="run/x",
            payload={"run": "x", "version": "v", "label": "l", "statement": "s", "path": "/"},
        )
    alert_open(event_id=event.id)
    celery = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-l", "INFO")
    environment = processes.environment | {"ASSAY_ALLOW_INTERNAL": "true"}
    worker = ("events", *celery, "-Q", "events,alerts", "-n", "events@test")
    processes.start(*worker, environment=environment)
    processes.start("scheduler", "workers.scheduler")
    wait(lambda: slow.asked == 1, what="the first attempt")
    processes.kill("events")
    slow.go.set()
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.delivered_at) == (1, None)
    assert delivery.tries.get().ended_at is None  # cut short: it may have arrived
    Delivery.objects.update(next_attempt_at=Now())  # instead of half a minute's wait
    processes.start(*worker, environment=environment)
    wait(lambda: Delivery.objects.get().delivered_at is not None, what="the second attempt")
    assert [bool(one.ended_at) for one in Delivery.objects.get().tries.all()] == [False, True]
    assert slow.asked == 2
