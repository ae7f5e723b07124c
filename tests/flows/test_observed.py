"""One request followed through three processes: by its trace and by the ids on log lines."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from compliance.accounts.services import token_issue
from compliance.audits.models import Result, Run, StressTest
from compliance.events.models import Event
from compliance.registry.models import Version
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait
from tests.flows.otlp import Receiver, Span, receiving

pytestmark = pytest.mark.django_db(transaction=True)
CALLERS_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLERS_SPAN = "00f067aa0ba902b7"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Where the processes that a test starts after this send their spans."""
    with receiving() as started:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.address)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        monkeypatch.setenv("ASSAY_LOG_FORMAT", "json")
        yield started


def run_requested(site: str, token: str, version: Version, trace: str = CALLERS_TRACE) -> str:
    """Request a run as a traced program does; returns the answer's request id."""
    request = urllib.request.Request(  # noqa: S310 (an address of this machine)
        f"{site}/api/v1/runs",
        data=json.dumps(
            {"version": str(version.id), "battery": ["provenance.weights_digest"]}
        ).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "traceparent": f"00-{trace}-{CALLERS_SPAN}-01",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status == 201
        return str(answer.headers["X-Request-ID"])


def token_of(cast: Cast) -> str:
    expires = timezone.now() + timedelta(hours=1)
    return token_issue(user=cast.engineer, name="test", expires_at=expires)


def task_lines(log: str) -> list[dict[str, str]]:
    """The lines that tell of the shard's task: Assay's own and Celery's last."""
    return [
        line
        for line in map(json.loads, filter(lambda text: text.startswith("{"), log.splitlines()))
        if line.get("task") == "runs.execute"
    ]


def test_a_request_is_followed_to_its_task(
    receiver: Receiver,
    processes: Processes,
    live_site: str,
    wait: Wait,
    cast: Cast,
    version: Version,
    tmp_path: Path,
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    request_id = run_requested(live_site, token_of(cast), version)
    wait(Result.objects.exists, what="the result")

    def executed() -> bool:
        return any(span.name == "runs.execute" for span in receiver.of("assay-worker"))

    wait(executed, seconds=20, what="the worker's span")
    wait(lambda: receiver.of("assay-web"), seconds=20, what="the request's span")
    run = Run.objects.get()
    traced(receiver, run)
    logged(processes.log("cpu"), run)
    web_log = (tmp_path / "site-logs" / "web.log").read_text()
    assert any(request_id in line and CALLERS_TRACE in line for line in web_log.splitlines())


def test_each_run_of_a_group_is_followed_in_its_own_trace(
    receiver: Receiver,
    processes: Processes,
    live_site: str,
    wait: Wait,
    cast: Cast,
    version: Version,
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    token = token_of(cast)
    for number in (1, 2):  # the first loads libraries, by the second the test is known to be brief
        run_requested(live_site, token, version)
        wait(lambda done=number: Result.objects.count() == done, what="a result")
    processes.kill("scheduler")
    traces = [f"{number:032x}" for number in (0xA1, 0xA2, 0xA3)]
    for trace in traces:
        run_requested(live_site, token, version, trace)
    processes.start("scheduler", "workers.scheduler")
    wait(lambda: Result.objects.count() == 5, what="the results")

    def executed() -> list[Span]:
        """What was done for one of the group, linked to its message's span."""
        spans = [one for one in receiver.of("assay-worker") if one.name == "runs.execute"]
        group = {one.span_id for one in spans if one.trace_id == traces[0] and not one.links}
        return [one for one in spans if group and one.links == group]

    def own() -> dict[str, set[str]]:
        """The runs that the spans of each trace tell of."""
        return {
            trace: {one.attributes["run_id"] for one in executed() if one.trace_id == trace}
            for trace in traces
        }

    wait(lambda: all(own().values()), seconds=20, what="the worker's spans")
    runs = Run.objects.order_by("-requested_at")[:3]
    assert own() == {run.traceparent.split("-")[1]: {str(run.id)} for run in runs}
    for run in runs:
        events = Event.objects.filter(subject=f"run/{run.id}")
        traced_in = {event.traceparent.split("-")[1] for event in events}
        assert traced_in == {trace for trace, ids in own().items() if ids == {str(run.id)}}


def traced(receiver: Receiver, run: Run) -> None:
    request = next(span for span in receiver.of("assay-web") if "runs" in span.name)
    publish = next(
        span for span in receiver.of("assay-scheduler") if span.name == "publish runs.execute"
    )
    execute = next(span for span in receiver.of("assay-worker") if span.name == "runs.execute")
    assert {span.trace_id for span in (request, publish, execute)} == {CALLERS_TRACE}
    assert request.parent_id == CALLERS_SPAN
    assert publish.parent_id == request.span_id
    assert execute.parent_id == publish.span_id
    assert execute.attributes["run_id"] == str(run.id)
    # What the task recorded goes on in the same trace.
    assert {
        event.traceparent.split("-")[1] for event in Event.objects.filter(subject=f"run/{run.id}")
    } == {CALLERS_TRACE}
    reached = Event.objects.get(type="verdict.reached")
    assert reached.traceparent.split("-")[2] == execute.span_id


def logged(log: str, run: Run) -> None:
    shard = run.shards.get()
    lines = task_lines(log)
    messages = [line["message"] for line in lines]
    assert "shard claimed" in messages
    assert "shard completed" in messages
    assert any("succeeded in" in message for message in messages)  # Celery's own line
    for line in lines:
        assert line["run_id"] == str(run.id)
        assert line["shard_id"] == str(shard.id)
        assert line["trace_id"] == CALLERS_TRACE
