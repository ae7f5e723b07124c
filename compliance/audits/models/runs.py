"""Runs and their shards, how they moved, and what had to be put right."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.audits.models.plans import Subscription
from compliance.domain.vocabulary import Kind, RepairKind, RunState, ShardState, Trigger
from compliance.events.models import Event, append_only
from compliance.registry.models import Version


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
    token_budget = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Tokens that each stress test may take; empty: no end."
    )
    requested_at = models.DateTimeField(auto_now_add=True, db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    traceparent = models.CharField(
        max_length=55, blank=True, help_text="The trace that requested it (W3C Trace Context)."
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
    origin = models.CharField(
        max_length=300, blank=True, db_index=True, help_text="Of the endpoint it asks."
    )
    state = models.CharField(
        max_length=20,
        choices=[(state.value, state.value) for state in ShardState],
        default=ShardState.QUEUED.value,
        db_index=True,
    )
    worker = models.CharField(max_length=100, blank=True)
    fence = models.PositiveIntegerField(default=0, help_text="Grows with every claim.")
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="Failed attempts since a batch was last finished."
    )
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="No worker may claim it earlier."
    )
    rung_at = models.DateTimeField(
        null=True, blank=True, help_text="When its id was last sent to the broker."
    )
    lease_expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="By the worker at work.")
    items_at_claim = models.PositiveIntegerField(default=0)
    tokens_at_claim = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    items_total = models.PositiveIntegerField(null=True, blank=True)
    items_done = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(
        default=0, help_text="Read and written by the model, over all attempts."
    )
    order_digest = models.CharField(
        max_length=64, blank=True, help_text="Commits to the items' order before the first answer."
    )
    labelled = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="concluded_anew",
        help_text="The shard whose answers it judges anew, by people's labels.",
    )
    labels_counted = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many labels it rests on, in the order drawn."
    )
    asking = models.PositiveIntegerField(
        null=True, blank=True, help_text="Of an endpoint: how often these items were asked by then."
    )
    trouble = models.TextField(blank=True, help_text="Why it could not be tested or failed.")
    traceback = models.TextField(blank=True, help_text="Of the last failure, for its operators.")

    class Meta:
        ordering = ("run", "position")
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="shard_position_unique")
        ]
        indexes = [
            # What the scheduler looks for once a second, among ever more shards that have ended.
            models.Index(
                fields=["queue", "rung_at"],
                condition=models.Q(state=ShardState.QUEUED.value),
                name="shard_waiting",
            ),
            models.Index(fields=["queue", "-claimed_at"], name="shard_last_claimed"),
            # What people are to label, among a thousand times as many that nobody labels.
            models.Index(
                fields=["-finished_at"],
                condition=models.Q(
                    spec__parameters__audited__gt=0,
                    state=ShardState.COMPLETED.value,
                    labelled__isnull=True,
                ),
                name="shard_to_label",
            ),
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


class Repair(models.Model):
    """Something the reconciler found amiss and put right."""

    kind = models.CharField(
        max_length=30, choices=[(kind.value, kind.value) for kind in RepairKind]
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="repairs")
    shard = models.ForeignKey(Shard, on_delete=models.PROTECT, null=True, blank=True)
    why = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-at", "-id")
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind}: {self.why}"
