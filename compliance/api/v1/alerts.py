"""Alerts: list, get, acknowledge, snooze, assign, answer, resolve."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell
from compliance.alerts.selectors import alert_get, alert_list_whole
from compliance.alerts.services import (
    alert_acknowledge,
    alert_answer,
    alert_assign,
    alert_reading_tell,
    alert_resolve,
    alert_snooze,
)
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reason, words
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import AlertState, Occasion, Severity

REFUSES = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


class AlertGetApi(OperationApi):
    """One alert."""

    @extend_schema_serializer(component_name="Alert")
    class Output(OutputShape):
        """What somebody must act on, and who has answered it."""

        @extend_schema_serializer(component_name="AlertTransition")
        class Transition(OutputShape):
            """A move of the alert."""

            old = serializers.ChoiceField(choices=words(AlertState))
            new = serializers.ChoiceField(choices=words(AlertState))
            who = serializers.CharField(allow_null=True, help_text="Null: its time had come.")
            reason = serializers.CharField()
            at = serializers.DateTimeField()

        @extend_schema_serializer(component_name="AlertAnswer")
        class Answer(OutputShape):
            """What somebody of the organization says of it."""

            who = serializers.CharField()
            text = serializers.CharField()
            at = serializers.DateTimeField()

        @extend_schema_serializer(component_name="AlertOccurrence")
        class Occurrence(OutputShape):
            """The same finding, again."""

            event = serializers.UUIDField(source="event_id")
            at = serializers.DateTimeField()

        @extend_schema_serializer(component_name="AlertDelivery")
        class Delivery(OutputShape):
            """A message that told of the alert, on its way or arrived."""

            @extend_schema_serializer(component_name="AlertDeliveryAttempt")
            class Attempt(OutputShape):
                """One attempt; without an end it was cut short, and may have arrived."""

                number = serializers.IntegerField()
                started_at = serializers.DateTimeField()
                ended_at = serializers.DateTimeField(allow_null=True)
                failed_because = serializers.CharField()

            to = serializers.CharField()
            occasion = serializers.ChoiceField(choices=words(Occasion))
            delivered_at = serializers.DateTimeField(allow_null=True)
            given_up = serializers.BooleanField()
            attempts = Attempt(many=True, source="tries")

        @extend_schema_serializer(component_name="AlertSilence")
        class Silence(OutputShape):
            """What a maintenance window kept back."""

            window = serializers.UUIDField(source="window_id")
            reason = serializers.CharField(source="window.reason")
            opened_by = serializers.CharField(source="window.opened_by")
            at = serializers.DateTimeField()
            released_at = serializers.DateTimeField(allow_null=True)

        id = serializers.UUIDField()
        organization = serializers.CharField(source="organization.slug")
        severity = serializers.ChoiceField(choices=words(Severity))
        state = serializers.ChoiceField(choices=words(AlertState))
        title = serializers.CharField()
        statement = serializers.CharField()
        claim = serializers.DictField(
            help_text="Statistic, interval, limit and its source, alpha, e-value; empty if none."
        )
        path = serializers.CharField(help_text="Where its evidence is, below the site.")
        bundle_path = serializers.CharField(help_text="Where its bundle is; empty if none.")
        assignee = serializers.CharField(allow_null=True)
        snoozed_until = serializers.DateTimeField(allow_null=True)
        event = serializers.UUIDField(source="event_id")
        opened_at = serializers.DateTimeField()
        transitions = Transition(many=True)
        occurrences = Occurrence(many=True)
        answers = Answer(many=True)
        silences = Silence(many=True)
        deliveries = Delivery(many=True)

    @operation("alert_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, alert_id: UUID) -> Response:
        """Get an alert."""
        viewer = self.viewer
        alert = alert_get(viewer=viewer, alert_id=alert_id)
        alert_reading_tell(viewer=viewer, alert=alert)
        return Response(AlertGetApi.Output(alert).data)


class AlertListApi(OperationApi):
    """Alerts, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)
        state = serializers.ChoiceField(choices=words(AlertState), required=False)
        severity = serializers.ChoiceField(choices=words(Severity), required=False)
        model = serializers.UUIDField(required=False)
        since = serializers.DateTimeField(required=False, help_text="Opened then or later.")

    @operation("alert_list", query=Filters, returns=page_of(AlertGetApi.Output, "AlertPage"))
    def get(self, request: Request) -> Response:
        """List alerts."""
        wanted, viewer = self.query(AlertListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.ALERTS)
        rows = narrowed(
            alert_list_whole(viewer=viewer),
            organization__slug=wanted.get("organization"),
            state=wanted.get("state"),
            severity=wanted.get("severity"),
            event__model=wanted.get("model"),
            opened_at__gte=wanted.get("since"),
        )
        return paged(request, rows, row=AlertGetApi.Output, order=("-opened_at", "-id"))


class AlertAcknowledgeApi(OperationApi):
    """Says that somebody has seen the alert and acts on it."""

    @operation("alert_acknowledge", body=Reason, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Acknowledge an alert."""
        return _act(self, alert_acknowledge, alert_id, Reason)


class AlertResolveApi(OperationApi):
    """Closes the alert with what was done about it."""

    @operation("alert_resolve", body=Reason, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Resolve an alert."""
        return _act(self, alert_resolve, alert_id, Reason)


class AlertSnoozeApi(OperationApi):
    """Puts the alert off; then it is open again and goes out again."""

    @extend_schema_serializer(component_name="AlertSnooze")
    class Input(InputShape):
        until = serializers.DateTimeField()
        reason = serializers.CharField(max_length=500)

    @operation("alert_snooze", body=Input, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Snooze an alert."""
        return _act(self, alert_snooze, alert_id, AlertSnoozeApi.Input)


class AlertAssignApi(OperationApi):
    """Gives the alert to a member of its organization."""

    @extend_schema_serializer(component_name="AlertAssignment")
    class Input(InputShape):
        assignee = serializers.EmailField(help_text="Of a member whose role answers alerts.")

    @operation("alert_assign", body=Input, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Assign an alert."""
        return _act(self, alert_assign, alert_id, AlertAssignApi.Input)


class AlertAnswerApi(OperationApi):
    """Says something of the alert, to whoever reads the record."""

    @extend_schema_serializer(component_name="AlertAnswering")
    class Input(InputShape):
        text = serializers.CharField(max_length=5000)

    @operation("alert_answer", body=Input, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Answer an alert."""
        return _act(self, alert_answer, alert_id, AlertAnswerApi.Input)


def _act(
    api: OperationApi, service: Callable[..., object], alert_id: UUID, shape: type[InputShape]
) -> Response:
    viewer, given = api.viewer, api.body(shape)
    service(viewer=viewer, alert=alert_get(viewer=viewer, alert_id=alert_id), **given)
    return Response(AlertGetApi.Output(alert_get(viewer=viewer, alert_id=alert_id)).data)
