"""The transparency log, what vouches for it, and the evidence that its entries name by digest."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models

from compliance.accounts.models import Organization
from compliance.events.models import Event, append_only

_GROWS_ONLY = """
IF TG_OP = 'UPDATE' AND NEW.id = OLD.id AND NEW.size >= OLD.size THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'append-only: Cannot shrink or delete the log in %', TG_TABLE_NAME;
"""
_MOVES_OUT_ONLY = """
IF TG_OP = 'UPDATE'
    AND to_jsonb(OLD) - 'content' - 'data_key' - 'removed_at'
        = to_jsonb(NEW) - 'content' - 'data_key' - 'removed_at'
    AND (NEW.content IS NULL OR NEW.content = OLD.content)
    AND (NEW.data_key IS NULL OR NEW.data_key = OLD.data_key)
    AND (
        NEW.removed_at IS NOT DISTINCT FROM OLD.removed_at
        OR OLD.removed_at IS NULL AND NEW.data_key IS NULL
    )
THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'append-only: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""


def _only(name: str, rule: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=rule,
    )


class Log(models.Model):
    """The right edge of the tree: one row, locked by whoever appends; it never shrinks."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    size = models.PositiveBigIntegerField(default=0)
    edge = models.BinaryField(help_text="Roots of its whole subtrees, as CompactRange writes them.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="log_only_one")]
        triggers = [_only("grows_only", _GROWS_ONLY)]

    def __str__(self) -> str:
        return f"log of {self.size} entries"


class Entry(models.Model):
    """An event's place in the log, and the bytes that are hashed there."""

    index = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="entry")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", null=True
    )
    number = models.PositiveBigIntegerField(help_text="In its organization's own chain.")
    body = models.BinaryField()
    leaf_hash = models.BinaryField()
    sequenced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-index",)
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="entry_chain_unique", nulls_distinct=False
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"entry {self.index}"


class Subtree(models.Model):
    """The root of a whole subtree of 256^level entries: what tiles above the lowest are made of."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    root = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="subtree_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"subtree {self.index} of level {self.level}"


class Checkpoint(models.Model):
    """A signed tree head; of each size there is one."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField(help_text="Signed note: origin, size, root, the log's signatures.")
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-size",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"checkpoint of {self.size} entries"


class Cosignature(models.Model):
    """A witness's word that a checkpoint extends every one it saw before."""

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="cosignatures"
    )
    witness = models.CharField(max_length=255, help_text="The name of its key.")
    key_id = models.CharField(max_length=8, help_text="Which of its keys, in hex.")
    line = models.TextField(help_text="The signature line, as it stands under the note.")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("checkpoint", "witness", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "witness", "key_id"], name="cosignature_once"
            )
        ]
        indexes = [models.Index(fields=["witness", "-checkpoint"], name="cosignature_newest")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.witness} on {self.checkpoint}"


class Timestamp(models.Model):
    """A time stamp authority's word (RFC 3161) that a checkpoint existed at a time."""

    checkpoint = models.OneToOneField(
        Checkpoint, on_delete=models.PROTECT, related_name="timestamp", primary_key=True
    )
    authority = models.CharField(max_length=300, help_text="Where it was asked.")
    at = models.DateTimeField(help_text="The time that it states.")
    response = models.BinaryField(help_text="TimeStampResp in DER, over the checkpoint's text.")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-checkpoint",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.checkpoint} at {self.at}"


class Witness(models.Model):
    """How a witness of the policy last answered."""

    name = models.CharField(max_length=255, unique=True)
    url = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField(default=0, help_text="The last that it cosigned.")
    asked_at = models.DateTimeField(null=True, blank=True)
    cosigned_at = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(blank=True, help_text="Why it did not answer last time.")
    refusal = models.TextField(
        blank=True, help_text="That it saw a log that ours does not extend: an alarm."
    )

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "witnesses"

    def __str__(self) -> str:
        return self.name


class Halt(models.Model):
    """Why the log's own signer refuses to sign: one row, for everybody to see."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    reason = models.TextField(blank=True, help_text="Empty: it is signed.")
    since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="halt_only_one")]

    def __str__(self) -> str:
        return self.reason or "signed"


class LogSetup(models.Model):
    """Under which name and keys the log is signed, and whose cosignatures it needs, since when."""

    origin = models.CharField(max_length=255)
    verifier_keys = models.JSONField(help_text="The log's own, as signed notes write them.")
    policy = models.TextField(help_text="tlog-policy: log, witnesses, groups, quorum.")
    since_size = models.PositiveBigIntegerField(help_text="Of the log, when it was set up so.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.origin} since {self.since_size}"


class Evidence(models.Model):
    """Bytes that the record names by digest; they lie, encrypted, in the evidence store.

    ``content`` holds them until the store has them, so that they are written with the result
    they prove. Without ``data_key`` nobody can read them any more: they are erased, and an event
    ``evidence.erased`` about ``subject`` says so. What they were under another's copy of the store
    stays ciphertext without a key.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the bytes themselves.")
    media_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    content = models.BinaryField(null=True, help_text="Until the store has them.")
    data_key = models.BinaryField(null=True, help_text="AES-256-GCM; empty: erased.")
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the store let go of what was erased."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-recorded_at",)
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(
                fields=["recorded_at"],
                condition=models.Q(content__isnull=False),
                name="evidence_waiting",
            ),
            models.Index(
                fields=["recorded_at"],
                condition=models.Q(data_key__isnull=True, removed_at__isnull=True),
                name="evidence_to_remove",
            ),
        ]
        triggers = [_only("moves_out_only", _MOVES_OUT_ONLY)]

    def __str__(self) -> str:
        return self.sha256

    @property
    def subject(self) -> str:
        """What events about it name: its id, as entries are public and a digest can be guessed."""
        return f"evidence/{self.id}"


class Attestation(models.Model):
    """The operator's signatures on a statement (DSSE); the statement itself is evidence."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="attestation")
    signatures = models.JSONField(help_text="Key id to signature (hex).")
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"attestation of {self.evidence}"
