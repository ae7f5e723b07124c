"""The admin of models and versions: registered by their providers, fixed from then on."""

from __future__ import annotations

from django.contrib import admin

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import FixedInline, RecordAdmin, ServiceAdmin, ServiceForm
from compliance.accounts.selectors import Viewer
from compliance.domain.endpoints import RequestLimit
from compliance.domain.readings import Seen
from compliance.registry.models import (
    Artifact,
    EndpointLimit,
    Lineage,
    Model,
    SignedManifest,
    SketchRow,
    TrainingSource,
    Version,
)
from compliance.registry.services import endpoint_limit_set


class VersionInline(FixedInline):
    model = Version
    fields = ("name", "access", "location", "weights_digest", "registered_at")


class ArtifactInline(FixedInline):
    model = Artifact
    fields = ("path", "size_bytes", "sha256")


class ParentInline(FixedInline):
    model = Lineage
    fk_name = "version"
    fields = ("parent", "relation")
    verbose_name_plural = "declared parents"


class SourceInline(FixedInline):
    model = TrainingSource
    fields = ("kind", "name", "licence", "url")


@admin.register(Model)
class ModelAdmin(RecordAdmin):
    """Models."""

    told = Told(Seen.MODEL, Seen.MODELS, model="")
    list_display = ("name", "slug", "organization", "created_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("id", "name", "slug", "organization__name")
    fields = ("id", "organization", "slug", "name", "description", "created_at")
    inlines = (VersionInline,)


@admin.register(Version)
class VersionAdmin(RecordAdmin):
    """Versions with what their providers declared."""

    told = Told(Seen.VERSION, Seen.VERSIONS)
    list_display = ("__str__", "access", "location", "registered_by", "registered_at")
    list_filter = ("access", "model__organization")
    list_select_related = ("model__organization", "registered_by")
    search_fields = ("id", "name", "model__slug", "model__name", "weights_digest")
    fields = (
        "id",
        "model",
        "name",
        "access",
        "location",
        "weights_digest",
        "registered_by",
        "registered_at",
    )
    inlines = (ArtifactInline, ParentInline, SourceInline)


class EndpointLimitForm(ServiceForm):
    class Meta:
        model = EndpointLimit
        fields = ("organization", "origin", "requests_at_once", "requests_per_minute")

    def make(self, viewer: Viewer) -> EndpointLimit:
        chosen = self.cleaned_data
        return endpoint_limit_set(
            viewer=viewer,
            organization_id=chosen["organization"].id,
            url=chosen["origin"],
            limit=RequestLimit(chosen["requests_at_once"], chosen["requests_per_minute"]),
        )


@admin.register(EndpointLimit)
class EndpointLimitAdmin(ServiceAdmin):
    """How hard endpoints may be asked; adding one again replaces it."""

    told = Told(Seen.ENDPOINT_LIMITS, Seen.ENDPOINT_LIMITS, among=("organization_id",))
    add_form = EndpointLimitForm
    list_display = ("origin", "organization", "requests_at_once", "requests_per_minute")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    search_fields = ("origin", "organization__name")
    fields = (
        "organization",
        "origin",
        "requests_at_once",
        "requests_per_minute",
        "changed_by",
        "changed_at",
    )
    add_fieldsets = (
        (
            None,
            {"fields": ("organization", "origin", "requests_at_once", "requests_per_minute")},
        ),
    )


@admin.register(Artifact)
class ArtifactAdmin(RecordAdmin):
    """Files of versions, as they were when they were registered."""

    told = Told(Seen.VERSION, Seen.VERSIONS, "version")
    list_display = ("path", "version", "size_bytes", "sha256")
    list_filter = ("version__access", "version__model__organization")
    list_select_related = ("version__model__organization",)
    search_fields = ("path", "sha256", "version__name", "version__model__slug")
    fields = ("version", "path", "size_bytes", "sha256")


@admin.register(SignedManifest)
class SignedManifestAdmin(RecordAdmin):
    """Manifests that held when their versions were registered."""

    told = Told(Seen.VERSION, Seen.VERSIONS, "version")
    list_display = ("version", "key", "sha256")
    list_filter = ("version__model__organization",)
    list_select_related = ("version__model__organization",)
    search_fields = ("key", "sha256", "version__name", "version__model__slug")
    fields = ("version", "key", "sha256")


@admin.register(SketchRow)
class SketchRowAdmin(RecordAdmin):
    """Sketches by which versions are screened against each other."""

    told = Told(Seen.VERSION, Seen.VERSIONS, "version")
    list_display = ("version", "width", "layers", "units", "reason", "made_at")
    list_filter = (("reason", admin.EmptyFieldListFilter), "version__model__organization")
    list_select_related = ("version__model__organization",)
    search_fields = ("version__name", "version__model__slug", "reason")
    fields = ("version", "form", "width", "layers", "units", "reason", "made_at")


@admin.register(Lineage)
class LineageAdmin(RecordAdmin):
    """Declared parents."""

    told = Told(Seen.VERSION, Seen.VERSIONS, "version")
    list_display = ("version", "relation", "parent")
    list_filter = ("relation",)
    list_select_related = ("version__model__organization", "parent__model__organization")
    search_fields = ("version__model__slug", "parent__model__slug")
    fields = ("version", "relation", "parent")


@admin.register(TrainingSource)
class TrainingSourceAdmin(RecordAdmin):
    """Declared sources of training data."""

    told = Told(Seen.VERSION, Seen.VERSIONS, "version")
    list_display = ("name", "kind", "licence", "version", "declared_at")
    list_filter = ("kind",)
    list_select_related = ("version__model__organization",)
    search_fields = ("name", "url", "licence", "version__model__slug")
    fields = (
        "version",
        "kind",
        "name",
        "url",
        "licence",
        "description",
        "declared_by",
        "declared_at",
    )
