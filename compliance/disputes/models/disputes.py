"""A dispute about two versions, its moves, who reviews it, what was filed in it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import LIVE
from compliance.events.models import append_only
from compliance.registry.models import Version

if TYPE_CHECKING:
    from compliance.disputes.models.batteries import Battery

SIDES = [(side.value, side.value) for side in Side]
_STATES = [(state.value, state.value) for state in DisputeState]


def party(related_name: str) -> models.ForeignKey[Organization, Organization]:
    """An organization that sits in a dispute."""
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name=related_name)


def person() -> models.ForeignKey[object, object]:
    """Whoever took a step."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class Dispute(models.Model):
    """One organization says that another's version has its own for an origin."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claimant = party("disputes_claimed")
    respondent = party("disputes_answered")
    court = party("disputes_heard")
    claimant_version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="disputes_claimed"
    )
    respondent_version = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="disputes_answered"
    )
    claim = models.TextField(help_text="What is claimed, in the claimant's words.")
    state = models.CharField(
        max_length=20, choices=_STATES, default=DisputeState.OPENED.value, db_index=True
    )
    answer_by = models.DateTimeField(
        help_text="From then on the court may order a battery without an answer."
    )
    opened_by = person()
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-opened_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["claimant_version", "respondent_version"],
                condition=models.Q(state__in=sorted(state.value for state in LIVE)),
                name="dispute_live_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.claimant_version} against {self.respondent_version}"

    @property
    def battery(self) -> Battery | None:
        """The newest; the ones before it gave no answer to some of their tests."""
        found = list(self.batteries.all())
        return found[-1] if found else None


class DisputeTransition(models.Model):
    """A move of a dispute: who, when, why."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="transitions")
    old = models.CharField(max_length=20, choices=_STATES)
    new = models.CharField(max_length=20, choices=_STATES)
    who = models.CharField(max_length=200)
    why = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.old} to {self.new}"


class Appointment(models.Model):
    """An academic organization that the court asks to review."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="appointments")
    organization = party("disputes_reviewed")
    appointed_by = person()
    appointed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("appointed_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "organization"], name="appointed_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.organization} reviews {self.dispute}"


class Filing(models.Model):
    """What a party or a reviewer submits; its text is evidence, by digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="filings")
    number = models.PositiveIntegerField(help_text="In its dispute, from 1.")
    organization = party("filings")
    side = models.CharField(max_length=20, choices=SIDES)
    title = models.CharField(max_length=200)
    confidential = models.BooleanField(help_text="For the parties and the court alone.")
    text_sha256 = models.CharField(max_length=64)
    filed_by = person()
    filed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("dispute", "number")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="filing_number_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class FilingFile(models.Model):
    """A file of a filing, which is evidence, by digest."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="files")
    number = models.PositiveSmallIntegerField(help_text="In its filing, from 1.")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()

    class Meta:
        ordering = ("filing", "number")
        constraints = [
            models.UniqueConstraint(fields=["filing", "number"], name="filing_file_number_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.name
