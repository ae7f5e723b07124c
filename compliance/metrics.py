"""Prometheus metrics, read from PostgreSQL when asked: true over any number of processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from itertools import product
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from compliance.accounts.mails import account_mails_undelivered
from compliance.alerts.selectors import alert_counts, mails_undelivered
from compliance.audits.counts import (
    announcement_times,
    queue_counts,
    repair_counts,
    run_counts,
    verdict_counts,
    webhook_calls_undelivered,
    work_totals,
)
from compliance.domain.events import Reader
from compliance.domain.vocabulary import (
    AlertState,
    Kind,
    RepairKind,
    RunState,
    Severity,
    Verdict,
)
from compliance.events.selectors import event_backlogs, follow_ups_undone
from compliance.ledger.selectors import log_halted, log_refusals, log_sizes

QUEUES = ("cpu", "gpu", "endpoint")
SCRAPE_TIMEOUT_SECONDS = 5
_Labels = TypeVar("_Labels", bound=tuple[str, ...])


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for whoever sends the token; without a token set there is nothing here."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(sent.strip(), token):
        refusal = HttpResponse("send the metrics token\n", content_type="text/plain")
        refusal.status_code = HTTPStatus.UNAUTHORIZED
        refusal["WWW-Authenticate"] = 'Bearer realm="assay-metrics"'
        return refusal
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:  # a scrape must never weigh on the record
                cursor.execute(f"SET LOCAL statement_timeout = '{SCRAPE_TIMEOUT_SECONDS}s'")
            return HttpResponse(encode(_registry), content_type=content_type)
    except OperationalError:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return HttpResponse("no database\n", status=status, content_type="text/plain")


class RecordCollector(Collector):
    """Asks the selectors anew at each scrape."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        yield from _queues(now)
        yield from _work()
        yield from _backlog(now)
        yield from _alerts()
        yield from _log()
        yield _gauge(
            "assay_stress_test_announced_timestamp_seconds",
            "When a worker last announced the stress test.",
            ("test", "version"),
            {
                (name, str(at)): when.timestamp()
                for (name, at), when in announcement_times().items()
            },
        )


def _queues(now: datetime) -> Iterator[Metric]:
    counts = queue_counts()
    # Known queues are told of when empty too: an absent series raises no alert.
    queues = sorted({*QUEUES, *counts})
    names = [(queue,) for queue in queues]
    queued = {(queue,): count.queued for queue, count in counts.items()}
    leased = {(queue,): count.leased for queue, count in counts.items()}
    ages = {(queue,): _age(now, count.waiting_since) for queue, count in counts.items()}
    label = ("queue",)
    yield _gauge("assay_shards_queued", "Shards that wait for a worker.", label, queued, names)
    yield _gauge("assay_shards_leased", "Shards that a worker holds.", label, leased, names)
    yield _gauge(
        "assay_shards_oldest_queued_seconds",
        "How long the shard that waits longest has waited.",
        label,
        ages,
        names,
    )


def _work() -> Iterator[Metric]:
    runs = {(state,): n for state, n in run_counts().items()}
    states = [(state.value,) for state in RunState]
    yield _gauge("assay_runs", "Runs by state.", ("state",), runs, states)
    yield _counter(
        "assay_verdicts_total",
        "Verdicts by kind of stress test.",
        ("kind", "verdict"),
        verdict_counts(),
        [(kind.value, verdict.value) for kind, verdict in product(Kind, Verdict)],
    )
    totals = work_totals()
    yield _counter("assay_items_scored_total", "Items scored.", (), {(): totals.items})
    yield _counter("assay_tokens_total", "Tokens of models.", (), {(): totals.tokens})
    yield _counter("assay_retries_total", "Attempts after the first.", (), {(): totals.retries})
    yield _counter(
        "assay_leases_lost_total",
        "Leases whose worker died or fell silent.",
        (),
        {(): totals.leases_lost},
    )
    yield _counter(
        "assay_repairs_total",
        "What the reconciler found amiss and put right.",
        ("kind",),
        {(kind,): n for kind, n in repair_counts().items()},
        [(kind.value,) for kind in RepairKind],
    )


def _backlog(now: datetime) -> Iterator[Metric]:
    backlogs = event_backlogs()
    readers = [(reader.value,) for reader in Reader]
    pending = {(reader,): backlog.pending for reader, backlog in backlogs.items()}
    ages = {(reader,): _age(now, backlog.oldest) for reader, backlog in backlogs.items()}
    label = ("reader",)
    yield _gauge("assay_events_pending", "Events not yet read.", label, pending, readers)
    yield _gauge(
        "assay_events_oldest_pending_seconds",
        "How long the oldest event not yet read has waited.",
        label,
        ages,
        readers,
    )
    yield _gauge(
        "assay_follow_ups_undone",
        "What events call for and is not done, waiting for its next attempt or given up.",
        ("state",),
        {(state,): n for state, n in follow_ups_undone().items()},
    )


def _alerts() -> Iterator[Metric]:
    yield _gauge(
        "assay_alerts",
        "Alerts by state and severity.",
        ("state", "severity"),
        alert_counts(),
        [(state.value, severity.value) for state, severity in product(AlertState, Severity)],
    )
    yield _gauge(
        "assay_mails_undelivered",
        "Messages about alerts that have not arrived, waiting for their next attempt or given up.",
        ("state",),
        {(state,): n for state, n in mails_undelivered().items()},
    )
    yield _gauge(
        "assay_account_mails_undelivered",
        "Mails about people's own accounts that were not sent, waiting or given up.",
        ("state",),
        {(state,): n for state, n in account_mails_undelivered().items()},
    )
    yield _gauge(
        "assay_webhook_calls_undelivered",
        "Calls of webhooks that have not arrived, waiting for their next attempt or given up.",
        ("state",),
        {(state,): n for state, n in webhook_calls_undelivered().items()},
    )


def _log() -> Iterator[Metric]:
    size, cosigned = log_sizes()
    yield _gauge("assay_log_entries", "Entries under the newest checkpoint.", (), {(): size})
    yield _gauge(
        "assay_log_entries_cosigned",
        "Entries under the newest checkpoint of each witness.",
        ("witness",),
        {(witness,): n for witness, n in cosigned.items()},
    )
    yield _gauge(
        "assay_log_refusals",
        "Witnesses that saw a log which this one does not extend: an alarm.",
        (),
        {(): len(log_refusals())},
    )
    yield _gauge(
        "assay_log_halted",
        "Whether the log's own signer refuses to sign it any further: an alarm.",
        (),
        {(): bool(log_halted())},
    )


def _gauge(
    name: str,
    says: str,
    labels: tuple[str, ...],
    values: Mapping[_Labels, float],
    always: Iterable[_Labels] = (),
) -> Metric:
    return _filled(GaugeMetricFamily(name, says, labels=labels), values, always)


def _counter(
    name: str,
    says: str,
    labels: tuple[str, ...],
    values: Mapping[_Labels, float],
    always: Iterable[_Labels] = (),
) -> Metric:
    return _filled(CounterMetricFamily(name, says, labels=labels), values, always)


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily,
    values: Mapping[_Labels, float],
    always: Iterable[_Labels],
) -> Metric:
    for labels in sorted({*always, *values}):
        family.add_metric(labels, values.get(labels, 0))
    return family


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


_registry = CollectorRegistry()
_registry.register(RecordCollector())
