"""Asking a provider about a model, and answering."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.alerts.selectors import alert_list
from compliance.alerts.services import alert_resolve
from compliance.domain.errors import InvalidInputError, NotAllowedError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.rights import Action
from compliance.domain.vocabulary import AlertState
from compliance.events.services import event_record
from compliance.questions.models import Answer, Question
from compliance.questions.selectors import askers_of
from compliance.registry.models import Model


@transaction.atomic
def question_ask(
    *, viewer: Viewer, organization_id: UUID, model: Model, text: str, due_at: datetime
) -> Question:
    """Ask the provider of a model that the viewer may read; the provider's alert follows.

    Args:
        organization_id: for whom it is asked.

    Raises:
        InvalidInputError: naming text or due_at.
        NotAllowedError: the viewer may not ask for that organization, or would ask themselves.
    """
    asker = askers_of(viewer=viewer, model=model).filter(id=organization_id).first()
    if asker is None:
        raise NotAllowedError("your role does not include: ask the provider of this model")
    _written(text)
    if due_at <= timezone.now():
        raise InvalidInputError(
            field="due_at", problem="the deadline has passed", fix="Choose a later moment"
        )
    question = Question.objects.create(
        model=model, organization=asker, text=text, due_at=due_at, asked_by=viewer.user
    )
    by = f"{due_at:%Y-%m-%d %H:%M} UTC"
    event_record(
        event_type=EventType.QUESTION_ASKED,
        organization_id=model.organization_id,
        subject=f"question/{question.id}",
        payload={
            "question": str(question.id),
            "model": str(model.id),
            "asker": asker.name,
            "label": str(model),
            "text": text,
            "due_at": due_at.isoformat(),
            "statement": f"{asker.name} asks about {model}, to be answered by {by}: {text}",
            "path": f"/questions/{question.id}/",
            "alarm": False,
        },
        actor=viewer.user,
        model_id=model.id,
    )
    return question


@transaction.atomic
def question_answer(*, viewer: Viewer, question: Question, text: str) -> Answer:
    """Answer a question, once, and resolve the alert that it opened.

    Raises:
        InvalidInputError: there is no text.
        TransitionError: it was answered already.
        NotAllowedError, NotFoundError: the viewer may not answer for the provider.
    """
    organization_id = question.model.organization_id
    viewer.require(Action.ANSWER_QUESTION, organization_id)
    _written(text)
    try:
        with transaction.atomic():
            answer = Answer.objects.create(question=question, text=text, answered_by=viewer.user)
    except IntegrityError as error:
        raise TransitionError("this question was answered already; an answer stands") from error
    event_record(
        event_type=EventType.QUESTION_ANSWERED,
        organization_id=organization_id,
        subject=f"question/{question.id}",
        payload={"question": str(question.id), "model": str(question.model_id), "text": text},
        actor=viewer.user,
        model_id=question.model_id,
    )
    _alert_end(viewer, question)
    return answer


def _alert_end(viewer: Viewer, question: Question) -> None:
    told = alert_list(viewer=viewer).filter(event__subject=f"question/{question.id}")
    for alert in told.exclude(state=AlertState.RESOLVED.value):
        alert_resolve(viewer=viewer, alert=alert, reason="The question was answered.")


def _written(text: str) -> None:
    if not text.strip():
        raise InvalidInputError(
            field="text", problem="there is no text", fix="Write what is asked, or the answer"
        )
