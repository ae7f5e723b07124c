"""Versions: list, get, register."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.accounts.services import list_reading_tell, model_reading_tell
from compliance.api.operations import OperationApi, created, named, narrowed, operation
from compliance.api.pagination import PageFilters, page_of, paged
from compliance.api.shapes import InputShape, OutputShape, Reference, words
from compliance.api.v1.training_data_sources import SourceDeclaration, declared
from compliance.domain.lineage import DeclaredParent
from compliance.domain.readings import Seen
from compliance.domain.vocabulary import Access, LineageRelation, SourceKind
from compliance.registry.selectors import model_get, version_get, version_list
from compliance.registry.services import Declarations, version_register

MOST_DECLARED = 50


class VersionGetApi(OperationApi):
    """One version with its artifacts and declarations."""

    @extend_schema_serializer(component_name="Version")
    class Output(OutputShape):
        """One immutable state of a model."""

        @extend_schema_serializer(component_name="Artifact")
        class Artifact(OutputShape):
            """A file as it was when the version was registered."""

            path = serializers.CharField()
            size_bytes = serializers.IntegerField()
            sha256 = serializers.CharField()

        @extend_schema_serializer(component_name="Parent")
        class Parent(OutputShape):
            """A parent that the provider declared."""

            version = Reference(source="parent")
            relation = serializers.ChoiceField(choices=words(LineageRelation))

        @extend_schema_serializer(component_name="TrainingSource")
        class Source(OutputShape):
            """A source of training data that the provider declared."""

            kind = serializers.ChoiceField(choices=words(SourceKind))
            name = serializers.CharField()
            url = serializers.CharField()
            description = serializers.CharField()
            licence = serializers.CharField()

        @extend_schema_serializer(component_name="SignedManifest")
        class Manifest(OutputShape):
            """A model.sig whose signature and digests held at registration."""

            sha256 = serializers.CharField(help_text="Of the file model.sig.")
            key = serializers.CharField(help_text="SHA-256 of the signer's public key.")

        id = serializers.UUIDField()
        label = serializers.CharField(source="__str__")  # type: ignore[assignment]
        model = Reference()
        name = serializers.CharField()
        access = serializers.ChoiceField(choices=words(Access))
        location = serializers.CharField()
        weights_digest = serializers.CharField(
            help_text="Of sealed weights the root of their sealing; empty where none are held."
        )
        registered_by = serializers.CharField()
        registered_at = serializers.DateTimeField()
        manifest = Manifest(allow_null=True)
        artifacts = Artifact(many=True)
        parents = Parent(many=True, help_text="Those that you may read.")
        hides_parents = serializers.BooleanField(
            help_text="Whether parents are declared that you may not read."
        )
        sources = Source(many=True)

    @operation("version_get", returns=Output, refuses={HTTPStatus.NOT_FOUND})
    def get(self, request: Request, version_id: UUID) -> Response:
        """Get a version."""
        viewer = self.viewer
        version = version_get(viewer=viewer, version_id=version_id)
        subject = f"version/{version.id}"
        model_reading_tell(viewer=viewer, what=Seen.VERSION, model=version.model, subject=subject)
        return Response(VersionGetApi.Output(version).data)


class VersionListApi(OperationApi):
    """Versions, newest first."""

    class Filters(PageFilters):
        organization = serializers.SlugField(required=False, help_text="A provider's slug.")
        model = serializers.UUIDField(required=False)
        name = serializers.CharField(required=False, max_length=50)
        access = serializers.ChoiceField(choices=words(Access), required=False)
        weights_digest = serializers.CharField(required=False, max_length=64)

    @operation("version_list", query=Filters, returns=page_of(VersionGetApi.Output, "VersionPage"))
    def get(self, request: Request) -> Response:
        """List versions."""
        wanted, viewer = self.query(VersionListApi.Filters), self.viewer
        list_reading_tell(viewer=viewer, what=Seen.VERSIONS)
        rows = narrowed(
            version_list(viewer=viewer),
            model__organization__slug=wanted.get("organization"),
            model=wanted.get("model"),
            name=wanted.get("name"),
            access=wanted.get("access"),
            weights_digest=wanted.get("weights_digest"),
        )
        return paged(request, rows, row=VersionGetApi.Output, order=("-registered_at", "-id"))


class VersionRegisterApi(OperationApi):
    """Registers a version: its artifacts are digested as they lie there now."""

    @extend_schema_serializer(component_name="VersionRegistration")
    class Input(InputShape):
        @extend_schema_serializer(component_name="ParentDeclaration")
        class Parent(InputShape):
            version = serializers.UUIDField()
            relation = serializers.ChoiceField(choices=words(LineageRelation))

        model = serializers.UUIDField()
        name = serializers.CharField(max_length=50)
        access = serializers.ChoiceField(choices=words(Access))
        location = serializers.CharField(
            max_length=500,
            help_text="Folder below the models root, the endpoint's URL, or of sealed weights what "
            "'assay weights seal' printed.",
        )
        parents = Parent(  # type: ignore[call-arg]
            many=True, required=False, max_length=MOST_DECLARED
        )
        sources = SourceDeclaration(  # type: ignore[call-arg]
            many=True, required=False, max_length=MOST_DECLARED
        )

    @operation(
        "version_register",
        body=Input,
        returns=VersionGetApi.Output,
        status=HTTPStatus.CREATED,
        refuses={HTTPStatus.FORBIDDEN},
    )
    def post(self, request: Request) -> Response:
        """Register a version."""
        given, viewer = self.body(VersionRegisterApi.Input), self.viewer
        version = version_register(
            viewer=viewer,
            model=named("model", lambda: model_get(viewer=viewer, model_id=given["model"])),
            name=given["name"],
            access=Access(given["access"]),
            location=given["location"],
            declarations=_declarations(given),
        )
        version = version_get(viewer=viewer, version_id=version.id)
        return created(VersionGetApi.Output, version, at="version")


def _declarations(given: Mapping[str, Any]) -> Declarations:
    return Declarations(
        parents=tuple(
            DeclaredParent(
                version_id=parent["version"], relation=LineageRelation(parent["relation"])
            )
            for parent in given.get("parents", ())
        ),
        sources=tuple(declared(source) for source in given.get("sources", ())),
    )
