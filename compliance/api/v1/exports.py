"""The whole history of results, for analysts: as NDJSON, as Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.request import Request

from compliance.accounts.services import list_reading_tell
from compliance.api.operations import Download, OperationApi, operation
from compliance.api.shapes import InputShape, words
from compliance.api.tables import NDJSON, PARQUET, ndjson, parquet
from compliance.api.v1.results import BundleRenderer
from compliance.audits.history import COLUMNS
from compliance.audits.selectors import result_rows
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Kind, Verdict


class Filters(InputShape):
    """What of the history is wanted; all of it by default."""

    organization = serializers.SlugField(required=False)
    model = serializers.UUIDField(required=False)
    test = serializers.CharField(required=False, max_length=100)
    kind = serializers.ChoiceField(choices=words(Kind), required=False)
    verdict = serializers.ChoiceField(choices=words(Verdict), required=False)
    lead = serializers.BooleanField(required=False, help_text="True: leads alone; false: none.")
    since = serializers.DateTimeField(required=False, help_text="Recorded then or later.")


LOOKUPS = {
    "organization": "version__model__organization__slug",
    "model": "version__model",
    "test": "test_name",
    "kind": "kind",
    "verdict": "verdict",
    "lead": "estimate__lead",
    "since": "recorded_at__gte",
}


class NdjsonRenderer(BundleRenderer):
    """Lines as they are; a refusal as JSON, whatever was asked for."""

    media_type = NDJSON
    format = "ndjson"


class ParquetRenderer(BundleRenderer):
    """A file as it is; a refusal as JSON, whatever was asked for."""

    media_type = PARQUET
    format = "parquet"


class ExportNdjsonApi(OperationApi):
    """One JSON object a line."""

    costly = True
    renderer_classes = (NdjsonRenderer,)

    @operation("export_ndjson", query=Filters, returns=Download(NDJSON, streamed=True))
    def get(self, request: Request) -> StreamingHttpResponse:
        """Export results as NDJSON, one object a line, oldest first."""
        return _file(ndjson(_chunks(self)), NDJSON, "results.ndjson")


class ExportParquetApi(OperationApi):
    """An Apache Parquet file."""

    costly = True
    renderer_classes = (ParquetRenderer,)

    @operation("export_parquet", query=Filters, returns=Download(PARQUET, streamed=True))
    def get(self, request: Request) -> StreamingHttpResponse:
        """Export results as Apache Parquet, oldest first."""
        return _file(parquet(_chunks(self), COLUMNS), PARQUET, "results.parquet")


def _chunks(api: OperationApi) -> Iterator[list[dict[str, Any]]]:
    wanted = api.query(Filters)
    list_reading_tell(viewer=api.viewer, what=Seen.EXPORT)
    where = {LOOKUPS[name]: value for name, value in wanted.items()}
    return result_rows(viewer=api.viewer, **where)


def _file(content: Iterator[bytes], media: str, name: str) -> StreamingHttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="assay-{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(content, status=HTTPStatus.OK, content_type=media, headers=headers)
