"""Alerts: list, get, acknowledge, resolve."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.alerts.selectors import alert_get, alert_list
from compliance.alerts.services import alert_acknowledge, alert_resolve
from compliance.api.operations import OperationApi, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import OutputShape, Reason, words
from compliance.domain.vocabulary import AlertState, Severity

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
            who = serializers.CharField()
            reason = serializers.CharField()
            at = serializers.DateTimeField()

        id = serializers.UUIDField()
        organization = serializers.CharField(source="organization.slug")
        severity = serializers.ChoiceField(choices=words(Severity))
        state = serializers.ChoiceField(choices=words(AlertState))
        title = serializers.CharField()
        statement = serializers.CharField()
        path = serializers.CharField(help_text="Where its evidence is, below the site.")
        event = serializers.UUIDField(source="event_id")
        opened_at = serializers.DateTimeField()
        transitions = Transition(many=True)

    @operation("alert_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, alert_id: UUID) -> Response:
        """Get an alert."""
        return Response(AlertGetApi.Output(alert_get(viewer=self.viewer, alert_id=alert_id)).data)


class AlertListApi(OperationApi):
    """Alerts, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)
        state = serializers.ChoiceField(choices=words(AlertState), required=False)
        severity = serializers.ChoiceField(choices=words(Severity), required=False)

    @operation("alert_list", query=Filters, returns=page_of(AlertGetApi.Output, "AlertPage"))
    def get(self, request: Request) -> Response:
        """List alerts."""
        wanted = self.query(AlertListApi.Filters)
        rows = narrowed(
            alert_list(viewer=self.viewer),
            organization__slug=wanted.get("organization"),
            state=wanted.get("state"),
            severity=wanted.get("severity"),
        )
        return paged(request, rows, row=AlertGetApi.Output, order=("-opened_at", "-id"))


class AlertAcknowledgeApi(OperationApi):
    """Says that somebody has seen the alert and acts on it."""

    @operation("alert_acknowledge", body=Reason, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Acknowledge an alert."""
        return _answer(self, alert_acknowledge, alert_id)


class AlertResolveApi(OperationApi):
    """Closes the alert with what was done about it."""

    @operation("alert_resolve", body=Reason, returns=AlertGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Resolve an alert."""
        return _answer(self, alert_resolve, alert_id)


def _answer(api: OperationApi, service: Callable[..., object], alert_id: UUID) -> Response:
    reason, viewer = api.body(Reason)["reason"], api.viewer
    service(viewer=viewer, alert=alert_get(viewer=viewer, alert_id=alert_id), reason=reason)
    return Response(AlertGetApi.Output(alert_get(viewer=viewer, alert_id=alert_id)).data)
