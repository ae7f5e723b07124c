"""Questions to a provider: who may ask, who may answer, what the record says of both."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from compliance.accounts.models import Grant
from compliance.alerts.services import alert_open
from compliance.domain.errors import (
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
)
from compliance.events.models import Event
from compliance.questions.models import Question
from compliance.questions.selectors import (
    question_get,
    question_list,
    question_overdue,
    question_waiting_list,
)
from compliance.questions.services import question_answer, question_ask
from compliance.registry.models import Version
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def soon() -> datetime:
    return timezone.now() + timedelta(days=7)


def ask(cast: Cast, version: Version, text: str = "Where is the data from?") -> Question:
    return question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=version.model,
        text=text,
        due_at=soon(),
    )


def test_a_question_opens_an_alert_and_its_answer_resolves_it(cast: Cast, version: Version) -> None:
    question = ask(cast, version)
    asked = Event.objects.get(type="question.asked")
    assert asked.organization_id == cast.northwind.id
    assert asked.payload["text"] == "Where is the data from?"
    alert = alert_open(event_id=asked.id)
    assert (alert.title, alert.severity) == (
        "AI Oversight Authority asks about northwind/assistant",
        "warning",
    )
    question_answer(viewer=cast.viewer(cast.officer), question=question, text="From a vendor.")
    alert.refresh_from_db()
    assert alert.state == "resolved"
    assert Event.objects.get(type="question.answered").payload["text"] == "From a vendor."


def test_only_who_may_ask_asks(cast: Cast, version: Version) -> None:
    def asked_by(user: object, organization: object) -> None:
        question_ask(
            viewer=cast.viewer(user),  # type: ignore[arg-type]
            organization_id=organization.id,  # type: ignore[attr-defined]
            model=version.model,
            text="Why?",
            due_at=soon(),
        )

    for user, organization in (
        (cast.officer, cast.northwind),
        (cast.officer, cast.authority),
        (cast.reviewer, cast.authority),
        (cast.regulator, cast.northwind),
    ):
        with pytest.raises(NotAllowedError):
            asked_by(user, organization)
    assert not Question.objects.exists()


def test_only_the_providers_officers_answer_and_only_once(cast: Cast, version: Version) -> None:
    question = ask(cast, version)
    for user in (cast.engineer, cast.regulator):
        with pytest.raises(NotAllowedError):
            question_answer(viewer=cast.viewer(user), question=question, text="No.")
    with pytest.raises(NotFoundError):
        question_answer(viewer=cast.viewer(cast.outsider), question=question, text="No.")
    officer = cast.viewer(cast.officer)
    with pytest.raises(InvalidInputError, match="text"):
        question_answer(viewer=officer, question=question, text="  ")
    question_answer(viewer=officer, question=question, text="Yes.")
    with pytest.raises(TransitionError):
        question_answer(viewer=officer, question=question, text="No.")


def test_a_deadline_lies_ahead(cast: Cast, version: Version) -> None:
    with pytest.raises(InvalidInputError, match="due_at"):
        question_ask(
            viewer=cast.viewer(cast.regulator),
            organization_id=cast.authority.id,
            model=version.model,
            text="Why?",
            due_at=timezone.now(),
        )


def test_who_may_read_the_model_reads_its_questions(cast: Cast, version: Version) -> None:
    question = ask(cast, version)
    for user in (cast.officer, cast.regulator, cast.reviewer):
        assert list(question_list(viewer=cast.viewer(user))) == [question]
    for user in (cast.outsider, cast.rival_engineer):
        with pytest.raises(NotFoundError):
            question_get(viewer=cast.viewer(user), question_id=question.id)
    Grant.objects.filter(organization=cast.authority).delete()
    assert not question_list(viewer=cast.viewer(cast.regulator))


def test_what_waits_comes_by_its_deadline(cast: Cast, version: Version) -> None:
    later, answered = ask(cast, version), ask(cast, version)
    sooner = question_ask(
        viewer=cast.viewer(cast.regulator),
        organization_id=cast.authority.id,
        model=version.model,
        text="Sooner?",
        due_at=timezone.now() + timedelta(days=1),
    )
    officer = cast.viewer(cast.officer)
    question_answer(viewer=officer, question=answered, text="Yes.")
    assert list(question_waiting_list(viewer=officer)) == [sooner, later]
    assert question_overdue(question=sooner, now=timezone.now() + timedelta(days=2))
    assert not question_overdue(question=sooner, now=timezone.now())
    told = question_get(viewer=officer, question_id=answered.id)
    assert not question_overdue(question=told, now=timezone.now() + timedelta(days=30))


def test_the_database_lets_nobody_change_what_was_asked(cast: Cast, version: Version) -> None:
    question = ask(cast, version)
    with pytest.raises(DatabaseError), transaction.atomic():
        Question.objects.filter(id=question.id).update(text="Something else")
