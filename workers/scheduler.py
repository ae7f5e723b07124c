"""The scheduler process: fires due schedules, repairs, rings for what waits, relays events.

Any number may run; PostgreSQL decides who takes what. It wakes when PostgreSQL notifies
that an event was recorded, and once a second anyway (docs/adr/0002).
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import django
import psycopg
import redis
import structlog
from celery.exceptions import OperationalError as CeleryError
from kombu.exceptions import ConnectionError as AmqpConnectionError
from kombu.exceptions import OperationalError as BrokerError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.conf import settings  # noqa: E402  (the record's modules need the line above)
from django.db import OperationalError, close_old_connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.accounts.models import AccountMail  # noqa: E402
from compliance.accounts.rate_limits import rate_limits_forget  # noqa: E402
from compliance.alerts.models import Delivery  # noqa: E402
from compliance.alerts.selectors import delivery_first  # noqa: E402
from compliance.alerts.services import alerts_tend  # noqa: E402
from compliance.audits.models import Shard, WebhookCall  # noqa: E402
from compliance.audits.selectors import subscribed_types  # noqa: E402
from compliance.audits.services import (  # noqa: E402
    leases_reclaim,
    messages_restore,
    runs_settle,
    schedule_fire_due,
    shards_ring,
)
from compliance.domain.errors import InvalidInputError  # noqa: E402
from compliance.domain.events import EventType  # noqa: E402
from compliance.domain.vocabulary import Trigger  # noqa: E402
from compliance.events.models import NOTIFY_CHANNEL, Event, FollowUp  # noqa: E402
from compliance.events.sending import sendings_ring  # noqa: E402
from compliance.events.services import events_relay  # noqa: E402
from compliance.obligations.services import obligations_tend  # noqa: E402
from compliance.policies.services import packs_register  # noqa: E402
from compliance.registry.services import sketches_request  # noqa: E402
from compliance.tracing import tracing_start  # noqa: E402
from workers.celery import app, message_priority, queue_empty  # noqa: E402
from workers.health import beat  # noqa: E402
from workers.messages import headers_of  # noqa: E402
from workers.routes import (  # noqa: E402
    CALL,
    DELIVER,
    EXECUTE,
    HEARING,
    MAIL,
    QUEUES,
    ROUTES,
    SKETCH,
    SUBSCRIPTIONS,
    Route,
)

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.05
"""How long to wait once an event was recorded, for the next: a burst is handed on in one go."""
# Celery wraps what a broker's library raises when it sends, and nowhere else; what Kombu lists for
# Redis has KeyError in it, which would hide mistakes.
OUTAGES: tuple[type[Exception], ...] = (
    OperationalError,
    psycopg.OperationalError,
    BrokerError,
    CeleryError,
    AmqpConnectionError,
    redis.RedisError,
    OSError,
)
RUN_ENDS = frozenset({EventType.RUN_COMPLETED.value, EventType.RUN_ERRORED.value})
_log = structlog.get_logger("assay.scheduler")


def follow(events: Sequence[Event]) -> Iterator[tuple[Event, str]]:
    """Each event with each task that follows it."""
    heard = subscribed_types()
    for event in events:
        yield from ((event, task) for task in ROUTES[EventType(event.type)])
        if event.type in heard:
            yield event, SUBSCRIPTIONS
        if event.type in RUN_ENDS and event.payload.get("trigger") == Trigger.DISPUTE.value:
            yield event, HEARING


def ring() -> int:
    """Ring for everything that waits in a row and is due; returns for how much."""
    return (
        shards_ring(ring=ring_shards)
        + sendings_ring(kind=FollowUp, ring=ring_follow_up)
        + sendings_ring(kind=Delivery, ring=ring_delivery)
        + sendings_ring(kind=WebhookCall, ring=ring_call)
        + sendings_ring(kind=AccountMail, ring=ring_mail)
    )


def ring_shards(shards: Sequence[Shard]) -> None:
    """Ring for a queued shard, or for a group of them with one bell; its trace is the first's.

    What had its turn and was interrupted goes first: behind a long queue it would wait for hours.
    """
    first, alone = shards[0], len(shards) == 1
    ids = {"run_id": str(first.run_id), "shard_id": str(first.id)} if alone else {}
    arguments = [str(shard.id) for shard in shards]
    rank = message_priority(settings.ENV.broker_url, first=first.attempts > 0)
    route = Route(EXECUTE, first.queue)
    send(route, *arguments, ids=ids, traceparent=first.run.traceparent, priority=rank)


def ring_follow_up(follow_up: FollowUp) -> None:
    """Ring for what an event calls for."""
    event = follow_up.event
    kind, _, subject = event.subject.partition("/")
    ids = {"event_id": str(event.id), f"{kind}_id": subject}
    route = Route(follow_up.task, QUEUES.get(follow_up.task, "events"))
    send(route, follow_up.id, ids=ids, traceparent=event.traceparent)


def ring_delivery(delivery: Delivery) -> None:
    """Ring for a message about alerts; its trace is that of the first."""
    ids, first = {"delivery_id": str(delivery.id)}, delivery_first(delivery=delivery)
    if first is not None:
        ids["alert_id"] = str(first.id)
    send(DELIVER, delivery.id, ids=ids, traceparent=first.event.traceparent if first else "")


def ring_call(call: WebhookCall) -> None:
    """Ring for a webhook's call."""
    ids = {"event_id": str(call.event_id), "call_id": str(call.id)}
    send(CALL, str(call.id), ids=ids, traceparent=call.event.traceparent)


