"""The one append-only table of what happened, and who has yet to read it."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models

from compliance.events.sending import Sending

NOTIFY_CHANNEL = "assay_events"
_LOSES_VALUES_ONLY = """
IF TG_OP = 'UPDATE'
    AND OLD.payload @> NEW.payload AND OLD.salts @> NEW.salts
    AND to_jsonb(OLD) - 'payload' - 'salts' = to_jsonb(NEW) - 'payload' - 'salts'
THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'append-only: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""


def append_only() -> pgtrigger.Protect:
    """A trigger: the database refuses updates and deletes of the row, whoever asks."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class Event(models.Model):
    """Something that happened, written in the transaction of the change it tells of.

    The database lets a value and its salt be erased, and refuses every other change.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=60, db_index=True)
    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
        help_text="Whose record it belongs to; empty: the operator's own.",
    )
    model = models.ForeignKey(
        "registry.Model",
        on_delete=models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
        help_text="The model it is about, by which grants are cut; empty: about no single one.",
    )
    subject = models.CharField(
        max_length=200, db_index=True, help_text="What it is about, e.g. run/<id>."
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    payload = models.JSONField()
    # Processes of an older release write events without these; the ledger then says no more than
    # that such an event happened.
    salts = models.JSONField(
        db_default={}, help_text="Field path to the salt (hex) of its commitment."
    )
    commitments = models.JSONField(
        db_default={}, help_text="Field path to what the ledger says of it."
    )
    traceparent = models.CharField(
        max_length=55,
        blank=True,
        db_default="",  # processes of an older release write events without it
        help_text="The trace it happened in (W3C Trace Context); empty where nothing is traced.",
    )
    occurred_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-occurred_at",)
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_LOSES_VALUES_ONLY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class PendingEvent(models.Model):
    """An event that one reader has not read yet; the row goes when it has.

    Readers empty this table instead of following a highest id: a transaction that commits
    late would be skipped by an id, never by a row.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="pending")
    reader = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "event"], name="pending_once_per_reader")
        ]
        triggers = [
            # PostgreSQL tells when the transaction commits, and tells the same only once.
            pgtrigger.Trigger(
                name="wake_relay",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=f"PERFORM pg_notify('{NOTIFY_CHANNEL}', ''); RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} for {self.reader}"


class FollowUp(Sending):
    """What an event calls for, on its way to the task that does it."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="follow_ups")
    task = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "task"], name="follow_up_once")]

    def __str__(self) -> str:
        return f"{self.task} after {self.event}"


class KeptAnswer(models.Model):
    """What a write with an idempotency key was answered, for whoever sends the same write again.

    Written in the transaction of the write itself: there are both or neither.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key_digest = models.CharField(max_length=64, help_text="SHA-256 of the key.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    sealed = models.BinaryField(help_text="The answer, readable to whoever has the key.")
    kept_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ("-kept_at",)
        constraints = [
            models.UniqueConstraint(fields=["user", "key_digest"], name="kept_answer_once")
        ]

    def __str__(self) -> str:
        return f"answer to {self.user}"
