"""Steps in a dispute: appoint, propose, order, draw, rule, dissent, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import OperationApi, operation
from compliance.api.shapes import BatteryField, InputShape, Reason, words
from compliance.api.v1.disputes import DisputeGetApi
from compliance.disputes.selectors import dispute_get
from compliance.disputes.services import (
    battery_agree,
    battery_object,
    battery_order,
    battery_propose,
    dispute_rule,
    dispute_withdraw,
    reviewer_appoint,
    ruling_dissent,
    seed_draw,
    share_commit,
    share_reveal,
)
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.disputes import MAX_TEXT

REFUSES = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_HEX = r"^[0-9a-f]{64}$"


class DisputeAppointApi(OperationApi):
    """Appoints a reviewer."""

    @extend_schema_serializer(component_name="DisputeAppoint")
    class Input(InputShape):
        organization = serializers.SlugField(help_text="Of an academic organization.")

    @operation("dispute_appoint", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Appoint a reviewer."""
        return step(self, dispute_id, reviewer_appoint, **self.body(DisputeAppointApi.Input))


class DisputeProposeApi(OperationApi):
    """Proposes the next battery, for a party."""

    @extend_schema_serializer(component_name="DisputePropose")
    class Input(InputShape):
        battery = BatteryField(help_text="Provenance tests that compare two versions.")
        draw_by = serializers.DateTimeField(help_text="After the other party's time to agree.")
        reasons = serializers.CharField(max_length=MAX_TEXT)

    @operation("dispute_propose", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Propose a battery."""
        return step(self, dispute_id, battery_propose, **self.body(DisputeProposeApi.Input))


class DisputeAgreeApi(OperationApi):
    """Agrees to what the other party proposed, which then is the battery."""

    @operation("dispute_agree", returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Agree to the battery that is proposed."""
        return step(self, dispute_id, battery_agree)


class DisputeObjectApi(OperationApi):
    """Objects to what the other party proposed."""

    @extend_schema_serializer(component_name="DisputeObject")
    class Input(InputShape):
        reasons = serializers.CharField(max_length=MAX_TEXT)

    @operation("dispute_object", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Object to the battery that is proposed."""
        return step(self, dispute_id, battery_object, **self.body(DisputeObjectApi.Input))


class DisputeOrderApi(OperationApi):
    """Orders the battery."""

    @extend_schema_serializer(component_name="DisputeOrder")
    class Input(InputShape):
        battery = BatteryField(help_text="Provenance tests that compare two versions.")
        draw_by = serializers.DateTimeField()
        reasons = serializers.CharField(
            max_length=MAX_TEXT,
            default="",
            help_text="Not to be left out where a party objected to what the other proposed.",
        )

    @operation("dispute_order", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Order the battery."""
        return step(self, dispute_id, battery_order, **self.body(DisputeOrderApi.Input))


class DisputeCommitApi(OperationApi):
    """Commits a party to its share of the seed."""

    @extend_schema_serializer(component_name="DisputeCommit")
    class Input(InputShape):
        commitment = serializers.RegexField(_HEX, help_text="SHA-256 of 32 bytes, in hex.")

    @operation("dispute_commit", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Commit to a share of the seed."""
        return step(self, dispute_id, share_commit, **self.body(DisputeCommitApi.Input))


class DisputeRevealApi(OperationApi):
    """Reveals a party's share of the seed."""

    @extend_schema_serializer(component_name="DisputeReveal")
    class Input(InputShape):
        share = serializers.RegexField(_HEX, help_text="The 32 bytes, in hex.")

    @operation("dispute_reveal", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Reveal a share of the seed."""
        return step(self, dispute_id, share_reveal, **self.body(DisputeRevealApi.Input))


class DisputeDrawApi(OperationApi):
    """Draws the seed with what was revealed, once the time for it is over."""

    @operation("dispute_draw", returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Draw the seed with what was revealed."""
        return step(self, dispute_id, seed_draw)


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
        return step(self, dispute_id, dispute_rule, outcome=outcome, **given)


class DisputeDissentApi(OperationApi):
    """Says what a reviewer holds against the ruling."""

    @extend_schema_serializer(component_name="DisputeDissentRequest")
    class Input(InputShape):
        text = serializers.CharField(max_length=MAX_TEXT)

    @operation("dispute_dissent", body=Input, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Dissent from the ruling."""
        return step(self, dispute_id, ruling_dissent, **self.body(DisputeDissentApi.Input))


class DisputeWithdrawApi(OperationApi):
    """Withdraws the claim."""

    @operation("dispute_withdraw", body=Reason, returns=DisputeGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        """Withdraw the claim."""
        return step(self, dispute_id, dispute_withdraw, **self.body(Reason))


DISPUTE_STEPS: Mapping[str, type[OperationApi]] = {
    "appoint": DisputeAppointApi,
    "propose": DisputeProposeApi,
    "agree": DisputeAgreeApi,
    "object": DisputeObjectApi,
    "order": DisputeOrderApi,
    "commit": DisputeCommitApi,
    "reveal": DisputeRevealApi,
    "draw": DisputeDrawApi,
    "rule": DisputeRuleApi,
    "dissent": DisputeDissentApi,
    "withdraw": DisputeWithdrawApi,
}
"""Steps by the last part of their addresses."""


def step(
    api: OperationApi, dispute_id: UUID, service: Callable[..., object], **given: object
) -> Response:
    """Take a step by its service, and answer with the dispute as it is then."""
    viewer = api.viewer
    dispute = dispute_get(viewer=viewer, dispute_id=dispute_id)
    service(viewer=viewer, dispute=dispute, **given)
    after = dispute_get(viewer=viewer, dispute_id=dispute_id)
    return Response(DisputeGetApi.Output(after).data)
