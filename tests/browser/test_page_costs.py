"""Pages ask the database a constant number of questions, and hold to the content policy."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.alerts.models import Alert
from compliance.audits.models import Run, Subscription, WebhookCall
from compliance.disputes.models import Dispute
from compliance.disputes.services import Attached, Submission, dispute_file
from compliance.domain.vocabulary import Access
from compliance.events.models import Event
from compliance.obligations.models import Obligation
from compliance.obligations.services import obligations_tend, summary_issue
from compliance.policies.models import Adoption
from compliance.registry.models import Version
from compliance.registry.services import model_register, version_register
from tests.browser import record
from tests.browser.conftest import Record
from tests.cast import Cast
from tests.disputing import Case, announce_exact, case_of, rivals_version
from tests.policy import obliged, pack_make

pytestmark = pytest.mark.django_db(transaction=True)


def paths(version: Version) -> list[str]:
    run = version.runs.order_by("requested_at").first()
    assert run is not None
    return [
        "/",
        "/models/",
        f"/models/{version.model_id}/",
        f"/models/{version.model_id}/dossier/",
        f"/models/{version.model_id}/dossier/results/",
        f"/models/{version.model_id}/dossier/verify/",
        f"/versions/{version.id}/",
        f"/models/{version.model_id}/history/safety.refusal/",
        f"/results/{run.shards.get(test_name='safety.refusal').result.id}/beside/",
        "/portfolio/",
        "/matrix/",
        "/matrix/?organization=northwind",
        "/training-data/",
        "/matrix/?by=obligation",
        "/policies/",
        *(f"/policies/{one.pack_id}/" for one in Adoption.objects.all()),
        *(f"/adoptions/{one.id}/plan/" for one in Adoption.objects.all()),
        "/obligations/",
        f"/versions/{version.id}/obligations/",
        "/questions/",
        "/disputes/",
        *(f"/disputes/{one.id}/" for one in Dispute.objects.order_by("opened_at")[:1]),
        "/runs/",
        f"/runs/{run.id}/",
        f"/runs/{run.id}/items/{run.shards.all()[0].id}/",
        "/schedules/",
        "/subscriptions/",
        *(f"/subscriptions/{one.id}/" for one in Subscription.objects.order_by("created_at")[:1]),
        "/alerts/",
        "/people/northwind/",
        "/alerts/routes/",
        "/alerts/windows/",
        "/ledger/",
        "/ledger/2/",
        "/access/",
        "/access/readings/",
        "/machines/",
        "/tokens/",
    ]


def run_events(run: Run) -> QuerySet[Event]:
    return Event.objects.filter(subject=f"run/{run.id}")


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200, path
    return len(asked)


def test_more_rows_mean_no_more_queries_and_no_page_holds_inline_code(
    audited: Record, cast: Cast, client: Client
) -> None:
    client.force_login(cast.officer)
    officer = cast.viewer(cast.officer)
    record.request(officer, audited.version, list(record.TITLES))
    subscription = record.subscribe(officer, audited.run)
    obliged(officer, audited.version)
    Obligation.objects.filter(demand="pairs").update(due_at=timezone.now())
    announce_exact()
    case = case_of(cast, audited.version, rivals_version(cast, audited.version.location))
    dispute = case.ordered(case.reviewed())
    for path in paths(audited.version):  # reading answers is told of, once a day
        _holds_no_inline_code_or_style(client, path)
    session = client.session
    session["used_at"] = time.time() + 3_600  # its use is kept once a minute
    session.save()
    few = {path: queries(client, path) for path in paths(audited.version)}
    for place in range(3):
        accused = rivals_version(cast, audited.version.location, slug=f"copy{place}")
        Case(cast, case.claimed, accused, case.rival_officer).opened()
        said = Submission(title="More", text="More.", files=[Attached("a.txt", b"a")])
        dispute_file(viewer=case.claimant, dispute=dispute, submission=said)
        run = record.request(officer, audited.version, list(record.TITLES))
        record.work(run, {"safety.refusal": record.VIOLATING})
        Alert.objects.update(state="resolved")  # else it is the same finding again
        record.alert_of(run)
        record.subscribe(officer, run)
        for event in run_events(run):
            WebhookCall.objects.create(subscription=subscription, event=event)
        model = model_register(
            viewer=officer, organization_id=cast.northwind.id, slug=f"m{place}", name="More"
        )
        version_register(
            viewer=officer, model=model, name="1", access=Access.SEALED, location="vault"
        )
        summary_issue(viewer=officer, version=audited.version, pack=pack_make(), now=timezone.now())
    obligations_tend(now=timezone.now() + timedelta(minutes=2))
    many = {path: queries(client, path) for path in paths(audited.version)}
    assert many == few
    assert max(count for path, count in few.items() if "dossier" not in path) <= 21
    assert max(few.values()) <= 42  # a dossier is everything about a model, and shows its proofs


def _holds_no_inline_code_or_style(client: Client, path: str) -> None:
    answered = client.get(path)
    assert "'unsafe-inline'" not in answered.headers["Content-Security-Policy"]
    text = answered.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text), path
    assert not re.search(r"(?:src|href)=\"https?://", text), path


def test_what_people_wrote_stays_text(audited: Record, cast: Cast, client: Client) -> None:
    client.force_login(cast.officer)
    officer = cast.viewer(cast.officer)
    model = model_register(
        viewer=officer,
        organization_id=cast.northwind.id,
        slug="hostile",
        name="<script>alert(1)</script>",
        description="<img src=x onerror=alert(1)>",
    )
    text = client.get(f"/models/{model.id}/").content.decode()
    assert "<script>alert" not in text and "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
