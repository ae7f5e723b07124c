"""The admin of the log: everything to be read; evidence may be erased, and nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from compliance.accounts.admin_checks import CheckedAdmin
from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import BasisDialog, RecordAdmin, dialog, pretty
from compliance.accounts.selectors import Viewer
from compliance.accounts.sudo import DangerousAct
from compliance.domain.readings import Seen
from compliance.domain.verify.rules import Step
from compliance.ledger.erasures import evidence_erasures
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
from compliance.ledger.services import checkpoint_recheck, evidence_erase, evidence_recheck


@admin.register(Entry)
class EntryAdmin(RecordAdmin):
    """Every entry, newest first."""

    told = Told(Seen.ENTRY, Seen.ENTRIES, "event")
    list_display = ("index", "event", "organization", "number", "sequenced_at")
    list_filter = ("organization",)
    list_select_related = ("event__model", "organization")
    search_fields = ("index", "event__id", "event__subject")
    fields = ("index", "event", "organization", "number", "said", "hashed", "sequenced_at")

    @display(description="Bytes")
    def said(self, entry: Entry) -> str:
        return bytes(entry.body).decode()

    @display(description="Leaf hash")
    def hashed(self, entry: Entry) -> str:
        return bytes(entry.leaf_hash).hex()


@admin.register(Checkpoint)
class CheckpointAdmin(CheckedAdmin):
    """Every signed tree head."""

    checked_against = (
        "Held against the tree as it is stored, by the log's own keys. Every entry is hashed anew"
        " by manage.py fsck."
    )
    list_display = ("size", "hashed", "signed_at")
    list_filter = ("signed_at",)
    search_fields = ("size",)
    fields = ("size", "hashed", "note", "signed_at")

    def steps_of(self, viewer: Viewer, row: Checkpoint) -> Sequence[Step]:
        return checkpoint_recheck(checkpoint=row)

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
    list_filter = (("trouble", admin.EmptyFieldListFilter), ("refusal", admin.EmptyFieldListFilter))
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
    list_filter = ("origin", "at")
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
class EvidenceAdmin(CheckedAdmin):
    """What the record names by digest, and whether it can still be read."""

    checked_against = (
        "Its bytes were read where they lie and hashed, as manage.py fsck does of all."
    )
    dangerous = DangerousAct.ERASE
    actions_detail = ("reverify", "erase")
    list_display = ("sha256", "media_type", "size_bytes", "stored", "readable", "recorded_at")
    list_filter = ("media_type",)
    search_fields = ("sha256", "id")
    fields = (
        "id",
        "sha256",
        "media_type",
        "size_bytes",
        "stored",
        "readable",
        "erased",
        "removed_at",
        "recorded_at",
    )

    @action(
        description="Erase",
        permissions=["operate"],
        icon="ink_eraser",
        dialog=dialog(
            "Erase evidence",
            "Its key and its bytes are gone for good; its digest and every proof stand. Copies that"
            " were handed out stay with whoever has them. The erasure is an entry in every record"
            " that names it.",
            BasisDialog,
        ),
    )
    def erase(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        evidence = Evidence.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            basis = form.cleaned_data["basis"]
            evidence_erase(viewer=viewer, sha256=evidence.sha256, basis=basis)
            return f"Evidence {evidence.sha256[:12]} is erased."

        return self.ask(request, evidence, service)

    @display(description="Erased")
    def erased(self, evidence: Evidence) -> str:
        found = evidence_erasures(digests=[evidence.sha256])
        return str(found.get(evidence.sha256, "no"))

    def steps_of(self, viewer: Viewer, row: Evidence) -> Sequence[Step]:
        return evidence_recheck(evidence=row)

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
    list_filter = ("evidence__media_type", "signed_at")
    list_select_related = ("evidence",)
    search_fields = ("evidence__sha256",)
    fields = ("evidence", "signed", "signed_at")

    @display(description="Signatures")
    def signed(self, attestation: Attestation) -> SafeString:
        return pretty(attestation.signatures)
