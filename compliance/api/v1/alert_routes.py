"""Alert routes: list, get, create, change, try."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import organization_get
from compliance.alerts.selectors import alert_route_get, alert_route_list
from compliance.alerts.services import (
    Destination,
    Policy,
    alert_route_change,
    alert_route_create,
    alert_route_try,
)
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reference, words
from compliance.domain.alerts import LONGEST_ESCALATION_MINUTES
from compliance.domain.subscriptions import HEARD_BY
from compliance.domain.vocabulary import Channel, Effect, Severity

EVENT_TYPES = sorted(one.value for one in HEARD_BY[Effect.ALERT])
REFUSES = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_DESTINATION = "An e-mail address, or an Apprise URL of a service; by the channel."


def _minutes() -> serializers.IntegerField:
    return serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LONGEST_ESCALATION_MINUTES,
        help_text="Until an alert that nobody answered escalates; null: never.",
    )


class RouteInput(InputShape):
    """What a route takes, and what becomes of it when nobody answers."""

    name = serializers.CharField(max_length=100)
    minimum_severity = serializers.ChoiceField(
        choices=words(Severity), default=Severity.WARNING.value
    )
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_TYPES),
        required=False,
        max_length=len(EVENT_TYPES),
        help_text="Whose alerts it takes; empty: every type.",
    )
    first_line = serializers.BooleanField(
        default=True, help_text="Takes alerts as they open; else only what escalates to it."
    )
    critical_minutes = _minutes()
    warning_minutes = _minutes()
    escalates_to = serializers.UUIDField(required=False, allow_null=True)
    enabled = serializers.BooleanField(default=True)


class AlertRouteGetApi(OperationApi):
    """One route."""

    @extend_schema_serializer(component_name="AlertRoute")
    class Output(OutputShape):
        """Where alerts go; the secrets of its destination are never told again."""

        id = serializers.UUIDField()
        organization = serializers.CharField(source="organization.slug")
        name = serializers.CharField()
        channel = serializers.ChoiceField(choices=words(Channel))
        destination = serializers.CharField(help_text="Without its secrets.")
        minimum_severity = serializers.ChoiceField(choices=words(Severity))
        event_types = serializers.ListField(child=serializers.CharField())
        first_line = serializers.BooleanField()
        critical_minutes = serializers.IntegerField(allow_null=True)
        warning_minutes = serializers.IntegerField(allow_null=True)
        escalates_to = Reference(allow_null=True)
        enabled = serializers.BooleanField()
        created_by = serializers.CharField()
        created_at = serializers.DateTimeField()

    @operation("alert_route_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, route_id: UUID) -> Response:
        """Get an alert route."""
        return _answer(self, route_id)


class AlertRouteListApi(OperationApi):
    """Routes, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)
        channel = serializers.ChoiceField(choices=words(Channel), required=False)
        enabled = serializers.BooleanField(required=False, allow_null=True, default=None)

    @operation(
        "alert_route_list",
        query=Filters,
        returns=page_of(AlertRouteGetApi.Output, "AlertRoutePage"),
    )
    def get(self, request: Request) -> Response:
        """List alert routes."""
        wanted = self.query(AlertRouteListApi.Filters)
        rows = narrowed(
            alert_route_list(viewer=self.viewer),
            organization__slug=wanted.get("organization"),
            channel=wanted.get("channel"),
            enabled=wanted.get("enabled"),
        )
        return paged(request, rows, row=AlertRouteGetApi.Output, order=("-created_at", "-id"))


class AlertRouteCreateApi(OperationApi):
    """Sends an organization's alerts somewhere."""

    @extend_schema_serializer(component_name="AlertRouteCreation")
    class Input(RouteInput):
        organization = serializers.SlugField(help_text="The organization's slug.")
        channel = serializers.ChoiceField(choices=words(Channel))
        destination = serializers.CharField(
            max_length=2000, required=False, default="", allow_blank=True, help_text=_DESTINATION
        )

    @operation(
        "alert_route_create",
        body=Input,
        returns=AlertRouteGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Create an alert route."""
        given, viewer = self.body(AlertRouteCreateApi.Input), self.viewer
        slug = given["organization"]
        organization = named("organization", lambda: organization_get(viewer=viewer, slug=slug))
        route = alert_route_create(
            viewer=viewer,
            organization_id=organization.id,
            name=given["name"],
            destination=Destination(Channel(given["channel"]), given["destination"]),
            policy=_policy(given),
        )
        return created(AlertRouteGetApi.Output, route, at="alert-route")


class AlertRouteChangeApi(OperationApi):
    """Says anew what a route takes."""

    @extend_schema_serializer(component_name="AlertRouteChange")
    class Input(RouteInput):
        channel = serializers.ChoiceField(
            choices=words(Channel), required=False, help_text="Left out: it leads where it led."
        )
        destination = serializers.CharField(
            max_length=2000, required=False, default="", allow_blank=True, help_text=_DESTINATION
        )

    @operation("alert_route_change", body=Input, returns=AlertRouteGetApi.Output, refuses=REFUSES)
    def put(self, request: Request, route_id: UUID) -> Response:
        """Change an alert route."""
        given, viewer = self.body(AlertRouteChangeApi.Input), self.viewer
        destination = None
        if "channel" in given:
            destination = Destination(Channel(given["channel"]), given["destination"])
        alert_route_change(
            viewer=viewer,
            route=alert_route_get(viewer=viewer, route_id=route_id),
            name=given["name"],
            policy=_policy(given),
            destination=destination,
        )
        return _answer(self, route_id)


class AlertRouteTryApi(OperationApi):
    """Sends a message that tells of no alert."""

    @operation("alert_route_try", returns=AlertRouteGetApi.Output, refuses=REFUSES)
    def post(self, request: Request, route_id: UUID) -> Response:
        """Try an alert route."""
        viewer = self.viewer
        alert_route_try(viewer=viewer, route=alert_route_get(viewer=viewer, route_id=route_id))
        return _answer(self, route_id)


def _answer(api: OperationApi, route_id: UUID) -> Response:
    route = alert_route_get(viewer=api.viewer, route_id=route_id)
    return Response(AlertRouteGetApi.Output(route).data)


def _policy(given: Mapping[str, Any]) -> Policy:
    return Policy(
        minimum_severity=Severity(given["minimum_severity"]),
        event_types=tuple(given.get("event_types", ())),
        first_line=given["first_line"],
        critical_minutes=given.get("critical_minutes"),
        warning_minutes=given.get("warning_minutes"),
        escalates_to=given.get("escalates_to"),
        enabled=given["enabled"],
    )
