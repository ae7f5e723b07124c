"""Disputes: list, get, open, and the docket as one file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import (
    Download,
    OperationApi,
    created,
    named,
    narrowed,
    operation,
)
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reference, StressTestSpec, words
from compliance.api.v1.results import BundleRenderer
from compliance.disputes.findings import findings_of
from compliance.disputes.selectors import dispute_get, dispute_list
from compliance.disputes.services import (
    dispute_open,
    dispute_reading_tell,
    disputes_reading_tell,
    docket_take,
)
from compliance.domain.dispute_words import DisputeState, RulingOutcome, Side
from compliance.domain.vocabulary import LineageFinding
from compliance.registry.selectors import version_get


class DisputeListApi(OperationApi):
    """Disputes, newest first."""

    class Filters(PageFilters):
        state = serializers.ChoiceField(choices=words(DisputeState), required=False)

    @extend_schema_serializer(component_name="DisputeSummary")
    class Output(OutputShape):
        """One organization says that another's version has its own for an origin."""

        id = serializers.UUIDField()
        claimant = serializers.CharField(source="claimant.slug")
        respondent = serializers.CharField(source="respondent.slug")
        court = serializers.CharField(source="court.slug")
        claimant_version = Reference()
        respondent_version = Reference()
        claim = serializers.CharField()
        state = serializers.ChoiceField(choices=words(DisputeState))
        answer_by = serializers.DateTimeField()
        opened_at = serializers.DateTimeField()

    @operation("dispute_list", query=Filters, returns=page_of(Output, "DisputePage"))
    def get(self, request: Request) -> Response:
        """List disputes in which one's organizations sit."""
        wanted, viewer = self.query(DisputeListApi.Filters), self.viewer
        disputes_reading_tell(viewer=viewer)
        rows = narrowed(dispute_list(viewer=viewer), state=wanted.get("state"))
        return paged(request, rows, row=DisputeListApi.Output, order=("-opened_at", "-id"))


