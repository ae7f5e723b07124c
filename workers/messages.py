"""What a message carries beside its argument: ids for the log lines of its task, and its trace.

A relay wraps each sending in ``headers_of``; the worker's side hangs on Celery's two signals around
a task, so that Celery's own lines about the task carry the ids too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import structlog
from celery import Task, states
from celery.signals import task_postrun, task_prerun
from opentelemetry import trace
from opentelemetry.trace import SpanKind

from compliance.tracing import trace_context, trace_failed, traceparent_now

_IDS, _TRACEPARENT = "assay_ids", "traceparent"
_tracer = trace.get_tracer("assay")
_begun: dict[str, ExitStack] = {}


@contextmanager
def headers_of(task: str, ids: dict[str, str], traceparent: str) -> Iterator[dict[str, Any]]:
    """The headers of the message that starts ``task``, within a span of its sending.

    Args:
        ids: bound to every log line of the task.
        traceparent: of what made the work; empty where nothing is traced.
    """
    with _tracer.start_as_current_span(
        f"publish {task}",
        context=trace_context(traceparent),
        kind=SpanKind.PRODUCER,
        attributes={"messaging.system": "celery", "messaging.operation.type": "send", **ids},
    ):
        yield {_IDS: ids, _TRACEPARENT: traceparent_now()}


@contextmanager
def one_of_several(task: str, ids: dict[str, str], traceparent: str) -> Iterator[None]:
    """Around what a task does for one of several that its message names, in the trace of that one.

    Its span links to the task's own, which is in the trace of the first.
    """
    here = trace.get_current_span().get_span_context()
    with (
        structlog.contextvars.bound_contextvars(**ids),
        _tracer.start_as_current_span(
            task,
            context=trace_context(traceparent),
            kind=SpanKind.CONSUMER,
            links=[trace.Link(here)] if here.is_valid else (),
            attributes={"messaging.system": "celery", "messaging.operation.type": "process", **ids},
        ),
    ):
        yield


@task_prerun.connect
def task_begins(task_id: str, task: Task[Any, Any], **_: Any) -> None:
    """Bind the message's ids to every line of the task, and open its span."""
    headers = task.request.headers or {}
    ids = headers.get(_IDS, {})
    begun = _begun[task_id] = ExitStack()
    begun.enter_context(structlog.contextvars.bound_contextvars(task=task.name, **ids))
    begun.enter_context(
        _tracer.start_as_current_span(
            task.name,
            context=trace_context(headers.get(_TRACEPARENT, "")),
            kind=SpanKind.CONSUMER,
            attributes={"messaging.system": "celery", "messaging.operation.type": "process", **ids},
        )
    )


@task_postrun.connect
def task_ends(task_id: str, state: str, retval: object, **_: Any) -> None:
    """Close what ``task_begins`` opened."""
    if state == states.FAILURE and isinstance(retval, Exception):  # what the task raised
        trace_failed(retval)
    if begun := _begun.pop(task_id, None):
        begun.close()
