"""Obligations and verification summaries: list, issue, take."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import Download, OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reference, words
from compliance.audits.selectors import result_list
from compliance.domain.policy.obligations import ObligationState
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Verdict
from compliance.obligations.assessing import assess
from compliance.obligations.selectors import (
    obligation_lapsed_list,
    obligation_list,
    summaries_of,
)
from compliance.obligations.services import summary_issue, summary_take
from compliance.policies.selectors import pack_get
from compliance.registry.selectors import version_get


class ObligationListApi(OperationApi):
    """Obligations in force, those that began last first."""

    class Filters(PageFilters):
        model = serializers.UUIDField(required=False)
        version = serializers.UUIDField(required=False)
        pack = serializers.UUIDField(required=False)
        test = serializers.CharField(required=False, max_length=100)
        lapsed = serializers.BooleanField(
            required=False, default=False, help_text="True: due and overdue alone."
        )

    @extend_schema_serializer(component_name="Obligation")
    class Output(OutputShape):
        """One demand on one version, and where it stands now."""

        @extend_schema_serializer(component_name="ObligationAnswer")
        class Answer(OutputShape):
            """The newest result that answers the demand."""

            id = serializers.UUIDField()
            verdict = serializers.ChoiceField(choices=words(Verdict))
            value = serializers.FloatField()
            lower = serializers.FloatField()
            upper = serializers.FloatField()
            limit = serializers.FloatField()
            alpha = serializers.FloatField()
            recorded_at = serializers.DateTimeField()

        id = serializers.UUIDField(source="obligation.id")
        pack = Reference(source="obligation.adoption.pack")
        demand = serializers.CharField(source="demand.id")
        model = Reference(source="obligation.version.model")
        version = Reference(source="obligation.version")
        test = serializers.CharField(source="demand.test")
        state = serializers.ChoiceField(choices=words(ObligationState))
        reason = serializers.CharField(help_text="Why it cannot be tested; empty where it can.")
        starts_at = serializers.DateTimeField(source="obligation.starts_at")
        due_at = serializers.DateTimeField(
            source="stand.due_at", help_text="When nothing answers it any more."
        )
        overdue_at = serializers.DateTimeField(source="stand.overdue_at")
        answer = Answer(source="result", allow_null=True)

    @operation("obligation_list", query=Filters, returns=page_of(Output, "ObligationPage"))
    def get(self, request: Request) -> Response:
        """List obligations."""
        wanted, viewer, now = self.query(ObligationListApi.Filters), self.viewer, timezone.now()
        list_reading_tell(viewer=viewer, what=Seen.OBLIGATIONS)
        every = obligation_list(viewer=viewer)
        rows = narrowed(
            obligation_lapsed_list(viewer=viewer, now=now) if wanted["lapsed"] else every,
            version__model=wanted.get("model"),
            version=wanted.get("version"),
            adoption__pack=wanted.get("pack"),
            test_name=wanted.get("test"),
        )
        return paged(
            request,
            rows,
            row=ObligationListApi.Output,
            order=("-starts_at", "-id"),
            told=partial(assess, results=result_list(viewer=viewer), now=now),
        )


class SummaryListApi(OperationApi):
    """Verification summaries of a version, newest first."""

    @extend_schema_serializer(component_name="VerificationSummary")
    class Output(OutputShape):
        """What was attested of a version against a policy pack at one moment."""

        id = serializers.UUIDField()
        pack = Reference()
        version = Reference()
        met = serializers.BooleanField(help_text="Every demand was met then.")
        statement_sha256 = serializers.CharField()
        issued_by = serializers.CharField()
        issued_at = serializers.DateTimeField()

    @operation(
        "summary_list",
        query=PageFilters,
        returns=page_of(Output, "VerificationSummaryPage"),
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request, version_id: UUID) -> Response:
        """List the verification summaries of a version."""
        self.query(PageFilters)
        viewer = self.viewer
        version = version_get(viewer=viewer, version_id=version_id)
        subject = f"version/{version.id}"
        model_reading_tell(
            viewer=viewer, what=Seen.OBLIGATIONS, model=version.model, subject=subject
        )
        rows = summaries_of(viewer=viewer, version=version)
        return paged(request, rows, row=SummaryListApi.Output, order=("-issued_at", "-id"))


class SummaryIssueApi(OperationApi):
    """Attests where a version stands by a pack."""

    @extend_schema_serializer(component_name="VerificationSummaryIssue")
    class Input(InputShape):
        """Which pack."""

        pack = serializers.UUIDField()

    @operation(
        "summary_issue",
        body=Input,
        returns=SummaryListApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, version_id: UUID) -> Response:
        """Have a verification summary issued; it can be taken once the sequencer signed it."""
        viewer, given = self.viewer, self.body(SummaryIssueApi.Input)
        version = version_get(viewer=viewer, version_id=version_id)
        viewer.require(Action.ISSUE_SUMMARY, version.model.organization_id)
        pack = named("pack", lambda: pack_get(pack_id=given["pack"]))
        summary = named(
            "pack",
            lambda: summary_issue(viewer=viewer, version=version, pack=pack, now=timezone.now()),
        )
        return created(SummaryListApi.Output, summary, at="summary")


class EnvelopeRenderer(JSONRenderer):
    """An envelope as it is; a refusal as JSON, whatever was asked for.

    No JSON type, though it is JSON: a caller who reads and writes it anew has other bytes.
    """

    media_type = "application/octet-stream"
    format = "dsse"
    charset = None

    def render(self, data: Any, *rest: Any) -> bytes:
        return data if isinstance(data, bytes) else super().render(data)


class SummaryTakeApi(OperationApi):
    """A verification summary in its signed envelope (DSSE)."""

    renderer_classes = (EnvelopeRenderer,)

    @operation(
        "summary_take",
        returns=Download(EnvelopeRenderer.media_type),
        refuses={HTTPStatus.NOT_FOUND, HTTPStatus.GONE},
    )
    def get(self, request: Request, summary_id: UUID) -> Response:
        """Get a verification summary, to be checked with assay-verify."""
        content = summary_take(viewer=self.viewer, summary_id=summary_id)
        named_as = f'attachment; filename="assay-summary-{summary_id}.dsse.json"'
        return Response(content, headers={"Content-Disposition": named_as})
