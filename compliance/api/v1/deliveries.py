"""Calls of a subscription's webhook: list, replay; a new secret for it."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.api.operations import OperationApi, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, words
from compliance.api.v1.subscriptions import CHANGE_REFUSES, EVENT_TYPES, SubscriptionCreateApi
from compliance.api.v1.subscriptions import SubscriptionGetApi as Subscriptions
from compliance.audits.selectors import delivery_list, subscription_get
from compliance.audits.services import (
    deliveries_replay,
    subscription_reading_tell,
    subscription_secret_rotate,
)
from compliance.domain.vocabulary import CallState


class DeliveryListApi(OperationApi):
    """Calls of a webhook, newest first."""

    class Filters(PageFilters):
        state = serializers.ChoiceField(choices=words(CallState), required=False)

    @extend_schema_serializer(component_name="Delivery")
    class Output(OutputShape):
        """An event on its way to a webhook."""

        id = serializers.UUIDField(help_text="Also the header `webhook-id` of every attempt.")
        event = serializers.UUIDField(source="event_id")
        event_type = serializers.ChoiceField(source="event.type", choices=EVENT_TYPES)
        state = serializers.ChoiceField(choices=words(CallState))
        attempts = serializers.IntegerField()
        failed_because = serializers.CharField(help_text="The last failure; else empty.")
        next_attempt_at = serializers.SerializerMethodField(help_text="Null: at once, or never.")
        delivered_at = serializers.DateTimeField(allow_null=True)
        replayed_at = serializers.DateTimeField(allow_null=True)
        created_at = serializers.DateTimeField()

        def get_next_attempt_at(self, call: Any) -> datetime | None:
            return call.next_attempt_at if call.state is CallState.WAITING else None

    @operation(
        "delivery_list",
        query=Filters,
        returns=page_of(Output, "DeliveryPage"),
        refuses={HTTPStatus.NOT_FOUND},
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """List the calls of a subscription's webhook."""
        wanted, viewer = self.query(DeliveryListApi.Filters), self.viewer
        found = subscription_get(viewer=viewer, subscription_id=subscription_id)
        subscription_reading_tell(viewer=viewer, subscription=found)
        state = CallState(wanted["state"]) if "state" in wanted else None
        rows = delivery_list(viewer=viewer, subscription=found, state=state)
        return paged(request, rows, row=DeliveryListApi.Output, order=("-created_at", "-id"))


class DeliveriesReplayApi(OperationApi):
    """Calls a webhook again."""

    @extend_schema_serializer(component_name="Replay")
    class Input(InputShape):
        """One call whatever became of it, or all that failed since a moment."""

        delivery = serializers.UUIDField(required=False)
        failed_since = serializers.DateTimeField(required=False)

    @extend_schema_serializer(component_name="Replayed")
    class Output(OutputShape):
        """How many calls are made again."""

        replayed = serializers.IntegerField()

    @operation(
        "delivery_replay",
        body=Input,
        returns=Output,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND},
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Replay calls of a subscription's webhook."""
        given, viewer = self.body(DeliveriesReplayApi.Input), self.viewer
        count = deliveries_replay(
            viewer=viewer,
            subscription=subscription_get(viewer=viewer, subscription_id=subscription_id),
            call_id=given.get("delivery"),
            failed_since=given.get("failed_since"),
        )
        return Response(DeliveriesReplayApi.Output({"replayed": count}).data)


class SecretRotateApi(OperationApi):
    """Gives a webhook a new secret."""

    @operation(
        "subscription_secret_rotate",
        returns=SubscriptionCreateApi.Output,
        refuses=CHANGE_REFUSES,
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Rotate a webhook's secret; for 24 hours calls are signed with the old one too."""
        viewer = self.viewer
        found = subscription_get(viewer=viewer, subscription_id=subscription_id, held=True)
        self.seen(Subscriptions.Output, found)
        found = subscription_secret_rotate(viewer=viewer, subscription=found)
        return Response(SubscriptionCreateApi.Output(found).data)
