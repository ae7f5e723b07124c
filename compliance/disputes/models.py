"""A dispute about two versions: filings, the battery and its seed, what was ruled."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.audits.models import Run
from compliance.domain.dispute_words import DisputeState, RulingOutcome, Side
from compliance.domain.disputes import LIVE
from compliance.events.models import append_only
from compliance.registry.models import Version

_STATES = [(state.value, state.value) for state in DisputeState]
_SIDES = [(side.value, side.value) for side in Side]


def _party(related_name: str) -> models.ForeignKey[Organization, Organization]:
    return models.ForeignKey(Organization, on_delete=models.PROTECT, related_name=related_name)


def _person() -> models.ForeignKey[object, object]:
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class Dispute(models.Model):
    """One organization says that another's version has its own for an origin."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claimant = _party("disputes_claimed")
    respondent = _party("disputes_answered")
    court = _party("disputes_heard")
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
    opened_by = _person()
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
    organization = _party("disputes_reviewed")
    appointed_by = _person()
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
    organization = _party("filings")
    side = models.CharField(max_length=20, choices=_SIDES)
    title = models.CharField(max_length=200)
    confidential = models.BooleanField(help_text="For the parties and the court alone.")
    text_sha256 = models.CharField(max_length=64)
    filed_by = _person()
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


class Battery(models.Model):
    """The stress tests that the court orders, frozen before their seed is drawn."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="battery")
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    draw_by = models.DateTimeField(
        help_text="From then on the court may draw with what was revealed."
    )
    court_share = models.CharField(
        max_length=64, help_text="Secret until the seed is drawn; hex of 32 bytes."
    )
    court_commitment = models.CharField(max_length=64)
    ordered_by = _person()
    ordered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-ordered_at",)
        verbose_name_plural = "batteries"
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"battery in {self.dispute}"


class Commitment(models.Model):
    """What a party commits to before anybody reveals."""

    battery = models.ForeignKey(Battery, on_delete=models.PROTECT, related_name="commitments")
    side = models.CharField(max_length=20, choices=_SIDES)
    sha256 = models.CharField(max_length=64, help_text="Of its share of the seed.")
    committed_by = _person()
    committed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("committed_at", "id")
        constraints = [models.UniqueConstraint(fields=["battery", "side"], name="committed_once")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"commitment of the {self.side}"


class Reveal(models.Model):
    """A party's share of the seed, as it committed to it."""

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="reveal")
    share = models.CharField(max_length=64, help_text="Hex of 32 bytes.")
    revealed_by = _person()
    revealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("revealed_at", "id")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"share of the {self.commitment.side}"


class Draw(models.Model):
    """The seed of a battery, and the run that it began."""

    battery = models.OneToOneField(Battery, on_delete=models.PROTECT, related_name="draw")
    seed = models.CharField(max_length=64, help_text="Hex of 32 bytes.")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="draw")
    drawn_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-drawn_at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"seed of the {self.battery}"


class Ruling(models.Model):
    """What the court decides, with the results that it rests on, quoted."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="ruling")
    outcome = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in RulingOutcome]
    )
    operative = models.TextField(help_text="What is ordered.")
    reasons = models.TextField()
    findings = models.JSONField(help_text="Every result of the battery, as it was told.")
    ruled_by = _person()
    ruled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-ruled_at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"ruling on {self.dispute}"


class Dissent(models.Model):
    """What a reviewer holds against a ruling; the ruling stands."""

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="dissents")
    organization = _party("dissents")
    text = models.TextField()
    dissented_by = _person()
    dissented_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("dissented_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["ruling", "organization"], name="dissented_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"dissent of {self.organization}"
