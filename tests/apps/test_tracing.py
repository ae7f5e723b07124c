"""Traces as the record keeps them. tests/flows/test_observed.py follows one through processes."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode, Tracer, get_current_span
from rest_framework.test import APIClient

from compliance.events.models import Event, FollowUp
from compliance.events.services import events_relay, follow_up_attempt
from compliance.tracing import trace_context, trace_id_now, traceparent_now, tracing_start
from tests.apps.test_events import alert, record
from tests.cast import Cast


@pytest.fixture
def tracer() -> Tracer:
    """A tracer of the test's own: the process stays untraced."""
    return TracerProvider().get_tracer("test")


def test_nothing_is_traced_unless_somebody_asks(cast: Cast) -> None:
    assert tracing_start(service="test") is False
    assert (traceparent_now(), trace_id_now()) == ("", "")
    assert Event.objects.get(id=record(cast).id).traceparent == ""


def test_an_event_keeps_the_trace_it_was_recorded_in(cast: Cast, tracer: Tracer) -> None:
    with tracer.start_as_current_span("a request"):
        kept = Event.objects.get(id=record(cast).id).traceparent
        assert kept == traceparent_now()
        assert trace_id_now() == kept.split("-")[1]
    with tracer.start_as_current_span("its relay", context=trace_context(kept)) as span:
        parent: Any = span
        assert parent.parent.span_id == int(kept.split("-")[2], 16)
        assert trace_id_now() == kept.split("-")[1]


@pytest.mark.parametrize("kept", ["", "nonsense", f"00-{'0' * 32}-{'0' * 16}-01"])
def test_a_relay_that_works_on_something_else_lends_its_trace_to_nobody(
    kept: str, tracer: Tracer
) -> None:
    with tracer.start_as_current_span("another event"):
        assert not get_current_span(trace_context(kept)).get_span_context().is_valid


def test_a_failing_follow_ups_span_reads_as_failed(cast: Cast, tracer: Tracer) -> None:
    record(cast)
    events_relay(follow=alert)

    def broken(event_id: UUID) -> None:
        raise ValueError("no such battery")

    with tracer.start_as_current_span("events.subscriptions_fire") as span:
        follow_up_attempt(follow_up_id=FollowUp.objects.get().id, act=broken)
    ended: Any = span
    assert ended.status.status_code is StatusCode.ERROR
    assert [event.name for event in ended.events] == ["exception"]


def test_the_api_tells_of_it_as_cloudevents_do(cast: Cast, tracer: Tracer) -> None:
    with tracer.start_as_current_span("a request"):
        traced = record(cast)
    untraced = record(cast)
    client = APIClient()
    client.force_authenticate(cast.officer)
    rows = {row["id"]: row for row in client.get("/api/v1/events").json()["rows"]}
    assert rows[str(traced.id)]["traceparent"] == traced.traceparent
    assert "traceparent" not in rows[str(untraced.id)]


def test_traces_that_were_asked_for_are_not_missing_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    with pytest.raises(SystemExit) as stopped:
        tracing_start(service="test")
    assert stopped.value.code == 2
    assert "assay[telemetry]" in capsys.readouterr().err
