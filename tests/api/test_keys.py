"""``Idempotency-Key``: a write that is sent again is done once, whatever else happens meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from compliance.accounts.services import token_issue
from compliance.audits.models import Run, Subscription
from compliance.events.idempotency import (
    KEPT,
    KeyBusyError,
    KeyedRequest,
    answer_keep,
    answer_recall,
)
from compliance.events.models import Event, KeptAnswer
from compliance.registry.models import Model
from tests.api.conftest import Call, Record
from tests.cast import Cast

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
BODY = {"organization": "northwind", "slug": "other", "name": "Other"}
TOGETHER = 8


def test_the_same_write_with_the_same_key_is_answered_again_and_done_once(
    cast: Cast, call: Call
) -> None:
    client = call(cast.engineer)
    first = client.post("/api/v1/models", BODY, format="json", headers={"Idempotency-Key": KEY})
    events = Event.objects.count()
    again = client.post("/api/v1/models", BODY, format="json", headers={"Idempotency-Key": KEY})
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["Location"]) == (first.content, first["Location"])
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert (Model.objects.count(), Event.objects.count()) == (1, events)


def test_the_drafts_quotation_marks_may_be_left_out(cast: Cast, call: Call) -> None:
    client = call(cast.engineer)
    for key in (KEY, f'"{KEY}"'):
        client.post("/api/v1/models", BODY, format="json", headers={"Idempotency-Key": key})
    assert Model.objects.count() == 1


def test_a_key_that_was_sent_with_something_else_is_refused(cast: Cast, call: Call) -> None:
    client = call(cast.engineer)
    client.post("/api/v1/models", BODY, format="json", headers={"Idempotency-Key": KEY})
    other = client.post(
        "/api/v1/models",
        BODY | {"slug": "third"},
        format="json",
        headers={"Idempotency-Key": KEY},
    )
    assert (other.status_code, other["Content-Type"]) == (422, "application/problem+json")
    assert "another request" in other.json()["detail"]
    assert Model.objects.count() == 1


def test_a_key_is_its_callers_own(cast: Cast, call: Call, record: Record) -> None:
    body = {"version": str(record.version.id), "battery": ["safety.refusal"]}
    before = Run.objects.count()
    for user in (cast.engineer, cast.officer):
        answer = call(user).post(
            "/api/v1/runs", body, format="json", headers={"Idempotency-Key": KEY}
        )
        assert answer.status_code == 201
    assert Run.objects.count() == before + 2


def test_a_refusal_is_not_kept_because_it_changed_nothing(cast: Cast, call: Call) -> None:
    client = call(cast.engineer)
    wrong = client.post(
        "/api/v1/models", BODY | {"slug": "?"}, format="json", headers={"Idempotency-Key": KEY}
    )
    right = client.post("/api/v1/models", BODY, format="json", headers={"Idempotency-Key": KEY})
    assert (wrong.status_code, right.status_code) == (400, 201)


def test_a_key_is_forgotten_after_a_day(cast: Cast, call: Call, record: Record) -> None:
    client, before = call(cast.engineer), Run.objects.count()
    body = {"version": str(record.version.id), "battery": ["safety.refusal"]}
    for _ in range(2):
        client.post("/api/v1/runs", body, format="json", headers={"Idempotency-Key": KEY})
        KeptAnswer.objects.update(kept_at=timezone.now() - KEPT - timedelta(seconds=1))
    assert Run.objects.count() == before + 2


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "ümlaut"])
def test_a_key_that_is_none_is_refused(cast: Cast, call: Call, key: str) -> None:
    answer = call(cast.engineer).post(
        "/api/v1/models", BODY, format="json", headers={"Idempotency-Key": key}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert not Model.objects.exists()


def test_what_was_answered_cannot_be_read_from_the_database(
    cast: Cast, call: Call, settings: Settings
) -> None:
    settings.ALLOW_INTERNAL = True
    body = {
        "organization": "northwind",
        "event_type": "verdict.violating",
        "effect": "webhook",
        "url": "http://127.0.0.1:9/hook",
    }
    client = call(cast.officer)
    answer = client.post(
        "/api/v1/subscriptions", body, format="json", headers={"Idempotency-Key": KEY}
    )
    assert answer.status_code == 201, answer.json()
    secret = answer.json()["secret"]
    kept = KeptAnswer.objects.get()
    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(kept.sealed)
    assert KEY not in str(vars(kept))
    again = client.post(
        "/api/v1/subscriptions", body, format="json", headers={"Idempotency-Key": KEY}
    )
    assert again.json()["secret"] == secret
    assert Subscription.objects.count() == 1


@pytest.fixture
def clients(transactional_db: None, cast: Cast, live_site: str) -> Iterator[list[httpx.Client]]:
    """As many connections as there are requests together, each with the engineer's token."""
    until = timezone.now() + timedelta(hours=1)
    token = token_issue(user=cast.engineer, name="race", expires_at=until)
    headers = {"Authorization": f"Bearer {token}"}
    found = [httpx.Client(base_url=live_site, headers=headers, timeout=60) for _ in range(TOGETHER)]
    yield found
    for one in found:
        one.close()


@pytest.mark.parametrize("live_processes", [4])
def test_many_at_the_same_time_make_one(clients: list[httpx.Client]) -> None:
    """Eight requests at a server of four processes: one is done, the others wait for its answer."""
    start = threading.Barrier(TOGETHER)

    def send(client: httpx.Client) -> httpx.Response:
        start.wait()
        return client.post("/api/v1/models", json=BODY, headers={"Idempotency-Key": KEY})

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = list(pool.map(send, clients))
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {201, 409}
    assert 201 in statuses
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert Model.objects.count() == 1
    assert Event.objects.filter(type="model.registered").count() == 1


def test_the_second_is_told_that_the_first_is_still_at_work(
    transactional_db: None, cast: Cast, call: Call
) -> None:
    """Held open by hand: the race above may end before anybody is told."""
    held, done = threading.Event(), threading.Event()
    keyed = KeyedRequest(user_id=cast.engineer.pk, key=KEY, fingerprint="x")

    def first() -> None:
        with transaction.atomic():
            assert answer_recall(request=keyed) is None
            held.set()
            done.wait(30)
            answer_keep(request=keyed, answer={})
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    held.wait(30)
    answer = call(cast.engineer).post(
        "/api/v1/models", BODY, format="json", headers={"Idempotency-Key": KEY}
    )
    with pytest.raises(KeyBusyError), transaction.atomic():
        answer_recall(request=keyed)
    done.set()
    thread.join()
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert not Model.objects.exists()
