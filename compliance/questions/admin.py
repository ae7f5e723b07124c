"""The admin of questions: asked and answered on the pages, never edited."""

from __future__ import annotations

from django.contrib import admin

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import FixedInline, RecordAdmin
from compliance.domain.readings import Seen
from compliance.questions.models import Answer, Question


class AnswerInline(FixedInline):
    model = Answer
    fields = ("text", "answered_by", "answered_at")


@admin.register(Question)
class QuestionAdmin(RecordAdmin):
    """Questions, newest first."""

    told = Told(Seen.QUESTION, Seen.QUESTIONS)
    list_display = ("asked_at", "model", "organization", "due_at", "answer")
    list_filter = ("organization", ("answer", admin.EmptyFieldListFilter))
    list_select_related = ("model__organization", "organization", "answer")
    search_fields = ("id", "text", "model__slug", "organization__name")
    fields = ("id", "model", "organization", "text", "due_at", "asked_by", "asked_at")
    inlines = (AnswerInline,)


@admin.register(Answer)
class AnswerAdmin(RecordAdmin):
    """What providers answered."""

    told = Told(Seen.QUESTION, Seen.QUESTIONS, "question")
    list_display = ("answered_at", "question", "answered_by")
    list_filter = ("question__model__organization", "answered_at")
    list_select_related = ("question__model__organization", "answered_by")
    search_fields = ("text", "question__text", "question__model__slug")
    fields = ("question", "text", "answered_by", "answered_at")
