"""The admin of policy packs: registered by their files, adopted on the pages, never edited."""

from __future__ import annotations

from django.contrib import admin

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import RecordAdmin
from compliance.domain.readings import Seen
from compliance.policies.models import Adoption, PolicyPack


@admin.register(PolicyPack)
class PolicyPackAdmin(RecordAdmin):
    """Versions of packs."""

    list_display = ("name", "version", "title", "sha256", "registered_at")
    list_filter = ("name", "registered_at")
    search_fields = ("name", "title", "sha256")
    fields = ("id", "name", "version", "title", "sha256", "content", "registered_at")


@admin.register(Adoption)
class AdoptionAdmin(RecordAdmin):
    """Who holds themselves to which pack, since when and until when."""

    told = Told(Seen.ADOPTIONS, Seen.ADOPTIONS, among=("organization_id",))
    list_display = ("adopted_at", "organization", "pack", "adopted_by", "dropped_at")
    list_filter = ("organization", ("dropped_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "pack", "adopted_by")
    search_fields = ("pack__name", "organization__name")
    fields = (
        "id",
        "organization",
        "pack",
        "adopted_by",
        "adopted_at",
        "dropped_by",
        "dropped_at",
        "looked_at",
    )
