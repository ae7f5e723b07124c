"""Evidence that the record names by digest: erase."""

from __future__ import annotations

from http import HTTPStatus

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import OperationApi, operation
from compliance.api.shapes import InputShape, OutputShape
from compliance.ledger.services import evidence_erase


class EvidenceEraseApi(OperationApi):
    """Destroys the key of evidence; its digest and every proof stand."""

    @extend_schema_serializer(component_name="EvidenceErase")
    class Input(InputShape):
        basis = serializers.CharField(
            max_length=500, help_text="The legal basis, e.g. Article 17(1)(a) GDPR."
        )

    @extend_schema_serializer(component_name="EvidenceErased")
    class Output(OutputShape):
        """That evidence was erased, in as many records as named it."""

        sha256 = serializers.CharField()
        erased_at = serializers.DateTimeField()
        events = serializers.ListField(
            child=serializers.UUIDField(), help_text="That tell of it, one a record."
        )

    @operation(
        "evidence_erase",
        body=Input,
        returns=Output,
        refuses={HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, sha256: str) -> Response:
        """Erase evidence for good."""
        given = self.body(EvidenceEraseApi.Input)
        events = evidence_erase(viewer=self.viewer, sha256=sha256, **given)
        shown = {
            "sha256": sha256,
            "erased_at": events[0].occurred_at,
            "events": [event.id for event in events],
        }
        return Response(EvidenceEraseApi.Output(shown).data)
