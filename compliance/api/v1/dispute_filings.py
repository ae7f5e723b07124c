"""Filings of a dispute: file a text with files, read it, read a file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import Download, OperationApi, operation
from compliance.api.shapes import UNPROCESSABLE, InputShape, OutputShape, words
from compliance.api.v1.dispute_steps import REFUSES, step
from compliance.api.v1.disputes import DisputeGetApi
from compliance.api.v1.results import BundleRenderer
from compliance.disputes.services import (
    Attached,
    Submission,
    dispute_file,
    filing_file_read,
    filing_read,
)
from compliance.domain.dispute_words import Side
from compliance.domain.disputes import MAX_FILE_BYTES, MAX_FILES, MAX_TEXT

FORM = "multipart/form-data"


class AttachedField(serializers.FileField):
    """A file, bounded before it is read."""

    def to_internal_value(self, data: Any) -> Any:
        file: Any = super().to_internal_value(data)
        if (file.size or 0) > MAX_FILE_BYTES:
            problem = f"It has more than {MAX_FILE_BYTES >> 20} MiB."
            raise ValidationError(problem, code=UNPROCESSABLE)
        return Attached(str(file.name), file.read())


class DisputeFilingGetApi(OperationApi):
    """What somebody filed, with its text."""

    @extend_schema_serializer(component_name="DisputeFilingText")
    class Output(OutputShape):
        """A filing's text; every reading of a confidential one is an entry of the ledger."""

        number = serializers.IntegerField()
        side = serializers.ChoiceField(choices=words(Side))
        title = serializers.CharField()
        confidential = serializers.BooleanField()
        text = serializers.CharField()
        filed_at = serializers.DateTimeField()

    @operation(
        "dispute_filing_get",
        returns=Output,
        refuses={HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE},
    )
    def get(self, request: Request, dispute_id: UUID, number: int) -> Response:
        """Get a filing with its text."""
        filing, text = filing_read(viewer=self.viewer, dispute_id=dispute_id, number=number)
        told = {name: getattr(filing, name) for name in ("number", "side", "title", "filed_at")}
        told |= {"confidential": filing.confidential, "text": text}
        return Response(DisputeFilingGetApi.Output(told).data)


class FiledRenderer(BundleRenderer):
    """A filed file as bytes: its type is what a stranger says of it."""

    media_type = "application/octet-stream"
    format = "bin"


class DisputeFileGetApi(OperationApi):
    """A file of a filing."""

    renderer_classes = (FiledRenderer,)

    @operation(
        "dispute_filing_file",
        returns=Download(FiledRenderer.media_type),
        refuses={HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE},
    )
    def get(self, request: Request, dispute_id: UUID, number: int, file: int) -> Response:
        """Get a file of a filing."""
        found, content = filing_file_read(
            viewer=self.viewer, dispute_id=dispute_id, number=number, file=file
        )
        name = f"filing-{number}-{found.number}.bin"
        return Response(content, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class DisputeFileApi(OperationApi):
    """Files a text, and files, for a party or a reviewer."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema_serializer(component_name="DisputeFileRequest")
    class Input(InputShape):
        title = serializers.CharField(max_length=200)
        text = serializers.CharField(max_length=MAX_TEXT)
        confidential = serializers.BooleanField(default=False)

    @extend_schema_serializer(component_name="DisputeFileForm")
    class Form(Input):
        """The same as a form, with files."""

        files = serializers.ListField(
            child=AttachedField(max_length=200),
            max_length=MAX_FILES,
            default=list,
            help_text=f"At most {MAX_FILES}, of {MAX_FILE_BYTES >> 20} MiB each.",
        )

    @operation(
        "dispute_file",
        body={"application/json": Input, FORM: Form},
        returns=DisputeGetApi.Output,
        refuses=REFUSES,
    )
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """File a text, and files as a form."""
        files = self.sent_as_form
        given = self.form(DisputeFileApi.Form) if files else self.body(DisputeFileApi.Input)
        return step(self, dispute_id, dispute_file, submission=Submission(**given))
