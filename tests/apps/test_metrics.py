"""What Prometheus is told, read back with Prometheus' own parser."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from compliance.alerts.models import Delivery
from compliance.audits.models import Run, Shard, StressTest
from compliance.audits.services import leases_reclaim, shard_claim
from compliance.domain.sending import MAX_ATTEMPTS
from compliance.ledger.models import Witness
from compliance.metrics import QUEUES
from compliance.registry.models import Version
from tests.browser.record import COMPLIANT, VIOLATING, alert_of, announce, begin, request, work
from tests.cast import Cast

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-that-only-prometheus-has"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape(accept: str = "text/plain") -> str:
    client = Client(headers={"Authorization": f"Bearer {TOKEN}", "Accept": accept})
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return str(answer.content.decode())


def samples() -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(scrape())
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


@pytest.fixture
def run(cast: Cast, version: Version) -> Run:
    """One run with a compliant and a violating verdict, of 40 items each."""
    viewer = cast.viewer(cast.engineer)
    announce()
    run = request(viewer, version, ["safety.refusal", "provenance.weights_digest"])
    work(run, {"safety.refusal": VIOLATING, "provenance.weights_digest": COMPLIANT})
    return run


def test_verdicts_items_and_runs_are_counted(run: Run) -> None:
    Shard.objects.update(tokens=123)
    found = samples()
    counted = {
        ("safety", "violating"): 1,
        ("provenance", "compliant"): 1,
        ("bias", "inconclusive"): 0,  # what never happened is told of as nought
    }
    for (kind, verdict), n in counted.items():
        assert value(found, "assay_verdicts_total", kind=kind, verdict=verdict) == n
    assert value(found, "assay_items_scored_total") == 80
    assert value(found, "assay_tokens_total") == 246
    assert value(found, "assay_runs", state="completed") == 1
    assert value(found, "assay_runs", state="errored") == 0
    assert value(found, "assay_retries_total") == 0


def test_the_queue_and_its_oldest_shard(run: Run, cast: Cast) -> None:
    waiting = request(cast.viewer(cast.engineer), run.version, ["safety.refusal"])
    Run.objects.filter(id=waiting.id).update(requested_at=timezone.now() - timedelta(minutes=5))
    found = samples()
    assert value(found, "assay_shards_queued", queue="cpu") == 1
    assert 300 <= value(found, "assay_shards_oldest_queued_seconds", queue="cpu") < 330
    begin(waiting.shards.get(), COMPLIANT, share=0.5)
    found = samples()
    assert value(found, "assay_shards_queued", queue="cpu") == 0
    assert value(found, "assay_shards_leased", queue="cpu") == 1
    assert value(found, "assay_shards_oldest_queued_seconds", queue="cpu") == 0
    assert value(found, "assay_items_scored_total") == 100
    for queue in QUEUES:
        assert value(found, "assay_shards_queued", queue=queue) == 0


def test_a_lost_lease_and_its_retry(run: Run, cast: Cast) -> None:
    waiting = request(cast.viewer(cast.engineer), run.version, ["safety.refusal"])
    Run.objects.filter(id=waiting.id).update(requested_at=timezone.now() - timedelta(hours=1))
    for _ in range(2):
        assert shard_claim(shard_id=waiting.shards.get().id, worker="worker-1")
        gone = timezone.now() - timedelta(seconds=1)
        Shard.objects.filter(run=waiting).update(lease_expires_at=gone)
        assert leases_reclaim() == 1
    found = samples()
    assert value(found, "assay_leases_lost_total") == 2
    assert value(found, "assay_retries_total") == 1
    assert value(found, "assay_repairs_total", kind="lease_expired") == 2
    assert value(found, "assay_repairs_total", kind="message_lost") == 0
    # It waits since it was queued again, not since its run was requested.
    assert value(found, "assay_shards_oldest_queued_seconds", queue="cpu") < 60


def test_events_that_nobody_relayed(run: Run) -> None:
    found = samples()
    assert value(found, "assay_events_pending", reader="relay") == run_events()
    assert 0 <= value(found, "assay_events_oldest_pending_seconds", reader="relay") < 60


def run_events() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event")
        return int(cursor.fetchone()[0])


def test_alerts_and_their_mails(run: Run) -> None:
    alert_of(run)
    found = samples()
    assert value(found, "assay_alerts", state="open", severity="critical") == 1
    assert value(found, "assay_alerts", state="resolved", severity="warning") == 0
    mails = Delivery.objects.count()
    assert value(found, "assay_mails_undelivered", state="waiting") == mails > 0
    assert value(found, "assay_webhook_calls_undelivered", state="waiting") == 0
    Delivery.objects.update(attempts=MAX_ATTEMPTS)
    found = samples()
    assert value(found, "assay_mails_undelivered", state="waiting") == 0
    assert value(found, "assay_mails_undelivered", state="given_up") == mails


def test_when_each_stress_test_was_announced(run: Run) -> None:
    at = StressTest.objects.get(name="safety.refusal").announced_at.timestamp()
    name = "assay_stress_test_announced_timestamp_seconds"
    assert value(samples(), name, test="safety.refusal", version="1") == pytest.approx(at)


def test_names_and_help_are_as_prometheus_wants_them(run: Run) -> None:
    families = list(open_metrics(scrape("application/openmetrics-text; version=1.0.0")))
    assert len(families) > 10
    for family in families:
        assert family.name.startswith("assay_")
        assert family.documentation.endswith("."), family.name
        assert family.type in {"counter", "gauge"}
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter")


def test_operations_lists_every_metric_and_no_other(run: Run) -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    Witness.objects.create(name="w.example", url="")
    listed = set(re.findall(r"\bassay_[a-z_]+\b", text)) - {"assay_scaler", "assay_service"}
    assert listed == {name for name, _ in samples()}


@pytest.mark.parametrize("sent", ["", f"Bearer {TOKEN}x", "Bearer ", TOKEN, f"Basic {TOKEN}"])
def test_nobody_reads_them_without_the_token(db: None, sent: str) -> None:
    answer = Client(headers={"Authorization": sent}).get("/metrics")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert b"assay_" not in answer.content


def test_without_a_token_set_there_is_no_such_address(db: None, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    for sent in ("Bearer ", f"Bearer {TOKEN}"):
        assert Client(headers={"Authorization": sent}).get("/metrics").status_code == 404


def test_the_token_cannot_be_posted(db: None) -> None:
    assert Client().post("/metrics").status_code == 405


def test_a_signed_in_officer_is_not_prometheus(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.officer)
    assert client.get("/metrics").status_code == 401
