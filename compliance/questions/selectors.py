"""Reading questions, scoped to the viewer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from compliance.accounts.models import Organization
from compliance.accounts.selectors import Viewer
from compliance.domain.errors import NotAllowedError, NotFoundError
from compliance.domain.rights import Action
from compliance.questions.models import Question
from compliance.registry.models import Model
from compliance.registry.selectors import model_list


def question_list(*, viewer: Viewer) -> QuerySet[Question]:
    """Questions that the viewer may read, newest first: they are part of the record.

    Whoever asks about a model that they may read reads their own questions, whenever they asked.
    """
    scope = viewer.scope(organization="model__organization", model="model__", moment="asked_at")
    readable = model_list(viewer=viewer).order_by().values("id")
    own = Q(organization__in=viewer.roles, model__in=readable)
    return Question.objects.filter(scope | own).select_related(
        "model__organization", "organization", "asked_by", "answer__answered_by"
    )


def question_get(*, viewer: Viewer, question_id: UUID) -> Question:
    """One question.

    Raises:
        NotFoundError: no such question, or the viewer may not know of it.
    """
    question = question_list(viewer=viewer).filter(id=question_id).first()
    if question is None:
        raise NotFoundError(f"no question {question_id} that you may see")
    return question


def question_waiting_list(*, viewer: Viewer) -> QuerySet[Question]:
    """Questions without an answer, the most urgent first."""
    return question_list(viewer=viewer).filter(answer__isnull=True).order_by("due_at")


def question_late_list(*, viewer: Viewer, now: datetime) -> QuerySet[Question]:
    """Questions without an answer whose deadline has passed, the latest first."""
    return question_waiting_list(viewer=viewer).filter(due_at__lt=now)


def question_overdue(*, question: Question, now: datetime) -> bool:
    """Whether the deadline passed without an answer, or before it."""
    answer = getattr(question, "answer", None)
    return bool(question.due_at < (answer.answered_at if answer else now))


def askers_of(*, viewer: Viewer, model: Model) -> QuerySet[Organization]:
    """The organizations for which the viewer may ask the provider of a model."""
    asking = [one for one in viewer.roles if viewer.may(Action.ASK, one)]
    return Organization.objects.filter(id__in=asking).exclude(id=model.organization_id)


def asker_get(*, viewer: Viewer, model: Model, slug: str) -> Organization:
    """One of ``askers_of``, by its slug.

    Raises:
        NotAllowedError: the viewer asks for no organization by that slug about this model.
    """
    asker = askers_of(viewer=viewer, model=model).filter(slug=slug).first()
    if asker is None:
        raise NotAllowedError("your role does not include: ask the provider of this model")
    return asker
