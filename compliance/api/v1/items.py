"""Items of a run's shard, each with the model's answer and what it was worth: list."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import model_reading_tell
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape
from compliance.audits.selectors import score_list, shard_get
from compliance.domain.readings import Seen


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
