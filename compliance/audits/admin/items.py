"""The admin of items: what was asked, answered and labelled, and what of it was erased."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from compliance.accounts.admin_readings import Told
from compliance.accounts.admin_site import BasisDialog, RecordAdmin, dialog, pretty
from compliance.accounts.sudo import DangerousAct
from compliance.audits.erasures import erasure_told
from compliance.audits.models import ItemErasure, Label, Score
from compliance.audits.services import Asked, answers_erase
from compliance.domain.items import Erasable
from compliance.domain.readings import Seen
from compliance.ledger.erasures import erasure_of

if TYPE_CHECKING:
    from compliance.accounts.selectors import Viewer

ANSWER_SHOWN = 80
GONE = (
    "Words and their salts are gone for good; values, labels and figures stay, and every proof with"
    " them. Copies that were handed out stay with whoever has them. The erasure is an entry of its"
    " own."
)


class AnswersDialog(BasisDialog):
    """Asks whether questions go too, and on which legal basis."""

    questions = forms.BooleanField(
        required=False, label="The question too", help_text="Its unsalted digest stays."
    )


def asked_by(form: Any, items: Collection[str]) -> Asked:
    return Asked(items, form.cleaned_data["basis"], questions=form.cleaned_data["questions"])


@admin.register(Score)
class ScoreAdmin(RecordAdmin):
    """Items as they were asked, with answers and what they were worth."""

    told = Told(Seen.ITEMS, Seen.ITEMS, "shard.run", "version.model")
    dangerous = DangerousAct.ERASE
    actions_detail = ("erase",)
    list_display = ("item_id", "part", "label", "value", "answer_begins", "shard")
    list_filter = ("shard__kind",)
    list_select_related = ("shard__run__version__model__organization",)
    search_fields = ("item_id", "part", "label", "shard__id")
    ordering = ("id",)  # the order asked, within a shard
    fields = (
        "shard",
        "position",
        "item_id",
        "part",
        "cluster",
        "asked",
        "answer",
        "erased",
        "value",
        "label",
        "scored_with",
        "answer_commitment",
    )

    @action(
        description="Erase",
        permissions=["operate"],
        icon="ink_eraser",
        dialog=dialog("Erase the answer", GONE, AnswersDialog),
    )
    def erase(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        score = Score.objects.select_related("shard").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            asked = asked_by(form, [score.item_id])
            answers_erase(viewer=viewer, shard=score.shard, asked=asked)
            return f"The answer to {score.item_id} is erased."

        return self.ask(request, score, service)

    @display(description="Erased")
    def erased(self, score: Score) -> str:
        told = {what: erasure_told(score=score, what=what) for what in Erasable}
        return ". ".join(f"{what.value}: {one}" for what, one in told.items() if one) or "nothing"

    @display(description="Answer")
    def answer_begins(self, score: Score) -> str:
        return score.answer[:ANSWER_SHOWN]

    @display(description="Item")
    def asked(self, score: Score) -> SafeString:
        return pretty(score.payload)

    @display(description="Detail")
    def scored_with(self, score: Score) -> SafeString:
        return pretty(score.detail)


@admin.register(ItemErasure)
class ItemErasureAdmin(RecordAdmin):
    """What of items was erased, newest first."""

    told = Told(Seen.ITEMS, Seen.ITEMS, "score.shard.run", "version.model")
    list_display = ("score", "what", "told_by")
    list_filter = ("what",)
    list_select_related = ("score__shard__run__version__model", "event__entry")
    search_fields = ("score__item_id", "score__shard__id")
    fields = ("score", "what", "event", "told_by")
    ordering = ("-id",)

    @display(description="Told by")
    def told_by(self, erasure: ItemErasure) -> str:
        return str(erasure_of(erasure.event))


@admin.register(Label)
class LabelAdmin(RecordAdmin):
    """What people said of answers, newest first."""

    told = Told(Seen.LABELS, Seen.LABELS, "shard.run", "version.model")
    list_display = ("labelled_at", "shard", "item_id", "outcome", "labelled_by")
    list_filter = ("outcome",)
    list_select_related = (
        "labelled_by",
        "shard__run__version__model__organization",
    )
    search_fields = ("item_id", "shard__test_name", "labelled_by__email")
    fields = ("shard", "item_id", "outcome", "labelled_by", "labelled_at")
    ordering = ("-labelled_at",)
