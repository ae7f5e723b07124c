"""Steps in a dispute: file, appoint, order, commit, reveal, draw, rule, dissent, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import OperationApi, operation
from compliance.api.shapes import BatteryField, InputShape, OutputShape, Reason, words
from compliance.api.v1.disputes import DisputeGetApi
from compliance.disputes.selectors import dispute_get
from compliance.disputes.services import (
    Submission,
    battery_order,
    dispute_file,
    dispute_rule,
    dispute_withdraw,
    filing_read,
    reviewer_appoint,
    ruling_dissent,
    seed_draw,
    share_commit,
    share_reveal,
)
from compliance.domain.dispute_words import RulingOutcome, Side
from compliance.domain.disputes import MAX_TEXT

REFUSES = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_HEX = r"^[0-9a-f]{64}$"


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
        refuses={HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN},
    )
    def get(self, request: Request, dispute_id: UUID, number: int) -> Response:
        """Get a filing with its text."""
        filing, text = filing_read(viewer=self.viewer, dispute_id=dispute_id, number=number)
        told = {name: getattr(filing, name) for name in ("number", "side", "title", "filed_at")}
        told |= {"confidential": filing.confidential, "text": text}
        return Response(DisputeFilingGetApi.Output(told).data)


class DisputeFileApi(OperationApi):
    """Files a text for a party or a reviewer."""

    @extend_schema_serializer(component_name="DisputeFileRequest")
    class Input(InputShape):
        title = serializers.CharField(max_length=200)
        text = serializers.CharField(max_length=MAX_TEXT)
        confidential = serializers.BooleanField(default=False)

    @operation("dispute_file", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """File a text; files are filed in the portal."""
        submission = Submission(**self.body(DisputeFileApi.Input))
        return _step(self, dispute_id, dispute_file, submission=submission)


class DisputeAppointApi(OperationApi):
    """Appoints a reviewer."""

    @extend_schema_serializer(component_name="DisputeAppoint")
    class Input(InputShape):
        organization = serializers.SlugField(help_text="Of an academic organization.")

    @operation("dispute_appoint", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Appoint a reviewer."""
        return _step(self, dispute_id, reviewer_appoint, **self.body(DisputeAppointApi.Input))


class DisputeOrderApi(OperationApi):
    """Orders the battery."""

    @extend_schema_serializer(component_name="DisputeOrder")
    class Input(InputShape):
        battery = BatteryField(help_text="Provenance tests that compare two versions.")
        draw_by = serializers.DateTimeField()

    @operation("dispute_order", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Order the battery."""
        return _step(self, dispute_id, battery_order, **self.body(DisputeOrderApi.Input))


class DisputeCommitApi(OperationApi):
    """Commits a party to its share of the seed."""

    @extend_schema_serializer(component_name="DisputeCommit")
    class Input(InputShape):
        commitment = serializers.RegexField(_HEX, help_text="SHA-256 of 32 bytes, in hex.")

    @operation("dispute_commit", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Commit to a share of the seed."""
        return _step(self, dispute_id, share_commit, **self.body(DisputeCommitApi.Input))


class DisputeRevealApi(OperationApi):
    """Reveals a party's share of the seed."""

    @extend_schema_serializer(component_name="DisputeReveal")
    class Input(InputShape):
        share = serializers.RegexField(_HEX, help_text="The 32 bytes, in hex.")

    @operation("dispute_reveal", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Reveal a share of the seed."""
        return _step(self, dispute_id, share_reveal, **self.body(DisputeRevealApi.Input))


class DisputeDrawApi(OperationApi):
    """Draws the seed with what was revealed, once the time for it is over."""

    @operation("dispute_draw", returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Draw the seed with what was revealed."""
        return _step(self, dispute_id, seed_draw)


class DisputeRuleApi(OperationApi):
    """Rules, once and for good."""

    @extend_schema_serializer(component_name="DisputeRule")
    class Input(InputShape):
        outcome = serializers.ChoiceField(choices=words(RulingOutcome))
        operative = serializers.CharField(max_length=MAX_TEXT)
        reasons = serializers.CharField(max_length=MAX_TEXT)

    @operation("dispute_rule", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Rule."""
        given = self.body(DisputeRuleApi.Input)
        outcome = RulingOutcome(given.pop("outcome"))
        return _step(self, dispute_id, dispute_rule, outcome=outcome, **given)


class DisputeDissentApi(OperationApi):
    """Says what a reviewer holds against the ruling."""

    @extend_schema_serializer(component_name="DisputeDissentRequest")
    class Input(InputShape):
        text = serializers.CharField(max_length=MAX_TEXT)

    @operation("dispute_dissent", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Dissent from the ruling."""
        return _step(self, dispute_id, ruling_dissent, **self.body(DisputeDissentApi.Input))


class DisputeWithdrawApi(OperationApi):
    """Withdraws the claim."""

    @operation("dispute_withdraw", body=Reason, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Withdraw the claim."""
        return _step(self, dispute_id, dispute_withdraw, **self.body(Reason))


def _step(
    api: OperationApi, dispute_id: UUID, service: Callable[..., object], **given: object
) -> Response:
    viewer = api.viewer
    dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
    service(viewer=viewer, dispute=dispute, **given)
    after = dispute_get(viewer=viewer, dispute_id=dispute_id)
    return Response(DisputeGetApi.Output(after).data)
