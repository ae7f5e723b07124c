"""The Celery app: the doorbell. PostgreSQL holds what must be done (docs/adr/0002)."""

from __future__ import annotations

import os
from typing import Any

import django
from celery import Celery
from celery.signals import worker_ready
from kombu.exceptions import ChannelError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
django.setup()

from compliance.settings import ENV  # noqa: E402  (needs the settings module named above)

VISIBILITY_TIMEOUT_SECONDS = 3_600
"""Longer than any shard. A message redelivered all the same finds its shard leased or done."""

app = Celery("assay", broker=str(ENV.broker_url))
app.conf.update(
    imports=(
        "workers.tasks.runs",
        "workers.tasks.events",
        "workers.tasks.alerts",
        "workers.tasks.webhooks",
    ),
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="events",
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": VISIBILITY_TIMEOUT_SECONDS},
    worker_hijack_root_logger=False,
    enable_utc=True,
)


def queue_empty(queue: str) -> bool:
    """Whether the broker holds no message in a queue; a queue it never saw is empty."""
    with app.connection_for_write() as connection, connection.channel() as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count) == 0  # type: ignore[attr-defined]
        except ChannelError:
            return True


@worker_ready.connect
def announce(**_: Any) -> None:
    """Tell the record which stress tests this worker can run."""
    from workers.tasks.runs import catalogue_announce

    catalogue_announce()