def ring_mail(mail: AccountMail) -> None:
    """Ring for a mail to somebody about their own account."""
    send(MAIL, mail.id, ids={"mail_id": str(mail.id)}, traceparent="")


def send(
    route: Route,
    *arguments: str | int,
    ids: dict[str, str],
    traceparent: str,
    priority: int | None = None,
) -> None:
    """Send a message to the broker; raises when it cannot take it."""
    with headers_of(route.task, ids, traceparent) as headers:
        app.send_task(
            route.task,
            args=arguments,
            queue=route.queue,
            headers=headers,
            priority=priority,
            retry=False,
        )


def mend() -> None:
    """Fire what is due, and put right what is amiss."""
    fired = schedule_fire_due(now=timezone.now())
    if fired:
        _log.info("schedules fired", runs=fired)
    alerts_tend(now=timezone.now())
    obligations_tend(now=timezone.now())
    leases_reclaim()
    runs_settle()
    messages_restore(empty=queue_empty)
    rate_limits_forget()


def packs_offer() -> None:
    """Register the policy packs of this release; one that is refused stops nothing else."""
    try:
        packs_register()
    except InvalidInputError as error:
        _log.error("a policy pack was not registered", error=str(error))


def sketches_catch_up() -> None:
    """Have what was registered under a release without sketches sketched and screened."""
    if requested := sketches_request(task=SKETCH):
        _log.info("sketches requested", versions=requested)


def hand_on() -> None:
    """Turn events into what follows them and ring for what waits, until nothing does."""
    while events_relay(follow=follow) or ring():
        pass


def run(stopping: threading.Event) -> None:
    """Work until told to stop; an outage of PostgreSQL or the broker is waited out."""
    while not stopping.is_set():
        try:
            with psycopg.connect(str(settings.ENV.database_url), autocommit=True) as listener:
                listener.execute(f"LISTEN {NOTIFY_CHANNEL}")
                packs_offer()
                sketches_catch_up()
                while not stopping.is_set():
                    close_old_connections()
                    mend()
                    beat(settings.ENV.heartbeat_file)
                    _hand_on_when_told(listener, stopping)
        except OUTAGES as error:
            _log.warning("outage", error=f"{type(error).__name__}: {error}")
            time.sleep(POLL_SECONDS)


def _hand_on_when_told(listener: psycopg.Connection[Any], stopping: threading.Event) -> None:
    """For a second: hand on at once, and whenever PostgreSQL says that an event was recorded."""
    over = time.monotonic() + POLL_SECONDS
    while not stopping.is_set():
        hand_on()
        left = over - time.monotonic()
        if left <= 0 or not list(listener.notifies(timeout=left, stop_after=1)):
            return
        time.sleep(GATHER_SECONDS)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    tracing_start(service="assay-scheduler")
    _log.info("scheduler started")
    run(stopping)
    _log.info("scheduler stopped")


if __name__ == "__main__":
    main()
