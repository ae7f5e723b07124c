"""Models: list, get, register."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.selectors import organization_get
from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape
from compliance.domain.readings import Seen
from compliance.registry.selectors import model_get, model_list
from compliance.registry.services import model_offer, model_register


class JurisdictionsField(serializers.ListField):
    """Codes of jurisdictions."""

    child = serializers.CharField(min_length=2, max_length=2)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, help_text="ISO 3166-1 alpha-2, or EU.", **kwargs)


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
        jurisdictions = serializers.ListField(
            child=serializers.CharField(), help_text="Where it is on offer."
        )
        version_count = serializers.IntegerField()
        created_at = serializers.DateTimeField()

    @operation("model_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, model_id: UUID) -> Response:
        """Get a model."""
        viewer = self.viewer
        model = model_get(viewer=viewer, model_id=model_id)
        model_reading_tell(viewer=viewer, what=Seen.MODEL, model=model, subject=f"model/{model.id}")
        return Response(self.Output(model).data)


class ModelListApi(OperationApi):
    """Every model the viewer may read."""

    @extend_schema_serializer(component_name="ModelFilters")
    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        slug = serializers.SlugField(required=False)
        jurisdiction = serializers.CharField(
            required=False, min_length=2, max_length=2, help_text="Where they are on offer."
        )

    @operation("model_list", query=Filters, returns=page_of(ModelGetApi.Output, "ModelPage"))
    def get(self, request: Request) -> Response:
        """List models."""
        wanted, viewer = self.query(ModelListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.MODELS)
        rows = narrowed(
            model_list(viewer=viewer),
            organization__slug=wanted.get("organization"),
            slug=wanted.get("slug"),
            jurisdictions__contains=[one] if (one := wanted.get("jurisdiction")) else None,
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
        jurisdictions = JurisdictionsField(required=False)

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


class ModelOfferApi(OperationApi):
    """Says where a model is on offer, in place of what was said before."""

    @extend_schema_serializer(component_name="ModelOffer")
    class Input(InputShape):
        jurisdictions = JurisdictionsField()

    @operation(
        "model_offer",
        body=Input,
        returns=ModelGetApi.Output,
        refuses={HTTPStatus.NOT_FOUND},
    )
    def put(self, request: Request, model_id: UUID) -> Response:
        """Set the jurisdictions that a model is on offer in."""
        viewer = self.viewer
        model = model_get(viewer=viewer, model_id=model_id)
        given = self.body(ModelOfferApi.Input)
        model_offer(viewer=viewer, model=model, **given)
        return Response(ModelGetApi.Output(model_get(viewer=viewer, model_id=model_id)).data)
