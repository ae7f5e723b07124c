"""What a court rules, and what reviewers hold against it."""

from __future__ import annotations

from django.db import models

from compliance.disputes.models.disputes import Dispute, party, person
from compliance.domain.dispute_words import RulingOutcome
from compliance.events.models import append_only


class Ruling(models.Model):
    """What the court decides, with the results that it rests on, quoted."""

    dispute = models.OneToOneField(Dispute, on_delete=models.PROTECT, related_name="ruling")
    outcome = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in RulingOutcome]
    )
    operative = models.TextField(help_text="What is ordered.")
    reasons = models.TextField()
    findings = models.JSONField(help_text="Every result of the battery, as it was told.")
    ruled_by = person()
    ruled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-ruled_at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"ruling on {self.dispute}"


class Dissent(models.Model):
    """What a reviewer holds against a ruling; the ruling stands."""

    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="dissents")
    organization = party("dissents")
    text = models.TextField()
    dissented_by = person()
    dissented_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("dissented_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["ruling", "organization"], name="dissented_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"dissent of {self.organization}"
