"""What somebody with a grant asks a provider about a model, and what the provider answers."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.events.models import append_only
from compliance.registry.models import Model


class Question(models.Model):
    """A question about a model, with the moment by which it is to be answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="questions")
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="questions_asked",
        help_text="For which it is asked.",
    )
    text = models.TextField()
    due_at = models.DateTimeField(db_index=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-asked_at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"question about {self.model}"


class Answer(models.Model):
    """The provider's one answer to a question; what is still unclear is asked anew."""

    question = models.OneToOneField(Question, on_delete=models.PROTECT, related_name="answer")
    text = models.TextField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    answered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-answered_at",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"answer to a {self.question}"
