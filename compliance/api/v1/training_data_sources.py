"""Training-data sources that providers declared: list, get, declare."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import AddressField, InputShape, OutputShape, Reference, words
from compliance.domain.lineage import DeclaredSource
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import SourceKind
from compliance.registry.selectors import version_get
from compliance.registry.services import training_source_declare
from compliance.registry.sources import training_source_get, training_source_list


@extend_schema_serializer(component_name="TrainingSourceDeclaration")
class SourceDeclaration(InputShape):
    """A source of training data as a provider declares it."""

    kind = serializers.ChoiceField(choices=words(SourceKind))
    name = serializers.CharField(max_length=200)
    url = AddressField(required=False, allow_blank=True, max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    licence = serializers.CharField(required=False, allow_blank=True, max_length=100)


def declared(given: Mapping[str, Any]) -> DeclaredSource:
    """What a checked declaration says."""
    return DeclaredSource(**{**given, "kind": SourceKind(given["kind"])})


class TrainingSourceGetApi(OperationApi):
    """One source."""

    @extend_schema_serializer(component_name="TrainingDataSource")
    class Output(OutputShape):
        """A source of training data, as the provider declared it of a version."""

        id = serializers.IntegerField()
        organization = serializers.CharField(
            source="version.model.organization.slug", help_text="The provider's slug."
        )
        model = Reference(source="version.model")
        version = Reference()
        kind = serializers.ChoiceField(choices=words(SourceKind))
        name = serializers.CharField()
        url = serializers.CharField()
        description = serializers.CharField()
        licence = serializers.CharField(help_text="As declared; empty where none is.")
        declared_at = serializers.DateTimeField(source="stands_from")

    @operation("training_source_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, source_id: int) -> Response:
        """Get a training-data source."""
        viewer = self.viewer
        source = training_source_get(viewer=viewer, source_id=source_id)
        version = source.version
        subject = f"version/{version.id}"
        model_reading_tell(viewer=viewer, what=Seen.VERSION, model=version.model, subject=subject)
        return Response(TrainingSourceGetApi.Output(source).data)


class TrainingSourceListApi(OperationApi):
    """Sources, those declared last first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        model = serializers.UUIDField(required=False)
        version = serializers.UUIDField(required=False)
        kind = serializers.ChoiceField(choices=words(SourceKind), required=False)
        licence = serializers.CharField(required=False, max_length=100)

    @operation(
        "training_source_list",
        query=Filters,
        returns=page_of(TrainingSourceGetApi.Output, "TrainingDataSourcePage"),
    )
    def get(self, request: Request) -> Response:
        """List training-data sources."""
        wanted, viewer = self.query(TrainingSourceListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.SOURCES)
        rows = narrowed(
            training_source_list(viewer=viewer),
            version__model__organization__slug=wanted.get("organization"),
            version__model=wanted.get("model"),
            version=wanted.get("version"),
            kind=wanted.get("kind"),
            licence=wanted.get("licence"),
        )
        return paged(request, rows, row=TrainingSourceGetApi.Output, order=("-id",))


class TrainingSourceDeclareApi(OperationApi):
    """Declares a source of a version that is registered already."""

    @extend_schema_serializer(component_name="LaterTrainingSourceDeclaration")
    class Input(SourceDeclaration):
        version = serializers.UUIDField()

    @operation(
        "training_source_declare",
        body=Input,
        returns=TrainingSourceGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Declare a training-data source."""
        given, viewer = self.body(TrainingSourceDeclareApi.Input), self.viewer
        version_id = given.pop("version")
        version = named("version", lambda: version_get(viewer=viewer, version_id=version_id))
        made = training_source_declare(viewer=viewer, version=version, source=declared(given))
        source = training_source_get(viewer=viewer, source_id=made.pk)
        return created(TrainingSourceGetApi.Output, source, at="training-data-source")
