"""Models: list, get, register."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import organization_get
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape
from compliance.registry.selectors import model_get, model_list
from compliance.registry.services import model_register


class ModelGetApi(OperationApi):
    """One model."""

    @extend_schema_serializer(component_name="Model")
    class Output(OutputShape):
        """What a provider registered: a name under which versions appear."""

        id = serializers.UUIDField()
        organization = serializers.CharField(
            source="organization.slug", help_text="The provider's slug."
        )
        slug = serializers.CharField()
        name = serializers.CharField()
        description = serializers.CharField()
        version_count = serializers.IntegerField()
        created_at = serializers.DateTimeField()

    @operation("model_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, model_id: UUID) -> Response:
        """Get a model."""
        return Response(self.Output(model_get(viewer=self.viewer, model_id=model_id)).data)


class ModelListApi(OperationApi):
    """Every model the viewer may read."""

    @extend_schema_serializer(component_name="ModelFilters")
    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        slug = serializers.SlugField(required=False)

    @operation("model_list", query=Filters, returns=page_of(ModelGetApi.Output, "ModelPage"))
    def get(self, request: Request) -> Response:
        """List models."""
        wanted = self.query(ModelListApi.Filters)
        rows = narrowed(
            model_list(viewer=self.viewer),
            organization__slug=wanted.get("organization"),
            slug=wanted.get("slug"),
        )
        return paged(request, rows, row=ModelGetApi.Output, order=("-created_at", "-id"))


class ModelRegisterApi(OperationApi):
    """Registers a model."""

    @extend_schema_serializer(component_name="ModelRegistration")
    class Input(InputShape):
        organization = serializers.SlugField(help_text="The provider's slug.")
        slug = serializers.SlugField(max_length=50)
        name = serializers.CharField(max_length=200)
        description = serializers.CharField(required=False, allow_blank=True, max_length=5000)

    @operation(
        "model_register",
        body=Input,
        returns=ModelGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Register a model."""
        given, viewer = self.body(ModelRegisterApi.Input), self.viewer
        slug = given.pop("organization")
        organization = named("organization", lambda: organization_get(viewer=viewer, slug=slug))
        model = model_register(viewer=viewer, organization_id=organization.id, **given)
        model = model_get(viewer=viewer, model_id=model.id)
        return created(ModelGetApi.Output, model, at="model")
