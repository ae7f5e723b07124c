"""Batteries: proposed, agreed on or ordered, and the seed that is drawn for each."""

from __future__ import annotations

from django.db import models

from compliance.audits.models import Run
from compliance.disputes.models.disputes import SIDES, Dispute, person
from compliance.events.models import append_only


class Proposal(models.Model):
    """A battery that one party would agree to; the other agrees, objects, or lets the time pass."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField(help_text="Of the battery that it would be.")
    side = models.CharField(max_length=20, choices=SIDES)
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    draw_by = models.DateTimeField(help_text="By when the seed would be drawn.")
    reasons = models.TextField()
    agree_by = models.DateTimeField(help_text="From then on the court may order.")
    proposed_by = person()
    proposed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("proposed_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number", "side"], name="proposed_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"proposal of the {self.side}"


class Objection(models.Model):
    """Why a party does not agree to what the other proposed."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="objection")
    reasons = models.TextField()
    objected_by = person()
    objected_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("objected_at", "id")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"objection to the {self.proposal}"


class Battery(models.Model):
    """Stress tests that the court ordered or both parties agreed on, before their seed is drawn."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="batteries")
    number = models.PositiveSmallIntegerField(default=1, help_text="In its dispute, from 1.")
    agreed = models.OneToOneField(
        Proposal,
        on_delete=models.PROTECT,
        related_name="battery",
        null=True,
        help_text="What the parties agreed on; empty where the court ordered.",
    )
    reasons = models.TextField(blank=True, help_text="Why the court ordered it.")
    plan = models.JSONField()
    plan_digest = models.CharField(max_length=64)
    draw_by = models.DateTimeField(
        help_text="From then on the court may draw with what was revealed."
    )
    court_share = models.CharField(
        max_length=64, help_text="Secret until the seed is drawn; hex of 32 bytes."
    )
    court_commitment = models.CharField(max_length=64)
    ordered_by = person()
    ordered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "batteries"
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="battery_number_once")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"battery {self.number} in {self.dispute}"

    @property
    def was_agreed(self) -> bool:
        """Whether both parties agreed on it; else the court ordered it."""
        return self.agreed_id is not None

    @property
    def drawn(self) -> Draw | None:
        """Its seed and its run, once they are drawn."""
        return getattr(self, "draw", None)


class Commitment(models.Model):
    """What a party commits to before anybody reveals."""

    battery = models.ForeignKey(Battery, on_delete=models.PROTECT, related_name="commitments")
    side = models.CharField(max_length=20, choices=SIDES)
    sha256 = models.CharField(max_length=64, help_text="Of its share of the seed.")
    committed_by = person()
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
    revealed_by = person()
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
