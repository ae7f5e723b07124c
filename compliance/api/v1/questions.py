"""Questions to providers: list, get, ask, answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reference, words
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import QuestionState
from compliance.questions.selectors import (
    asker_get,
    question_get,
    question_list,
    question_overdue,
)
from compliance.questions.services import question_answer, question_ask
from compliance.registry.selectors import model_get

MOST_CHARACTERS = 5000


class QuestionGetApi(OperationApi):
    """One question with its answer."""

    @extend_schema_serializer(component_name="Question")
    class Output(OutputShape):
        """What somebody with a grant asked a provider about a model, and what was answered."""

        @extend_schema_serializer(component_name="QuestionAnswer")
        class Answer(OutputShape):
            """The provider's one answer, which stands for good."""

            text = serializers.CharField()
            answered_by = serializers.CharField()
            answered_at = serializers.DateTimeField()

        id = serializers.UUIDField()
        model = Reference()
        organization = serializers.CharField(
            source="organization.slug", help_text="For which it is asked."
        )
        text = serializers.CharField()
        due_at = serializers.DateTimeField(help_text="By when it is to be answered.")
        overdue = serializers.SerializerMethodField(
            help_text="Whether the deadline passed without an answer, or before it."
        )
        asked_by = serializers.CharField()
        asked_at = serializers.DateTimeField()
        answer = Answer(allow_null=True)

        def get_overdue(self, question: Any) -> bool:
            return question_overdue(question=question, now=timezone.now())

    @operation("question_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, question_id: UUID) -> Response:
        """Get a question with its answer."""
        viewer = self.viewer
        question = question_get(viewer=viewer, question_id=question_id)
        subject = f"question/{question.id}"
        model_reading_tell(viewer=viewer, what=Seen.QUESTION, model=question.model, subject=subject)
        return Response(QuestionGetApi.Output(question).data)


class QuestionListApi(OperationApi):
    """Questions, newest first."""

    class Filters(PageFilters):
        model = serializers.UUIDField(required=False)
        provider = serializers.SlugField(required=False, help_text="That is asked.")
        organization = serializers.SlugField(required=False, help_text="That asks.")
        state = serializers.ChoiceField(choices=words(QuestionState), required=False)
        due_before = serializers.DateTimeField(required=False)

    @operation(
        "question_list", query=Filters, returns=page_of(QuestionGetApi.Output, "QuestionPage")
    )
    def get(self, request: Request) -> Response:
        """List questions to providers."""
        wanted, viewer = self.query(QuestionListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.QUESTIONS)
        state = wanted.get("state")
        rows = narrowed(
            question_list(viewer=viewer),
            model=wanted.get("model"),
            model__organization__slug=wanted.get("provider"),
            organization__slug=wanted.get("organization"),
            answer__isnull=None if state is None else state == QuestionState.WAITING.value,
            due_at__lt=wanted.get("due_before"),
        )
        return paged(request, rows, row=QuestionGetApi.Output, order=("-asked_at", "-id"))


class QuestionAskApi(OperationApi):
    """Asks the provider of a model, whom an alert tells of it."""

    @extend_schema_serializer(component_name="QuestionAsking")
    class Input(InputShape):
        model = serializers.UUIDField()
        organization = serializers.SlugField(help_text="Your own, for which you ask.")
        text = serializers.CharField(max_length=MOST_CHARACTERS)
        due_at = serializers.DateTimeField(help_text="By when it is to be answered.")

    @operation(
        "question_ask",
        body=Input,
        returns=QuestionGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Ask the provider of a model."""
        given, viewer = self.body(QuestionAskApi.Input), self.viewer
        model = named("model", lambda: model_get(viewer=viewer, model_id=given["model"]))
        asker = asker_get(viewer=viewer, model=model, slug=given["organization"])
        question = question_ask(
            viewer=viewer,
            organization_id=asker.id,
            model=model,
            text=given["text"],
            due_at=given["due_at"],
        )
        question = question_get(viewer=viewer, question_id=question.id)
        return created(QuestionGetApi.Output, question, at="question")


class QuestionAnswerApi(OperationApi):
    """Answers for the provider, once; the alert that told of the question is resolved."""

    @extend_schema_serializer(component_name="QuestionAnswering")
    class Input(InputShape):
        text = serializers.CharField(max_length=MOST_CHARACTERS)

    @operation(
        "question_answer",
        body=Input,
        returns=QuestionGetApi.Output,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT},
    )
    def post(self, request: Request, question_id: UUID) -> Response:
        """Answer a question."""
        viewer = self.viewer
        question = question_get(viewer=viewer, question_id=question_id)
        given = self.body(QuestionAnswerApi.Input)
        question_answer(viewer=viewer, question=question, text=given["text"])
        answered = question_get(viewer=viewer, question_id=question_id)
        return Response(QuestionGetApi.Output(answered).data)
