"""What can be run, and what makes runs: stress tests on offer, schedules, subscriptions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from compliance.accounts.models import Organization
from compliance.domain.schedules import CATCH_UP_WORDS
from compliance.domain.vocabulary import CatchUp, Effect, Kind, Severity
from compliance.registry.models import Model


class StressTest(models.Model):
    """A stress test that a live worker announced; only these can be scheduled."""

    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    title = models.CharField(max_length=200)
    needs = models.JSONField()
    parameters = models.JSONField(help_text="Parameter names with their defaults.")
    data_card = models.JSONField()
    claim = models.TextField()
    sources = models.JSONField()
    code_digest = models.CharField(max_length=64)
    validity = models.JSONField(null=True, help_text="Measured error rates; empty: leads only.")
    audit = models.JSONField(
        null=True, blank=True, help_text="What people who correct its judge are asked, if they can."
    )
    choices = models.JSONField(
        default=dict, blank=True, help_text="The values of parameters that take only some, by name."
    )
    plan = models.JSONField(
        null=True, blank=True, help_text="What a run with default parameters would come to."
    )
    announced_at = models.DateTimeField()

    class Meta:
        ordering = ("name", "-version")
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="stress_test_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


class Schedule(models.Model):
    """Makes runs of a battery on a model's newest version, by time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="schedules")
    name = models.CharField(max_length=200)
    battery = models.JSONField()
    cron = models.CharField(max_length=100, blank=True)
    interval_seconds = models.PositiveIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    catch_up = models.CharField(
        max_length=10,
        choices=[(policy.value, words) for policy, words in CATCH_UP_WORDS.items()],
        default=CatchUp.RUN_ONCE.value,
    )
    jitter_seconds = models.PositiveIntegerField(
        default=0, help_text="Each firing comes up to this much late, drawn for each."
    )
    token_budget = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Tokens that each stress test may take; empty: no end."
    )
    anchor = models.DateTimeField(help_text="When the rule came into force.")
    next_due_at = models.DateTimeField(db_index=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="For good; one that has ended stays paused."
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(paused_at__isnull=False),
                name="schedule_ended_is_paused",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """What is to be done when something happens: start a run, open an alert, call a webhook."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="subscriptions"
    )
    event_type = models.CharField(max_length=60)
    model = models.ForeignKey(
        Model, on_delete=models.PROTECT, null=True, blank=True, help_text="Empty: every model."
    )
    filter = models.JSONField(
        default=dict,
        blank=True,
        help_text="Keys of the event's payload, each with its value or a list of values.",
    )
    effect = models.CharField(
        max_length=10,
        choices=[(effect.value, effect.value) for effect in Effect],
        default=Effect.RUN.value,
    )
    battery = models.JSONField(default=list, blank=True, help_text="Of the runs it starts.")
    severity = models.CharField(
        max_length=10,
        blank=True,
        choices=[(severity.value, severity.value) for severity in Severity],
        help_text="Of the alerts it opens.",
    )
    url = models.URLField(max_length=500, blank=True, help_text="That it calls.")
    secret = models.CharField(
        max_length=100, blank=True, help_text="That its calls are signed with."
    )
    old_secret = models.CharField(
        max_length=100, blank=True, db_default="", help_text="Signs beside the new one for a while."
    )
    old_secret_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.event_type} for {self.model or self.organization}"


class Firing(models.Model):
    """A slot of a schedule and what became of it; a skipped slot is evidence too."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="firings")
    due_at = models.DateTimeField()
    run = models.OneToOneField("audits.Run", on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why no run was made.")

    class Meta:
        ordering = ("-due_at",)
        constraints = [
            # Any number of schedulers may look: one slot is one firing.
            models.UniqueConstraint(fields=["schedule", "due_at"], name="firing_once")
        ]

    def __str__(self) -> str:
        return f"{self.schedule} at {self.due_at:%Y-%m-%d %H:%M}"
