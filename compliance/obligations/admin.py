"""The admin of obligations: they follow from packs and results, and are never edited."""

from __future__ import annotations

from django.contrib import admin

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import FixedInline, RecordAdmin
from compliance.domain.readings import Seen
from compliance.obligations.models import Notice, Obligation, Summary


class NoticeInline(FixedInline):
    model = Notice
    fields = ("kind", "due_at", "told_at")


@admin.register(Obligation)
class ObligationAdmin(RecordAdmin):
    """Obligations, the most urgent first."""

    told = Told(Seen.OBLIGATIONS, Seen.OBLIGATIONS, "version")
    list_display = ("due_at", "demand", "version", "adoption", "test_name", "in_force")
    list_filter = ("in_force", "demand", "test_name")
    list_select_related = (
        "version__model__organization",
        "adoption__pack",
        "adoption__organization",
    )
    search_fields = ("id", "demand", "test_name", "version__model__slug")
    fields = (
        "id",
        "adoption",
        "version",
        "demand",
        "test_name",
        "starts_at",
        "due_at",
        "in_force",
    )
    inlines = (NoticeInline,)


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    """What the clock told of."""

    told = Told(Seen.OBLIGATIONS, Seen.OBLIGATIONS, "obligation.version")
    list_display = ("told_at", "kind", "obligation", "due_at")
    list_filter = ("kind",)
    list_select_related = (
        "obligation__adoption__pack",
        "obligation__version__model__organization",
    )
    search_fields = ("obligation__demand", "obligation__version__model__slug")
    fields = ("obligation", "kind", "due_at", "told_at")


@admin.register(Summary)
class SummaryAdmin(RecordAdmin):
    """Verification summaries that were issued."""

    told = Told(Seen.OBLIGATIONS, Seen.OBLIGATIONS, "version")
    list_display = ("issued_at", "version", "pack", "met", "issued_by")
    list_filter = ("met", "pack")
    list_select_related = ("version__model__organization", "pack", "issued_by")
    search_fields = ("id", "statement_sha256", "version__model__slug", "pack__name")
    fields = ("id", "version", "pack", "met", "statement_sha256", "issued_by", "issued_at")
