"""Traces: the current one as a W3C ``traceparent``, and their export over OTLP when asked for.

Only the OpenTelemetry API is always there, and it does nothing by itself. The SDK and the exporter
come with the extra ``telemetry``; OpenTelemetry's own variables (``OTEL_...``) configure them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROBES = "healthz,readyz,metrics"
_w3c = TraceContextTextMapPropagator()


def traceparent_now() -> str:
    """The current span in the form of W3C Trace Context; empty where nothing is traced."""
    carrier: dict[str, str] = {}
    _w3c.inject(carrier)
    return carrier.get("traceparent", "")


def trace_context(traceparent: str) -> Context:
    """The context whose spans are children of ``traceparent``; of nothing when it is empty."""
    return _w3c.extract({"traceparent": traceparent}, context=Context())


@contextmanager
def trace_within(traceparent: str) -> Iterator[None]:
    """Be in the trace of ``traceparent``: stay where the current span is of it, else be its child.

    For what one task does for several requests; where nothing is traced, nothing changes.
    """
    wanted = trace.get_current_span(trace_context(traceparent)).get_span_context()
    current = trace.get_current_span().get_span_context()
    if not wanted.is_valid or wanted.trace_id == current.trace_id:
        yield
        return
    token = context.attach(trace_context(traceparent))
    try:
        yield
    finally:
        context.detach(token)


def trace_id_now() -> str:
    """The current trace's id for a log line; empty where nothing is traced."""
    current = trace.get_current_span().get_span_context()
    return trace.format_trace_id(current.trace_id) if current.is_valid else ""


def trace_failed(error: Exception) -> None:
    """Mark the current span as failed, by an error that was dealt with and not raised on."""
    span = trace.get_current_span()
    span.record_exception(error)
    span.set_status(Status(StatusCode.ERROR, str(error)))


def tracing_start(*, service: str) -> bool:
    """Export this process's spans where OpenTelemetry's variables say; False when they do not.

    Exits with a sentence when they do and the extra ``telemetry`` is not installed: traces that
    somebody asked for must not be missing in silence.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        print(f"{error}: traces need the extra assay[telemetry]", file=sys.stderr)
        raise SystemExit(2) from error
    service = os.environ.get("OTEL_SERVICE_NAME", service)
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


def tracing_stop() -> None:
    """Hand on the spans not yet exported."""
    provider = trace.get_tracer_provider()
    if stop := getattr(provider, "shutdown", None):  # the API's own provider has none
        stop()


def requests_trace() -> None:
    """A span a request, the child of the caller's; probes and scrapes make none."""
    if tracing_start(service="assay-web"):
        from opentelemetry.instrumentation.django import DjangoInstrumentor

        DjangoInstrumentor().instrument(excluded_urls=_PROBES)
