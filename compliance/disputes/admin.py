"""The admin of disputes: everything is written by who sits in them, and stands."""

from __future__ import annotations

from django.contrib import admin

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import FixedInline, RecordAdmin
from compliance.disputes.models import (
    Appointment,
    Battery,
    Commitment,
    Dispute,
    DisputeTransition,
    Dissent,
    Draw,
    Filing,
    FilingFile,
    Objection,
    Proposal,
    Reveal,
    Ruling,
)
from compliance.domain.readings import Seen


def _told(dispute: str = "") -> Told:
    """Both parties learn of it. What was filed is shown by title and digest, never in its words."""
    parties = ("claimant_id", "respondent_id")
    return Told(Seen.DISPUTE, Seen.DISPUTES, dispute, among=parties)


class TransitionInline(FixedInline):
    model = DisputeTransition
    fields = ("at", "old", "new", "who", "why")


class AppointmentInline(FixedInline):
    model = Appointment
    fields = ("organization", "appointed_by", "appointed_at")


class FilingInline(FixedInline):
    model = Filing
    fields = ("number", "side", "title", "confidential", "text_sha256", "filed_at")


class FileInline(FixedInline):
    model = FilingFile
    fields = ("number", "name", "sha256", "size_bytes")


class CommitmentInline(FixedInline):
    model = Commitment
    fields = ("side", "sha256", "committed_by", "committed_at")


class DissentInline(FixedInline):
    model = Dissent
    fields = ("organization", "text", "dissented_by", "dissented_at")


@admin.register(Dispute)
class DisputeAdmin(RecordAdmin):
    """Disputes, newest first."""

    told = _told()
    list_display = ("opened_at", "claimant", "respondent", "court", "state", "answer_by")
    list_filter = ("state", "court")
    list_select_related = ("claimant", "respondent", "court")
    search_fields = ("id", "claim", "claimant__name", "respondent__name")
    fields = (
        "id",
        "state",
        "claimant",
        "claimant_version",
        "respondent",
        "respondent_version",
        "court",
        "claim",
        "answer_by",
        "opened_by",
        "opened_at",
    )
    inlines = (TransitionInline, AppointmentInline, FilingInline)


@admin.register(Filing)
class FilingAdmin(RecordAdmin):
    """What was filed, by digest."""

    told = _told("dispute")
    list_display = ("filed_at", "dispute", "number", "organization", "title", "confidential")
    list_filter = ("side", "confidential")
    list_select_related = (
        "organization",
        "dispute__claimant_version__model__organization",
        "dispute__respondent_version__model__organization",
    )
    search_fields = ("title", "text_sha256", "organization__name")
    fields = (
        "id",
        "dispute",
        "number",
        "organization",
        "side",
        "title",
        "confidential",
        "text_sha256",
        "filed_by",
        "filed_at",
    )
    inlines = (FileInline,)


@admin.register(Battery)
class BatteryAdmin(RecordAdmin):
    """What was ordered; the court's share stays secret here too."""

    told = _told("dispute")
    list_display = ("ordered_at", "dispute", "number", "plan_digest", "draw_by")
    list_filter = ("agreed", "ordered_at")
    list_select_related = (
        "dispute__claimant_version__model__organization",
        "dispute__respondent_version__model__organization",
    )
    search_fields = ("plan_digest", "dispute__id")
    fields = (
        "dispute",
        "number",
        "agreed",
        "reasons",
        "plan",
        "plan_digest",
        "court_commitment",
        "draw_by",
        "ordered_by",
        "ordered_at",
    )
    inlines = (CommitmentInline,)


@admin.register(Ruling)
class RulingAdmin(RecordAdmin):
    """What was ruled, with dissents."""

    told = _told("dispute")
    list_display = ("ruled_at", "dispute", "outcome", "ruled_by")
    list_filter = ("outcome",)
    list_select_related = (
        "dispute__claimant_version__model__organization",
        "dispute__respondent_version__model__organization",
        "ruled_by",
    )
    search_fields = ("operative", "reasons", "dispute__id")
    fields = (
        "dispute",
        "outcome",
        "operative",
        "reasons",
        "findings",
        "ruled_by",
        "ruled_at",
    )
    inlines = (DissentInline,)


