"""Questions to providers: the list, one question with its answer, asking and answering."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.portal.forms import AnswerForm, QuestionForm
from compliance.portal.paging import one_of, organization_asked, paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.questions.selectors import (
    askers_of,
    question_get,
    question_late_list,
    question_list,
    question_overdue,
    question_waiting_list,
)
from compliance.questions.services import question_answer, question_ask
from compliance.registry.selectors import model_get

USUAL = timedelta(days=14)
"""The deadline that the form suggests."""


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Questions: those that wait, or are late, by their deadline, or all, newest first."""
    list_reading_tell(viewer=viewer, what=Seen.QUESTIONS)
    chosen, now = one_of(request.GET.get("state"), ["waiting", "late"]), timezone.now()
    if chosen == "late":
        rows = question_late_list(viewer=viewer, now=now)
    else:
        rows = question_waiting_list(viewer=viewer) if chosen else question_list(viewer=viewer)
    organization = organization_asked(request, viewer)
    if organization:
        rows = rows.filter(model__organization=organization)
    return page(
        request,
        viewer,
        "portal/questions/index.html",
        questions=paged(request, rows),
        organization=organization,
        chosen=chosen,
        now=now,
        query=query_without_page(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, question_id: UUID) -> HttpResponse:
    """One question; the provider answers it here, once."""
    question = question_get(viewer=viewer, question_id=question_id)
    model_reading_tell(
        viewer=viewer, what=Seen.QUESTION, model=question.model, subject=f"question/{question.id}"
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        viewer.require(Action.ANSWER_QUESTION, question.model.organization_id)
        if form.is_valid():
            question_answer(viewer=viewer, question=question, text=form.cleaned_data["text"])
            messages.success(request, "The answer is part of the record.")
            return redirect("portal:question", question.id)
    answered = hasattr(question, "answer")
    may_answer = viewer.may(Action.ANSWER_QUESTION, question.model.organization_id)
    return page(
        request,
        viewer,
        "portal/questions/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        question=question,
        form=form,
        answered=answered,
        overdue=question_overdue(question=question, now=timezone.now()),
        may_answer=may_answer and not answered,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def ask(request: HttpRequest, viewer: Viewer, model_id: UUID) -> HttpResponse:
    """Ask the provider of a model."""
    model = model_get(viewer=viewer, model_id=model_id)
    askers = [(str(one.id), one.name) for one in askers_of(viewer=viewer, model=model)]
    if not askers:
        raise NotAllowedError("your role does not include: ask the provider of this model")
    suggested = (timezone.now() + USUAL).replace(hour=17, minute=0)
    form = QuestionForm(request.POST or None, organizations=askers, initial={"due_at": suggested})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            question = question_ask(
                viewer=viewer,
                organization_id=UUID(chosen["organization"]),
                model=model,
                text=chosen["text"],
                due_at=chosen["due_at"],
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{model.organization} was asked, and told by an alert.")
            return redirect("portal:question", question.id)
    return page(
        request,
        viewer,
        "portal/questions/ask.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        model=model,
        form=form,
    )
