"""Results: list, get, prove."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import Download, OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, Reference, StressTestSpec, words
from compliance.audits.selectors import result_get, result_list
from compliance.audits.services import bundle_take
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Kind, Scope, Verdict


class ResultGetApi(OperationApi):
    """One result with everything that is needed to recompute it from its items."""

    @extend_schema_serializer(component_name="Result")
    class Output(OutputShape):
        """What a completed shard found: a claim, its estimate, the verdict, and provenance."""

        @extend_schema_serializer(component_name="Estimate")
        class Estimate(OutputShape):
            """A claim's statistic with its confidence sequence and evidence (e-values)."""

            @extend_schema_serializer(component_name="Claim")
            class Claim(OutputShape):
                """What the stress test asserts or denies about the version."""

                statement = serializers.CharField()
                population = serializers.CharField()
                statistic = serializers.CharField()
                limit = serializers.FloatField(help_text="The largest value still compliant.")
                limit_source = serializers.CharField()
                alpha = serializers.FloatField(
                    help_text="Largest probability of a wrong verdict, over all looks."
                )
                unit = serializers.CharField(help_text="The unit of independence.")
                scope = serializers.ChoiceField(choices=words(Scope))

            @extend_schema_serializer(component_name="Part")
            class Part(OutputShape):
                """The estimate of one stratum."""

                name = serializers.CharField()
                n = serializers.IntegerField()
                value = serializers.FloatField()
                lower = serializers.FloatField()
                upper = serializers.FloatField()
                log10_e_violating = serializers.FloatField()
                log10_e_compliant = serializers.FloatField()
                note = serializers.CharField()

            claim = Claim()
            n = serializers.IntegerField(help_text="Items that count.")
            planned = serializers.IntegerField(help_text="Items in the bank or plan.")
            value = serializers.FloatField()
            lower = serializers.FloatField()
            upper = serializers.FloatField()
            log10_e_violating = serializers.FloatField()
            log10_e_compliant = serializers.FloatField()
            parts = Part(many=True)
            caveats = serializers.ListField(child=serializers.CharField())
            lead = serializers.BooleanField(
                help_text="True: no validity report, so it can never decide."
            )

        id = serializers.UUIDField()
        run = serializers.UUIDField(source="shard.run_id")
        shard = serializers.IntegerField(source="shard.position", help_text="Its position.")
        model = Reference(source="version.model")
        version = Reference()
        test = serializers.CharField(source="test_name")
        test_version = serializers.IntegerField()
        kind = serializers.ChoiceField(choices=words(Kind))
        verdict = serializers.ChoiceField(choices=words(Verdict))
        estimate = Estimate()
        spec = StressTestSpec()
        seed = serializers.IntegerField()
        spec_digest = serializers.CharField()
        code_digest = serializers.CharField()
        order_digest = serializers.CharField()
        unasked_digest = serializers.CharField(
            allow_blank=True,
            help_text="Commits to the planned items not asked; empty where it was not kept.",
        )
        scores_digest = serializers.CharField()
        environment = serializers.DictField()
        duration_seconds = serializers.FloatField()
        recorded_at = serializers.DateTimeField()
        statement_sha256 = serializers.CharField(
            allow_blank=True,
            help_text="Names its statement, which is evidence; empty before they were kept.",
        )

    @operation("result_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, result_id: UUID) -> Response:
        """Get a result."""
        viewer = self.viewer
        result = result_get(viewer=viewer, result_id=result_id)
        subject = f"result/{result.id}"
        model_reading_tell(
            viewer=viewer, what=Seen.RESULT, model=result.version.model, subject=subject
        )
        return Response(ResultGetApi.Output(result).data)


class ResultListApi(OperationApi):
    """Results, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        model = serializers.UUIDField(required=False)
        version = serializers.UUIDField(required=False)
        run = serializers.UUIDField(required=False)
        test = serializers.CharField(required=False, max_length=100)
        kind = serializers.ChoiceField(choices=words(Kind), required=False)
        verdict = serializers.ChoiceField(choices=words(Verdict), required=False)
        lead = serializers.BooleanField(
            required=False,
            allow_null=True,
            default=None,
            help_text="True: leads alone, which can never decide; false: none of them.",
        )
        since = serializers.DateTimeField(required=False, help_text="Recorded then or later.")

    @operation("result_list", query=Filters, returns=page_of(ResultGetApi.Output, "ResultPage"))
    def get(self, request: Request) -> Response:
        """List results."""
        wanted, viewer = self.query(ResultListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.RESULTS)
        rows = narrowed(
            result_list(viewer=viewer),
            version__model__organization__slug=wanted.get("organization"),
            version__model=wanted.get("model"),
            version=wanted.get("version"),
            shard__run=wanted.get("run"),
            test_name=wanted.get("test"),
            kind=wanted.get("kind"),
            verdict=wanted.get("verdict"),
            estimate__lead=wanted["lead"],
            recorded_at__gte=wanted.get("since"),
        )
        return paged(request, rows, row=ResultGetApi.Output, order=("-recorded_at", "-id"))


class BundleRenderer(JSONRenderer):
    """A bundle as it is; a refusal as JSON, whatever was asked for."""

    media_type = "application/zip"
    format = "zip"
    charset = None

    def render(self, data: Any, *rest: Any) -> bytes:
        return data if isinstance(data, bytes) else super().render(data)


class BundleGetApi(OperationApi):
    """The file that proves a result to somebody offline."""

    costly = True
    renderer_classes = (BundleRenderer,)

    @operation(
        "result_bundle",
        returns=Download(BundleRenderer.media_type),
        refuses={HTTPStatus.NOT_FOUND, HTTPStatus.GONE},
    )
    def get(self, request: Request, result_id: UUID) -> Response:
        """Get the evidence bundle of a result, to be checked with assay-verify."""
        content = bundle_take(viewer=self.viewer, result_id=result_id)
        named = {"Content-Disposition": f'attachment; filename="assay-{result_id}.zip"'}
        return Response(content, headers=named)
