"""What people say of answers that a judge has judged."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from compliance.audits.models.runs import Shard
from compliance.domain.items import ID_CHARACTERS
from compliance.events.models import append_only


class Label(models.Model):
    """A person's outcome for one answer, given without sight of the judge's; it stands for good."""

    shard = models.ForeignKey(Shard, on_delete=models.PROTECT, related_name="labels")
    item_id = models.CharField(max_length=ID_CHARACTERS)
    outcome = models.CharField(max_length=50)
    labelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    labelled_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("labelled_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["shard", "item_id"], name="label_once_per_item")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.outcome}"
