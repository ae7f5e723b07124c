"""The scheduler process: fires due schedules, reclaims expired leases, relays events.

Any number may run; PostgreSQL decides who takes what. It wakes when PostgreSQL notifies
that an event was recorded, and once a second anyway (docs/adr/0002).
"""

from __future__ import annotations

import os
import signal
import threading
import time

import django
import psycopg
import structlog
from celery.exceptions import OperationalError as CeleryError
from kombu.exceptions import OperationalError as BrokerError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.conf import settings  # noqa: E402  (the record's modules need the line above)
from django.db import OperationalError, close_old_connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from compliance.audits.services import leases_reclaim, schedule_fire_due  # noqa: E402
from compliance.domain.events import EventType  # noqa: E402
from compliance.events.models import Event  # noqa: E402
from compliance.events.services import NOTIFY_CHANNEL, events_relay  # noqa: E402
from compliance.tracing import tracing_start  # noqa: E402
from workers.celery import app  # noqa: E402
from workers.health import beat  # noqa: E402
from workers.messages import sending  # noqa: E402
from workers.routes import ROUTES  # noqa: E402

POLL_SECONDS = 1.0
_log = structlog.get_logger("assay.scheduler")


def publish(event: Event) -> None:
    """Send what follows an event to the broker; raises when the broker cannot take it."""
    for route in ROUTES[EventType(event.type)]:
        source, _, key = route.queue.partition(":")
        queue = event.payload[key] if source == "payload" else route.queue
        argument = event.payload[route.argument] if route.argument else str(event.id)
        with sending(event, route, argument) as headers:
            app.send_task(route.task, args=[argument], queue=queue, headers=headers, retry=False)


def work() -> None:
    """One round: fire, reclaim, relay until nothing is pending."""
    fired = schedule_fire_due(now=timezone.now())
    reclaimed = leases_reclaim()
    if fired or reclaimed:
        _log.info("round", fired=fired, leases_reclaimed=reclaimed)
    while events_relay(publish=publish):
        pass


def run(stopping: threading.Event) -> None:
    """Work until told to stop; an outage of PostgreSQL or the broker is waited out."""
    while not stopping.is_set():
        try:
            with psycopg.connect(str(settings.ENV.database_url), autocommit=True) as listener:
                listener.execute(f"LISTEN {NOTIFY_CHANNEL}")
                while not stopping.is_set():
                    close_old_connections()
                    work()
                    beat(settings.ENV.heartbeat_file)
                    for _ in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
                        pass
        except (OperationalError, psycopg.OperationalError, BrokerError, CeleryError) as error:
            _log.warning("outage", error=f"{type(error).__name__}: {error}")
            time.sleep(POLL_SECONDS)


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
