"""Items of a run's shard, each with the model's answer and what it was worth: list, erase."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import model_reading_tell
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape
from compliance.audits.erasures import erasure_told
from compliance.audits.selectors import score_list, shard_get
from compliance.audits.services import Asked, answers_erase
from compliance.domain.items import ID_CHARACTERS, Erasable
from compliance.domain.readings import Seen

ERASED = "When, on which basis and under which entry of the ledger; empty where it is there."


class ItemListApi(OperationApi):
    """Every item that a shard has asked so far."""

    class Filters(PageFilters):
        part = serializers.CharField(required=False, max_length=100)
        label = serializers.CharField(  # type: ignore[assignment]
            required=False, max_length=50
        )

    @extend_schema_serializer(component_name="Item")
    class Output(OutputShape):
        """An item as it was asked, the model's answer, and what the answer was worth."""

        position = serializers.IntegerField()
        id = serializers.CharField(source="item_id")
        part = serializers.CharField()
        cluster = serializers.CharField()
        payload = serializers.DictField()
        answer = serializers.CharField()
        value = serializers.FloatField()
        label = serializers.CharField()  # type: ignore[assignment]
        detail = serializers.DictField()
        answer_commitment = serializers.CharField(
            allow_blank=True,
            help_text="Salted SHA-256 of the models' words; empty where none was made.",
        )
        question_erased = serializers.SerializerMethodField(help_text=ERASED)
        answer_erased = serializers.SerializerMethodField(help_text=ERASED)

        def get_question_erased(self, score: Any) -> str:
            return str(erasure_told(score=score, what=Erasable.QUESTION) or "")

        def get_answer_erased(self, score: Any) -> str:
            return str(erasure_told(score=score, what=Erasable.ANSWER) or "")

    @operation(
        "item_list",
        query=Filters,
        returns=page_of(Output, "ItemPage"),
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request, run_id: UUID, position: int) -> Response:
        """List the items of a shard with the model's answers, in the order asked."""
        wanted, viewer = self.query(ItemListApi.Filters), self.viewer
        shard = shard_get(viewer=viewer, run_id=run_id, position=position)
        model_reading_tell(
            viewer=viewer, what=Seen.ITEMS, model=shard.run.version.model, subject=f"run/{run_id}"
        )
        rows = narrowed(
            score_list(viewer=viewer, shard=shard),
            part=wanted.get("part"),
            label=wanted.get("label"),
        )
        return paged(request, rows, row=ItemListApi.Output, order=("position", "id"))


class AnswersEraseApi(OperationApi):
    """Erases answers; what they were worth, and every proof, stays."""

    @extend_schema_serializer(component_name="AnswersErase")
    class Input(InputShape):
        items = serializers.ListField(
            child=serializers.CharField(max_length=ID_CHARACTERS),
            default=list,
            max_length=10_000,
            help_text="Ids of items; none: every item.",
        )
        questions = serializers.BooleanField(
            default=False, help_text="Erase what was asked, too; its unsalted digest stays."
        )
        basis = serializers.CharField(
            max_length=500, help_text="The legal basis, e.g. Article 17(1)(a) GDPR."
        )

    @extend_schema_serializer(component_name="AnswersErased")
    class Output(OutputShape):
        """That answers were erased."""

        event = serializers.UUIDField(source="id", help_text="That tells of it.")
        erased_at = serializers.DateTimeField(source="occurred_at")

    @operation(
        "answers_erase",
        body=Input,
        returns=Output,
        refuses={HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, run_id: UUID, position: int) -> Response:
        """Erase answers of a shard for good, or all of them."""
        given, viewer = self.body(AnswersEraseApi.Input), self.viewer
        shard = shard_get(viewer=viewer, run_id=run_id, position=position)
        event = answers_erase(viewer=viewer, shard=shard, asked=Asked(**given))
        return Response(AnswersEraseApi.Output(event).data)
