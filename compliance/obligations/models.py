"""Obligations: one demand of an adopted pack on one version, and what was told and said of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.domain.policy.obligations import NoticeKind
from compliance.domain.policy.packs import Demand
from compliance.events.models import append_only
from compliance.policies.models import Adoption, PolicyPack
from compliance.registry.models import Version


class Obligation(models.Model):
    """A demand on a version. Where it stands follows from results, and is never written here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    adoption = models.ForeignKey(Adoption, on_delete=models.PROTECT, related_name="obligations")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="obligations")
    demand = models.SlugField(help_text="Its id in the pack.")
    test_name = models.CharField(max_length=100)
    starts_at = models.DateTimeField(help_text="When it began to bind.")
    due_at = models.DateTimeField(
        db_index=True, help_text="When nothing answers it any more, as the clock last found it."
    )
    in_force = models.BooleanField(
        default=True, help_text="The version is its model's newest, and the demand is for it."
    )

    class Meta:
        ordering = ("due_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["adoption", "version", "demand"], name="obligation_once"
            )
        ]
        indexes = [models.Index(fields=["adoption", "in_force", "due_at"], name="obligation_due")]

    def __str__(self) -> str:
        return f"{self.demand} of {self.adoption.pack} on {self.version}"

    @property
    def asked(self) -> Demand:
        """The demand, as a domain value."""
        return next(one for one in self.adoption.pack.pack.demands if one.id == self.demand)


class Notice(models.Model):
    """That an obligation is due or overdue was told, once for each time that it came true."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(
        max_length=10, choices=[(kind.value, kind.value) for kind in NoticeKind]
    )
    due_at = models.DateTimeField(help_text="Since when nothing answered it.")
    told_at = models.DateTimeField()

    class Meta:
        ordering = ("-told_at", "-id")
        constraints = [
            # Any number of schedulers may look: each time is told of once.
            models.UniqueConstraint(
                fields=["obligation", "kind", "due_at"], name="obligation_notice_once"
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind}: {self.obligation}"


class Summary(models.Model):
    """A verification summary (VSA) of a version against a pack, as it was at one moment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack = models.ForeignKey(PolicyPack, on_delete=models.PROTECT, related_name="summaries")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="summaries")
    met = models.BooleanField(help_text="Every demand was met then.")
    statement_sha256 = models.CharField(max_length=64, help_text="Names its statement.")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ("-issued_at", "-id")
        verbose_name_plural = "summaries"
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.version} against {self.pack}"
