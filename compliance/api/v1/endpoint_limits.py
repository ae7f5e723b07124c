"""Limits of endpoints: list, get, set."""

from __future__ import annotations

from http import HTTPStatus

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import organization_get
from compliance.accounts.services import list_reading_tell
from compliance.api.operations import OperationApi, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape
from compliance.domain.endpoints import RequestLimit
from compliance.domain.readings import Seen
from compliance.registry.selectors import (
    endpoint_limit_get,
    endpoint_limit_held,
    endpoint_limit_list,
)
from compliance.registry.services import endpoint_limit_set

MOST_AT_ONCE = 1_000
MOST_PER_MINUTE = 2**31 - 1


class EndpointLimitGetApi(OperationApi):
    """One limit."""

    @extend_schema_serializer(component_name="EndpointLimit")
    class Output(OutputShape):
        """How hard an organization's endpoint may be asked, over all workers together."""

        id = serializers.IntegerField()
        organization = serializers.CharField(source="organization.slug")
        origin = serializers.CharField()
        requests_at_once = serializers.IntegerField()
        requests_per_minute = serializers.IntegerField(
            allow_null=True, help_text="Null: as many as are answered."
        )
        changed_by = serializers.CharField()
        changed_at = serializers.DateTimeField()

    @operation("endpoint_limit_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, limit_id: int) -> Response:
        """Get the limit of an endpoint."""
        viewer = self.viewer
        found = endpoint_limit_get(viewer=viewer, limit_id=limit_id)
        among = [found.organization_id]
        list_reading_tell(viewer=viewer, what=Seen.ENDPOINT_LIMITS, among=among)
        return Response(EndpointLimitGetApi.Output(found).data)


class EndpointLimitListApi(OperationApi):
    """Limits of endpoints, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False)

    @operation(
        "endpoint_limit_list",
        query=Filters,
        returns=page_of(EndpointLimitGetApi.Output, "EndpointLimitPage"),
    )
    def get(self, request: Request) -> Response:
        """List limits of endpoints."""
        wanted, viewer = self.query(EndpointLimitListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.ENDPOINT_LIMITS, whole=True)
        rows = narrowed(
            endpoint_limit_list(viewer=viewer), organization__slug=wanted.get("organization")
        )
        return paged(request, rows, row=EndpointLimitGetApi.Output, order=("-changed_at", "-id"))


class EndpointLimitSetApi(OperationApi):
    """Says how hard an endpoint may be asked, in place of what was said before."""

    @extend_schema_serializer(component_name="EndpointLimitSetting")
    class Input(InputShape):
        organization = serializers.SlugField(help_text="The provider's slug.")
        origin = serializers.CharField(max_length=300, help_text="Like `https://host`.")
        requests_at_once = serializers.IntegerField(min_value=1, max_value=MOST_AT_ONCE)
        requests_per_minute = serializers.IntegerField(
            required=False, allow_null=True, min_value=1, max_value=MOST_PER_MINUTE
        )

    @operation(
        "endpoint_limit_set",
        body=Input,
        returns=EndpointLimitGetApi.Output,
        refuses={HTTPStatus.FORBIDDEN, HTTPStatus.PRECONDITION_FAILED},
    )
    def post(self, request: Request) -> Response:
        """Set the limit of an endpoint."""
        given, viewer = self.body(EndpointLimitSetApi.Input), self.viewer
        slug = given["organization"]
        organization = named("organization", lambda: organization_get(viewer=viewer, slug=slug))
        known = endpoint_limit_held(
            viewer=viewer, organization_id=organization.id, url=given["origin"]
        )
        self.seen(EndpointLimitGetApi.Output, known)
        row = endpoint_limit_set(
            viewer=viewer,
            organization_id=organization.id,
            url=given["origin"],
            limit=RequestLimit(given["requests_at_once"], given.get("requests_per_minute")),
        )
        return Response(EndpointLimitGetApi.Output(row).data)
