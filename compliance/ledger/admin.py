"""The admin of the log: everything to be read, nothing to be changed."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from compliance.accounts.admin_site import RecordAdmin, pretty
from compliance.ledger.models import (
    Attestation,
    Checkpoint,
    Cosignature,
    Entry,
    Evidence,
    Halt,
    Log,
    LogSetup,
    Subtree,
    Timestamp,
    Witness,
)


@admin.register(Entry)
class EntryAdmin(RecordAdmin):
    """Every entry, newest first."""

    list_display = ("index", "event", "organization", "number", "sequenced_at")
    list_filter = ("organization",)
    list_select_related = ("event", "organization")
    search_fields = ("index", "event__id", "event__subject")
    fields = ("index", "event", "organization", "number", "said", "hashed", "sequenced_at")

    @display(description="Bytes")
    def said(self, entry: Entry) -> str:
        return bytes(entry.body).decode()

    @display(description="Leaf hash")
    def hashed(self, entry: Entry) -> str:
        return bytes(entry.leaf_hash).hex()


@admin.register(Checkpoint)
class CheckpointAdmin(RecordAdmin):
    """Every signed tree head."""

    list_display = ("size", "hashed", "signed_at")
    search_fields = ("size",)
    fields = ("size", "hashed", "note", "signed_at")

    @display(description="Root")
    def hashed(self, checkpoint: Checkpoint) -> str:
        return bytes(checkpoint.root).hex()


@admin.register(Cosignature)
class CosignatureAdmin(RecordAdmin):
    """What witnesses have vouched for."""

    list_display = ("checkpoint", "witness", "key_id", "received_at")
    list_filter = ("witness",)
    list_select_related = ("checkpoint",)
    search_fields = ("witness", "checkpoint__size")
    fields = ("checkpoint", "witness", "key_id", "line", "received_at")


@admin.register(Timestamp)
class TimestampAdmin(RecordAdmin):
    """What time stamp authorities said."""

    list_display = ("checkpoint", "at", "authority")
    list_filter = ("authority",)
    list_select_related = ("checkpoint",)
    search_fields = ("checkpoint__size",)
    fields = ("checkpoint", "at", "authority", "received_at")


@admin.register(Witness)
class WitnessAdmin(RecordAdmin):
    """How each witness last answered."""

    list_display = ("name", "size", "cosigned_at", "trouble", "refusal")
    search_fields = ("name", "url")
    fields = ("name", "url", "size", "asked_at", "cosigned_at", "trouble", "refusal")


@admin.register(Halt)
class HaltAdmin(RecordAdmin):
    """Why the log is not signed any further."""

    list_display = ("reason", "since")
    search_fields = ("reason",)
    fields = ("reason", "since")


@admin.register(LogSetup)
class LogSetupAdmin(RecordAdmin):
    """Keys and policies, since when."""

    list_display = ("origin", "since_size", "at")
    search_fields = ("origin",)
    fields = ("origin", "keys", "policy", "since_size", "at")

    @display(description="Verifier keys")
    def keys(self, setup: LogSetup) -> SafeString:
        return pretty(setup.verifier_keys)


@admin.register(Log)
class LogAdmin(RecordAdmin):
    """The right edge of the tree."""

    list_display = ("id", "size")
    search_fields = ("size",)
    fields = ("id", "size")


@admin.register(Subtree)
class SubtreeAdmin(RecordAdmin):
    """Roots that the upper tiles are made of."""

    list_display = ("level", "index", "hashed")
    list_filter = ("level",)
    search_fields = ("index",)
    fields = ("level", "index", "hashed")

    @display(description="Root")
    def hashed(self, subtree: Subtree) -> str:
        return bytes(subtree.root).hex()


@admin.register(Evidence)
class EvidenceAdmin(RecordAdmin):
    """What the record names by digest, and whether it can still be read."""

    list_display = ("sha256", "media_type", "size_bytes", "stored", "readable", "recorded_at")
    list_filter = ("media_type",)
    search_fields = ("sha256", "id")
    fields = ("id", "sha256", "media_type", "size_bytes", "stored", "readable", "recorded_at")

    @display(description="In the store", boolean=True)
    def stored(self, evidence: Evidence) -> bool:
        return evidence.content is None

    @display(description="Readable", boolean=True)
    def readable(self, evidence: Evidence) -> bool:
        return evidence.data_key is not None


@admin.register(Attestation)
class AttestationAdmin(RecordAdmin):
    """The operator's signatures on statements."""

    list_display = ("evidence", "signed_at")
    list_select_related = ("evidence",)
    search_fields = ("evidence__sha256",)
    fields = ("evidence", "signed", "signed_at")

    @display(description="Signatures")
    def signed(self, attestation: Attestation) -> SafeString:
        return pretty(attestation.signatures)
