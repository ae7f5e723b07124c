"""The Celery app: the doorbell. PostgreSQL holds what must be done (docs/adr/0002)."""

from __future__ import annotations

import os
from typing import Any

import django
from celery import Celery
from celery.signals import (
    heartbeat_sent,
    setup_logging,
    task_prerun,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)
from kombu.exceptions import ChannelError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from django.db import close_old_connections, connections  # noqa: E402  (what is below needs the lines above)

from compliance.env import BrokerUrl  # noqa: E402
from compliance.settings import ENV  # noqa: E402
from compliance.tracing import tracing_start, tracing_stop  # noqa: E402
from workers.health import beat  # noqa: E402

VISIBILITY_TIMEOUT_SECONDS = 3_600
"""Longer than any shard. A message redelivered all the same finds its shard leased or done."""

CONNECTION_TASKS = 1_000
"""Celery closes Django's connection once in so many tasks, not around each; see ``connect``."""


def lists(broker: BrokerUrl) -> bool:
    """Whether the broker's queues are lists of Redis or Valkey; RabbitMQ's are its own."""
    return broker.scheme.startswith("redis")


def transport_options(broker: BrokerUrl) -> dict[str, object]:
    """What differs between the brokers."""
    if lists(broker):
        return {"visibility_timeout": VISIBILITY_TIMEOUT_SECONDS, "priority_steps": [0, 1]}
    # A relay forgets an event once its message was taken: RabbitMQ must say that it took it.
    return {"confirm_publish": True}


def message_priority(broker: BrokerUrl, *, first: bool) -> int:
    """In a queue with two: lists are read from 0 upwards, RabbitMQ gives the highest first."""
    return int(first is not lists(broker))


app = Celery("assay", broker=str(ENV.broker_url))
app.conf.update(
    imports=(
        "workers.messages",
        "workers.tasks.runs",
        "workers.tasks.events",
        "workers.tasks.registry",
        "workers.tasks.alerts",
        "workers.tasks.obligations",
        "workers.tasks.people",
        "workers.tasks.accounts",
        "workers.tasks.webhooks",
        "workers.tasks.disputes",
    ),
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="events",
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options=transport_options(ENV.broker_url),
    task_queue_max_priority=None if lists(ENV.broker_url) else 1,
    enable_utc=True,
    CELERY_DB_REUSE_MAX=CONNECTION_TASKS,
)


def queue_empty(queue: str) -> bool:
    """Whether the broker holds no message in a queue; a queue it never saw is empty."""
    with app.connection_for_write() as connection, connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count) == 0  # type: ignore[attr-defined]
        except ChannelError:
            return True


WEIGHTS_QUEUES = frozenset({"cpu", "gpu"})
"""Whose shards open weights."""


@worker_init.connect
def give_back(sender: Any, **_: Any) -> None:
    """Give back what this worker held when it died, first of all: others need not wait for it."""
    from compliance.audits.services import leases_release

    leases_release(worker=sender.hostname)
    connections.close_all()  # a connection must not cross the fork that follows


@worker_ready.connect
def announce(**_: Any) -> None:
    """Tell the record which tests this worker can run."""
    from workers.tasks.runs import catalogue_announce

    catalogue_announce()


@task_prerun.connect
def connect(**_: Any) -> None:
    """Leave a connection that is too old or that PostgreSQL has closed, as between requests."""
    close_old_connections()


@task_prerun.connect
def answers_forget(**_: Any) -> None:
    """Keep no answer on this worker's disk that was erased from the record."""
    from compliance.audits.erasures import newest_erasure
    from workers.backends.answer_store import answer_store

    if store := answer_store():
        store.forget(newest_erasure())


@setup_logging.connect
def logging_keep(**_: Any) -> None:
    """Django's LOGGING holds in workers too: Celery adds no handlers where somebody listens."""


@worker_process_init.connect
def trace_begin(**_: Any) -> None:
    """Trace in the process that executes tasks; an exporter's thread survives no fork."""
    tracing_start(service="assay-worker")


@worker_process_init.connect
def models_prepare(**_: Any) -> None:
    """Let the libraries load now that open models; in the first shard they would cost seconds."""
    if WEIGHTS_QUEUES & set(app.amqp.queues.consume_from):
        from workers.backends.confined.template import template

        template()


@worker_process_shutdown.connect
def trace_end(**_: Any) -> None:
    """Hand on the last spans: these processes run no exit handlers."""
    tracing_stop()


@heartbeat_sent.connect
def heartbeat(**_: Any) -> None:
    """Show life, as Celery does to the broker every two seconds."""
    beat(ENV.heartbeat_file)
