"""Labels: the drawn answers of a shard, a person's label, and judging anew by the labels."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import model_reading_tell
from compliance.api.operations import OperationApi, created, operation
from compliance.api.shapes import InputShape, OutputShape
from compliance.api.v1.runs import RunGetApi
from compliance.audits.selectors import label_sheet_get, run_get
from compliance.audits.services import label_add, labels_conclude
from compliance.domain.items import ID_CHARACTERS
from compliance.domain.readings import Seen


class LabelSheetGetApi(OperationApi):
    """What is to be labelled, without the judge's outcomes."""

    @extend_schema_serializer(component_name="LabelSheet")
    class Output(OutputShape):
        """The answers that people are to label, in the order that labels count in."""

        @extend_schema_serializer(component_name="DrawnAnswer")
        class Drawn(OutputShape):
            """An item as it was asked, with the model's answer."""

            item_id = serializers.CharField()
            payload = serializers.DictField()
            answer = serializers.CharField()

        question = serializers.CharField()
        words = serializers.DictField(help_text="Outcomes, each with what it means.")
        drawn = Drawn(many=True)
        labels = serializers.DictField(help_text="Outcomes by item id.")
        counted = serializers.ListField(
            child=serializers.CharField(),
            help_text="Items whose labels count: those up to the first one missing.",
        )

    @operation("label_sheet_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, run_id: UUID, position: int) -> Response:
        """Get the answers of a shard that people are to label."""
        viewer = self.viewer
        sheet = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
        model = sheet.shard.run.version.model
        model_reading_tell(viewer=viewer, what=Seen.LABELS, model=model, subject=f"run/{run_id}")
        return Response(LabelSheetGetApi.Output(sheet).data)


class LabelAddApi(OperationApi):
    """Keeps a person's label for good."""

    @extend_schema_serializer(component_name="LabelAdd")
    class Input(InputShape):
        item_id = serializers.CharField(max_length=ID_CHARACTERS)
        outcome = serializers.CharField(max_length=50)

    @operation(
        "label_add",
        body=Input,
        returns=LabelSheetGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, run_id: UUID, position: int) -> Response:
        """Label one drawn answer."""
        given, viewer = self.body(LabelAddApi.Input), self.viewer
        sheet = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
        label_add(viewer=viewer, shard=sheet.shard, **given)
        sheet = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
        return Response(LabelSheetGetApi.Output(sheet).data, status=HTTPStatus.CREATED)


class LabelsConcludeApi(OperationApi):
    """Requests a run that judges a shard's answers anew."""

    @operation(
        "labels_conclude",
        returns=RunGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, run_id: UUID, position: int) -> Response:
        """Judge a shard's answers anew by the labels there are."""
        viewer = self.viewer
        sheet = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
        run = labels_conclude(viewer=viewer, shard=sheet.shard)
        return created(RunGetApi.Output, run_get(viewer=viewer, run_id=run.id), at="run")
