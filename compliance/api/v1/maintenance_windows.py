"""Maintenance windows: list, get, open, end."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import organization_get
from compliance.accounts.services import list_reading_tell
from compliance.alerts.selectors import window_get, window_list
from compliance.alerts.services import window_end, window_open
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape
from compliance.domain.readings import Seen


class WindowGetApi(OperationApi):
    """One maintenance window."""

    @extend_schema_serializer(component_name="MaintenanceWindow")
    class Output(OutputShape):
        """A time in which alerts are recorded and nobody is disturbed."""

        id = serializers.UUIDField()
        organization = serializers.CharField(source="organization.slug")
        model = serializers.CharField(help_text="As provider/model; empty: every model.")
        reason = serializers.CharField()
        starts_at = serializers.DateTimeField()
        ends_at = serializers.DateTimeField()
        opened_by = serializers.CharField()
        opened_at = serializers.DateTimeField()

    @operation("maintenance_window_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, window_id: UUID) -> Response:
        """Get a maintenance window."""
        viewer = self.viewer
        window = window_get(viewer=viewer, window_id=window_id)
        list_reading_tell(viewer=viewer, what=Seen.WINDOWS, among=[window.organization_id])
        return Response(WindowGetApi.Output(window).data)


class WindowListApi(OperationApi):
    """Maintenance windows, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)

    @operation(
        "maintenance_window_list",
        query=Filters,
        returns=page_of(WindowGetApi.Output, "MaintenanceWindowPage"),
    )
    def get(self, request: Request) -> Response:
        """List maintenance windows."""
        wanted, viewer = self.query(WindowListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.WINDOWS)
        rows = narrowed(window_list(viewer=viewer), organization__slug=wanted.get("organization"))
        return paged(request, rows, row=WindowGetApi.Output, order=("-opened_at", "-id"))


class WindowOpenApi(OperationApi):
    """Keeps an organization's alerts from going out for a time."""

    @extend_schema_serializer(component_name="MaintenanceWindowOpening")
    class Input(InputShape):
        organization = serializers.SlugField(help_text="The organization's slug.")
        model = serializers.CharField(
            max_length=200,
            required=False,
            default="",
            allow_blank=True,
            help_text="As provider/model; empty: every model.",
        )
        reason = serializers.CharField(max_length=500)
        starts_at = serializers.DateTimeField()
        ends_at = serializers.DateTimeField()

    @operation(
        "maintenance_window_open",
        body=Input,
        returns=WindowGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Open a maintenance window."""
        given, viewer = self.body(WindowOpenApi.Input), self.viewer
        slug = given.pop("organization")
        organization = named("organization", lambda: organization_get(viewer=viewer, slug=slug))
        window = window_open(viewer=viewer, organization_id=organization.id, **given)
        return created(WindowGetApi.Output, window, at="maintenance-window")


class WindowEndApi(OperationApi):
    """Ends a maintenance window now."""

    @operation(
        "maintenance_window_end",
        returns=WindowGetApi.Output,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT},
    )
    def post(self, request: Request, window_id: UUID) -> Response:
        """End a maintenance window."""
        viewer = self.viewer
        window_end(viewer=viewer, window=window_get(viewer=viewer, window_id=window_id))
        window = window_get(viewer=viewer, window_id=window_id)
        return Response(WindowGetApi.Output(window).data)
