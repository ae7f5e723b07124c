"""Models, versions, their weights, declared lineage and training data."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import Access, LineageRelation, SourceKind
from compliance.events.models import append_only


class Model(models.Model):
    """What a provider registers: a name under which versions appear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="models")
    slug = models.SlugField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    jurisdictions = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        db_default=[],
        help_text="Where it is on offer: ISO 3166-1 alpha-2, or EU.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["organization", "slug"], name="model_slug_unique")
        ]

    def __str__(self) -> str:
        return f"{self.organization.slug}/{self.slug}"


class Version(models.Model):
    """One immutable state of a model: its artifacts, access and declarations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="versions")
    name = models.CharField(max_length=50)
    access = models.CharField(
        max_length=10, choices=[(access.value, access.value) for access in Access]
    )
    location = models.CharField(
        max_length=500, help_text="Folder below the models root, or the endpoint's URL."
    )
    weights_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 over the artifacts' names and digests."
    )
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-registered_at",)
        constraints = [
            models.UniqueConstraint(fields=["model", "name"], name="version_name_unique")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.model} {self.name}"


class EndpointLimit(models.Model):
    """How hard an organization's endpoint may be asked, over all workers together."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="endpoint_limits"
    )
    origin = models.CharField(max_length=300, help_text="Like https://host or https://host:8443.")
    requests_at_once = models.PositiveSmallIntegerField()
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: as many as are answered."
    )
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("origin",)
        constraints = [
            models.UniqueConstraint(fields=["organization", "origin"], name="endpoint_limit_once")
        ]

    def __str__(self) -> str:
        return self.origin


class SketchRow(models.Model):
    """A few kilobytes of a version's weights, by which it is screened against all others."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="sketch")
    form = models.PositiveSmallIntegerField(help_text="Sketches of one form can be compared.")
    width = models.PositiveIntegerField(default=0)
    layers = models.PositiveSmallIntegerField(default=0)
    units = models.PositiveSmallIntegerField(default=0)
    words = models.BinaryField(default=b"")
    reason = models.TextField(blank=True, help_text="Why there is no sketch, where there is none.")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-made_at",)
        verbose_name = "sketch"
        verbose_name_plural = "sketches"
        indexes = [
            models.Index(fields=["form", "width", "layers", "units"], name="sketch_comparable")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"sketch of {self.version}"


class Artifact(models.Model):
    """A file of a version, as it was when it was registered."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="artifacts")
    path = models.CharField(max_length=300)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("path",)
        constraints = [
            models.UniqueConstraint(fields=["version", "path"], name="artifact_path_unique")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.path


class SignedManifest(models.Model):
    """A version's ``model.sig``, whose signature and digests held when it was registered."""

    version = models.OneToOneField(
        Version, on_delete=models.PROTECT, related_name="manifest", primary_key=True
    )
    sha256 = models.CharField(max_length=64, help_text="Of the file model.sig.")
    key = models.CharField(max_length=64, help_text="SHA-256 of the signer's public key.")

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"manifest of {self.version}"


class Lineage(models.Model):
    """A parent that a version declares."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="parents")
    parent = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="children")
    relation = models.CharField(
        max_length=20, choices=[(relation.value, relation.value) for relation in LineageRelation]
    )

    class Meta:
        verbose_name = "declared parent"
        constraints = [models.UniqueConstraint(fields=["version", "parent"], name="lineage_once")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.version} is {self.relation} of {self.parent}"


class TrainingSource(models.Model):
    """A source of training data that a version declares."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.value) for kind in SourceKind]
    )
    name = models.CharField(max_length=200)
    url = models.URLField(blank=True)
    description = models.TextField(blank=True)
    licence = models.CharField(max_length=100, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    declared_at = models.DateTimeField(
        null=True, help_text="Empty: with the version, when that was registered."
    )

    class Meta:
        ordering = ("kind", "name")
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "name"],
                condition=models.Q(declared_at__isnull=False),
                name="source_declared_later_once",
            )
        ]

    def __str__(self) -> str:
        return self.name
