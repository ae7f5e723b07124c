"""Versions of policy packs, and who holds themselves to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.policy.packs import Pack, pack_from_json
from compliance.events.models import append_only


class PolicyPack(models.Model):
    """A version of a policy pack, as it was registered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField()
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True, help_text="Of its canonical JSON.")
    content = models.JSONField()
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="policy_pack_version_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def pack(self) -> Pack:
        """What it demands, as a domain value."""
        return pack_from_json(self.content)


class Adoption(models.Model):
    """An organization holds itself to a version of a policy pack, until it drops it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="adoptions"
    )
    pack = models.ForeignKey(PolicyPack, on_delete=models.PROTECT, related_name="adoptions")
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    adopted_at = models.DateTimeField()
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last looked what is due by it."
    )

    class Meta:
        ordering = ("-adopted_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "pack"],
                condition=models.Q(dropped_at__isnull=True),
                name="adoption_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pack} by {self.organization}"