class _Plain(RecordAdmin):
    """Rows that belong to another, found by search."""

    list_per_page = 50


@admin.register(DisputeTransition)
class DisputeTransitionAdmin(_Plain):
    """How disputes moved."""

    told = _told("dispute")
    list_display = ("at", "dispute_id", "old", "new", "who")
    list_filter = ("new",)
    list_select_related = ("dispute",)
    search_fields = ("dispute__id", "who", "why")
    fields = ("dispute", "old", "new", "who", "why", "at")


@admin.register(Appointment)
class AppointmentAdmin(_Plain):
    """Who was asked to review."""

    told = _told("dispute")
    list_display = ("appointed_at", "dispute_id", "organization")
    list_filter = ("organization", "appointed_at")
    list_select_related = ("organization", "dispute")
    search_fields = ("dispute__id", "organization__name")
    fields = ("dispute", "organization", "appointed_by", "appointed_at")


@admin.register(FilingFile)
class FilingFileAdmin(_Plain):
    """Files, by digest."""

    told = _told("filing.dispute")
    list_display = ("name", "sha256", "size_bytes")
    list_filter = ("filing__side", "filing__confidential")
    list_select_related = ("filing__dispute",)
    search_fields = ("name", "sha256")
    fields = ("filing", "number", "name", "sha256", "size_bytes")


@admin.register(Proposal)
class ProposalAdmin(_Plain):
    """What parties would have tested."""

    told = _told("dispute")
    list_display = ("proposed_at", "dispute_id", "number", "side", "plan_digest", "agree_by")
    list_filter = ("side",)
    list_select_related = ("dispute",)
    search_fields = ("plan_digest", "reasons", "dispute__id")
    fields = (
        "dispute",
        "number",
        "side",
        "plan",
        "plan_digest",
        "reasons",
        "draw_by",
        "agree_by",
        "proposed_by",
        "proposed_at",
    )


@admin.register(Objection)
class ObjectionAdmin(_Plain):
    """What parties did not agree to."""

    told = _told("proposal.dispute")
    list_display = ("objected_at", "proposal_id")
    list_filter = ("proposal__side", "objected_at")
    list_select_related = ("proposal__dispute",)
    search_fields = ("reasons", "proposal__dispute__id")
    fields = ("proposal", "reasons", "objected_by", "objected_at")


@admin.register(Commitment)
class CommitmentAdmin(_Plain):
    """What parties committed to."""

    told = _told("battery.dispute")
    list_display = ("committed_at", "battery_id", "side", "sha256")
    list_filter = ("side", "committed_at")
    list_select_related = ("battery__dispute",)
    search_fields = ("sha256", "battery__dispute__id")
    fields = ("battery", "side", "sha256", "committed_by", "committed_at")


@admin.register(Reveal)
class RevealAdmin(_Plain):
    """What parties revealed."""

    told = _told("commitment.battery.dispute")
    list_display = ("revealed_at", "commitment_id", "share")
    list_filter = ("commitment__side", "revealed_at")
    list_select_related = ("commitment__battery__dispute",)
    search_fields = ("share", "commitment__battery__dispute__id")
    fields = ("commitment", "share", "revealed_by", "revealed_at")


@admin.register(Draw)
class DrawAdmin(_Plain):
    """Seeds, and the runs that they began."""

    told = _told("battery.dispute")
    list_display = ("drawn_at", "battery_id", "seed", "run_id")
    list_filter = ("drawn_at",)
    list_select_related = ("battery__dispute",)
    search_fields = ("seed", "run__id", "battery__dispute__id")
    fields = ("battery", "seed", "run", "drawn_at")


@admin.register(Dissent)
class DissentAdmin(_Plain):
    """What reviewers hold against rulings."""

    told = _told("ruling.dispute")
    list_display = ("dissented_at", "ruling_id", "organization")
    list_filter = ("organization", "dissented_at")
    list_select_related = ("organization", "ruling__dispute")
    search_fields = ("text", "ruling__dispute__id", "organization__name")
    fields = ("ruling", "organization", "text", "dissented_by", "dissented_at")