class DisputeGetApi(OperationApi):
    """One dispute, with all that became of it."""

    @extend_schema_serializer(component_name="Dispute")
    class Output(DisputeListApi.Output):
        """One dispute, with all that became of it."""

        @extend_schema_serializer(component_name="DisputeFiling")
        class Filing(OutputShape):
            """What somebody filed, by digest."""

            @extend_schema_serializer(component_name="DisputeFile")
            class File(OutputShape):
                """A file, by digest."""

                number = serializers.IntegerField(help_text="In its filing, from 1.")
                name = serializers.CharField()
                sha256 = serializers.CharField()
                size_bytes = serializers.IntegerField()

            number = serializers.IntegerField()
            side = serializers.ChoiceField(choices=words(Side))
            organization = serializers.CharField(source="organization.slug")
            title = serializers.CharField()
            confidential = serializers.BooleanField()
            text_sha256 = serializers.CharField()
            files = File(many=True)
            filed_at = serializers.DateTimeField()

        @extend_schema_serializer(component_name="DisputeProposal")
        class Proposal(OutputShape):
            """A battery that one party would agree to, and what the other says of it."""

            number = serializers.IntegerField(help_text="Of the battery that it would be.")
            side = serializers.ChoiceField(choices=words(Side))
            tests = StressTestSpec(source="plan.battery", many=True)
            plan_digest = serializers.CharField()
            reasons = serializers.CharField()
            draw_by = serializers.DateTimeField()
            agree_by = serializers.DateTimeField()
            objection = serializers.CharField(
                source="objection.reasons", default=None, allow_null=True
            )

        @extend_schema_serializer(component_name="DisputeBattery")
        class Battery(OutputShape):
            """What was ordered or agreed on, and the seed that the parties drew."""

            @extend_schema_serializer(component_name="DisputeCommitment")
            class Commitment(OutputShape):
                """What a party committed to; its share is null until it is revealed."""

                side = serializers.ChoiceField(choices=words(Side))
                sha256 = serializers.CharField()
                share = serializers.CharField(source="reveal.share", default=None, allow_null=True)

            number = serializers.IntegerField()
            agreed = serializers.BooleanField(
                source="was_agreed", help_text="By both parties; else the court ordered it."
            )
            reasons = serializers.CharField(help_text="Of the court, where it gave some.")
            tests = StressTestSpec(source="plan.battery", many=True)
            plan_digest = serializers.CharField()
            court_commitment = serializers.CharField()
            draw_by = serializers.DateTimeField()
            commitments = Commitment(many=True)
            seed = serializers.CharField(source="draw.seed", default=None, allow_null=True)
            run = serializers.UUIDField(source="draw.run_id", default=None, allow_null=True)

        @extend_schema_serializer(component_name="DisputeFinding")
        class Finding(OutputShape):
            """What one stress test says of the two versions; never that they are independent."""

            test = serializers.CharField()
            result = serializers.CharField(help_text="Its id; empty where there is none.")
            finding = serializers.ChoiceField(choices=words(LineageFinding))
            alpha = serializers.FloatField(
                help_text="Largest chance of `shown` where nothing is shared; 0 without a result."
            )
            statement = serializers.CharField()
            measured = serializers.CharField()

        @extend_schema_serializer(component_name="DisputeRuling")
        class Ruling(OutputShape):
            """What the court decided."""

            @extend_schema_serializer(component_name="DisputeDissent")
            class Dissent(OutputShape):
                """What a reviewer holds against it."""

                organization = serializers.CharField(source="organization.slug")
                text = serializers.CharField()
                dissented_at = serializers.DateTimeField()

            outcome = serializers.ChoiceField(choices=words(RulingOutcome))
            operative = serializers.CharField()
            reasons = serializers.CharField()
            ruled_at = serializers.DateTimeField()
            dissents = Dissent(many=True)

        reviewers = serializers.ListField(child=serializers.CharField())
        filings = Filing(many=True)
        proposals = Proposal(many=True)
        batteries = Battery(many=True)
        findings = Finding(many=True)
        ruling = Ruling(default=None, allow_null=True)

        def to_representation(self, instance: Any) -> Any:
            instance.reviewers = [one.organization.slug for one in instance.appointments.all()]
            instance.findings = findings_of(dispute=instance)
            return super().to_representation(instance)

    @operation("dispute_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, dispute_id: UUID) -> Response:
        """Get a dispute."""
        viewer = self.viewer
        dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
        dispute_reading_tell(viewer=viewer, dispute=dispute)
        return Response(DisputeGetApi.Output(dispute).data)


class DisputeOpenApi(OperationApi):
    """Opens a dispute for the organization whose version it is."""

    @extend_schema_serializer(component_name="DisputeOpen")
    class Input(InputShape):
        version = serializers.UUIDField(help_text="The claimant's own.")
        accused = serializers.CharField(max_length=300, help_text="provider/model name")
        court = serializers.SlugField(help_text="Of a regulator.")
        claim = serializers.CharField(max_length=5_000)

    @operation(
        "dispute_open",
        body=Input,
        returns=DisputeGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Open a dispute."""
        given, viewer = self.body(DisputeOpenApi.Input), self.viewer
        version_id = given.pop("version")
        version = named("version", lambda: version_get(viewer=viewer, version_id=version_id))
        dispute = dispute_open(viewer=viewer, version=version, **given)
        dispute = dispute_get(viewer=viewer, dispute_id=dispute.id)
        return created(DisputeGetApi.Output, dispute, at="dispute")


class DocketGetApi(OperationApi):
    """The file that proves a dispute to somebody offline."""

    costly = True
    renderer_classes = (BundleRenderer,)

    @operation(
        "dispute_docket",
        returns=Download(BundleRenderer.media_type),
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request, dispute_id: UUID) -> Response:
        """Get the docket of a dispute, to be checked with assay-verify."""
        content = docket_take(viewer=self.viewer, dispute_id=dispute_id)
        name = {"Content-Disposition": f'attachment; filename="docket-{dispute_id}.zip"'}
        return Response(content, headers=name)
