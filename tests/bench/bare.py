"""Bare Celery, set up like the product's own app: a task that does nothing, and a stress test."""

from __future__ import annotations

import os

from celery import Celery

from compliance.domain.canonical import Json
from compliance.domain.specs import ShardSpec, StressTestSpec, Subject
from workers.backends.loading import open_backend
from workers.execution import NullSink, execute

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


@app.task(name="bare.stress_test")
def stress_test(spec: dict[str, Json], seed: int, location: str) -> str:
    """Execute what a shard executes, from the same spec, and keep nothing."""
    subject = Subject("bare", location)
    shard = ShardSpec(test=StressTestSpec.from_json(spec), seed=seed, subject=subject)
    return execute(shard, open_backend(subject), NullSink()).verdict.value
