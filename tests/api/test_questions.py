"""Questions by the API: a regulator asks by a deadline, the provider answers once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.utils import timezone

from compliance.events.models import Event
from compliance.questions.models import Question
from tests.api.conftest import Call, Record
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def asked(cast: Cast, call: Call, record: Record, **changed: Any) -> Any:
    body = {
        "model": str(record.model.id),
        "organization": "authority",
        "text": "Which filters are on?",
        "due_at": (timezone.now() + timedelta(days=3)).isoformat(),
    }
    return call(cast.regulator).post("/api/v1/questions", body | changed, format="json")


def test_a_regulator_asks_and_the_provider_answers_once(
    cast: Cast, call: Call, record: Record
) -> None:
    made = asked(cast, call, record)
    question = made.json()
    assert (made.status_code, question["answer"], question["overdue"]) == (201, None, False)
    assert made["Location"] == f"/api/v1/questions/{question['id']}"
    officer = call(cast.officer)
    (row,) = officer.get("/api/v1/questions?state=waiting").json()["rows"]
    assert row == question
    answer = f"/api/v1/questions/{question['id']}/answer"
    answered = officer.post(answer, {"text": "All."}, format="json").json()
    assert (answered["answer"]["text"], answered["id"]) == ("All.", question["id"])
    assert officer.post(answer, {"text": "None."}, format="json").status_code == 409
    assert officer.get("/api/v1/questions?state=waiting").json()["rows"] == []
    assert len(officer.get("/api/v1/questions?state=answered").json()["rows"]) == 1
    types = Event.objects.filter(subject=f"question/{question['id']}").order_by("occurred_at")
    assert list(types.values_list("type", flat=True)) == ["question.asked", "question.answered"]


def test_a_deadline_is_kept_found_and_told_when_it_passed(
    cast: Cast, call: Call, record: Record
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=9), tick=True):
        late = asked(cast, call, record).json()
    asked(cast, call, record)
    client = call(cast.officer)
    now = quote(timezone.now().isoformat())
    (row,) = client.get(f"/api/v1/questions?due_before={now}").json()["rows"]
    assert (row["id"], row["overdue"]) == (late["id"], True)
    refused = asked(cast, call, record, due_at=(timezone.now() - timedelta(days=1)).isoformat())
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "due_at"


@pytest.mark.parametrize(
    ("who", "organization"),
    [("regulator", "university"), ("reviewer", "university"), ("officer", "northwind")],
)
def test_nobody_asks_for_whom_they_do_not_ask(
    cast: Cast, call: Call, record: Record, who: str, organization: str
) -> None:
    body = {
        "model": str(record.model.id),
        "organization": organization,
        "text": "Why?",
        "due_at": (timezone.now() + timedelta(days=3)).isoformat(),
    }
    answer = call(getattr(cast, who)).post("/api/v1/questions", body, format="json")
    assert answer.status_code == 403
    assert not Question.objects.exists()


def test_questions_are_filtered_by_who_asks_whom(cast: Cast, call: Call, record: Record) -> None:
    asked(cast, call, record)
    client = call(cast.officer)
    counts = {
        "provider=northwind": 1,
        "provider=rival": 0,
        "organization=authority": 1,
        "organization=university": 0,
        f"model={record.model.id}": 1,
        f"model={record.version.id}": 0,
    }
    for query, count in counts.items():
        assert len(client.get(f"/api/v1/questions?{query}").json()["rows"]) == count, query
    assert call(cast.outsider).get("/api/v1/questions").json()["rows"] == []
