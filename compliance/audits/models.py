"""Stress tests on offer, schedules, subscriptions, runs, shards, scores and results."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import (
    CatchUp,
    Kind,
    RunState,
    ShardState,
    Trigger,
    Verdict,
)
from compliance.events.models import Event, append_only
from compliance.registry.models import Model, Version


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
        choices=[(policy.value, policy.value) for policy in CatchUp],
        default=CatchUp.RUN_ONCE.value,
    )
    anchor = models.DateTimeField(help_text="When the rule came into force.")
    next_due_at = models.DateTimeField(db_index=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """Makes runs of a battery by event."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="subscriptions"
    )
    event_type = models.CharField(max_length=60)
    model = models.ForeignKey(
        Model, on_delete=models.PROTECT, null=True, blank=True, help_text="Empty: every model."
    )
    battery = models.JSONField()
    paused_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.event_type} for {self.model or self.organization}"


class Run(models.Model):
    """One execution of a battery on a version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="runs")
    battery = models.JSONField()
    state = models.CharField(
        max_length=20,
        choices=[(state.value, state.value) for state in RunState],
        default=RunState.REQUESTED.value,
        db_index=True,
    )
    trigger = models.CharField(
        max_length=20, choices=[(trigger.value, trigger.value) for trigger in Trigger]
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    requested_at = models.DateTimeField(auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    trigger_event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ("-requested_at",)
        constraints = [
            # A redelivered event finds its run already made.
            models.UniqueConstraint(
                fields=["subscription", "trigger_event"], name="run_once_per_event"
            )
        ]

    def __str__(self) -> str:
        return f"run {str(self.id)[:8]} of {self.version}"


class Firing(models.Model):
    """A slot of a schedule and what became of it; a skipped slot is evidence too."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="firings")
    due_at = models.DateTimeField()
    run = models.OneToOneField(Run, on_delete=models.PROTECT, null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why no run was made.")

    class Meta:
        ordering = ("-due_at",)
        constraints = [
            # Any number of schedulers may look: one slot is one firing.
            models.UniqueConstraint(fields=["schedule", "due_at"], name="firing_once")
        ]

    def __str__(self) -> str:
        return f"{self.schedule} at {self.due_at:%Y-%m-%d %H:%M}"


class Shard(models.Model):
    """One stress test of a run: claimed under a lease, resumed from finished batches."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="shards")
    position = models.PositiveSmallIntegerField()
    test_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    spec = models.JSONField()
    seed = models.BigIntegerField()
    queue = models.CharField(max_length=20)
    state = models.CharField(
        max_length=20,
        choices=[(state.value, state.value) for state in ShardState],
        default=ShardState.QUEUED.value,
        db_index=True,
    )
    worker = models.CharField(max_length=100, blank=True)
    fence = models.PositiveIntegerField(default=0, help_text="Grows with every claim.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    items_total = models.PositiveIntegerField(null=True, blank=True)
    items_done = models.PositiveIntegerField(default=0)
    order_digest = models.CharField(
        max_length=64, blank=True, help_text="Commits to the items' order before the first answer."
    )
    trouble = models.TextField(blank=True, help_text="Why it could not be tested or failed.")

    class Meta:
        ordering = ("run", "position")
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="shard_position_unique")
        ]

    def __str__(self) -> str:
        return f"{self.test_name} of {self.run}"


class Transition(models.Model):
    """A move of a run or one of its shards: who, when, why."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="transitions")
    shard = models.ForeignKey(Shard, on_delete=models.PROTECT, null=True, blank=True)
    old = models.CharField(max_length=20)
    new = models.CharField(max_length=20)
    who = models.CharField(max_length=200)
    why = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at", "id")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.old} to {self.new}"


class Score(models.Model):
    """An item as it was asked, the model's answer, and what the answer was worth."""

    shard = models.ForeignKey(Shard, on_delete=models.PROTECT, related_name="scores")
    position = models.PositiveIntegerField()
    item_id = models.CharField(max_length=200)
    part = models.CharField(max_length=100)
    cluster = models.CharField(max_length=200)
    payload = models.JSONField()
    value = models.FloatField()
    label = models.CharField(max_length=50)
    answer = models.TextField(blank=True)
    detail = models.JSONField()

    class Meta:
        ordering = ("shard", "position")
        constraints = [
            models.UniqueConstraint(fields=["shard", "item_id"], name="score_once_per_item")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.item_id


class Result(models.Model):
    """What a completed shard found: everything needed to recompute it from its scores."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shard = models.OneToOneField(Shard, on_delete=models.PROTECT, related_name="result")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="results")
    test_name = models.CharField(max_length=100)
    test_version = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in Kind])
    verdict = models.CharField(
        max_length=20,
        choices=[(verdict.value, verdict.value) for verdict in Verdict],
        db_index=True,
    )
    value = models.FloatField()
    lower = models.FloatField()
    upper = models.FloatField()
    limit = models.FloatField()
    limit_source = models.TextField()
    alpha = models.FloatField()
    n = models.PositiveIntegerField()
    planned = models.PositiveIntegerField()
    log10_e_violating = models.FloatField()
    log10_e_compliant = models.FloatField()
    estimate = models.JSONField()
    seed = models.BigIntegerField()
    spec = models.JSONField()
    spec_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    order_digest = models.CharField(max_length=64)
    scores_digest = models.CharField(max_length=64)
    environment = models.JSONField()
    duration_seconds = models.FloatField()
    recorded_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-recorded_at",)
        indexes = [models.Index(fields=["version", "test_name", "-recorded_at"])]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.test_name} on {self.version}"
