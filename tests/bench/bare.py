"""Bare Celery with a task that does nothing, set up like the product's own app."""

from __future__ import annotations

import os

from celery import Celery

QUEUE = "bare"

app = Celery("bare", broker=os.environ["ASSAY_BROKER_URL"])
app.conf.update(
    task_ignore_result=True,
    task_default_queue=QUEUE,
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
)


@app.task(name="bare.nothing")
def nothing(number: str) -> None:
    """Take one argument, as a shard's task does."""
