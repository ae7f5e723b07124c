"""Forms of access: grants, tokens, service accounts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from compliance.accounts.services import TOKEN_DAYS_MOST, GrantScope
from compliance.domain.rights import SCOPE_MEANINGS, TokenScope
from compliance.domain.vocabulary import GrantKind, Role
from compliance.portal.forms import JurisdictionsField, PortalForm

TOKEN_DAYS = 90
_DAY = forms.DateInput(attrs={"type": "date"})


class OfferForm(PortalForm):
    """Says where a model is on offer."""

    jurisdictions = JurisdictionsField()


class GrantForm(PortalForm):
    """Lets an organization read a part of a provider's record."""

    names = {"jurisdictions": "jurisdiction"}

    provider = forms.ChoiceField(label="Whose record")
    organization = forms.ChoiceField(label="Who may read")
    kind = forms.ChoiceField(
        label="How much",
        choices=[
            (GrantKind.RECORD.value, "The whole record"),
            (GrantKind.JURISDICTION.value, "Models on offer in one jurisdiction"),
            (GrantKind.MODELS.value, "Some models"),
        ],
    )
    jurisdiction = forms.CharField(
        max_length=2, required=False, help_text="For one jurisdiction: DE, or EU."
    )
    models = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, help_text="For some models."
    )
    record_from = forms.DateField(
        required=False, widget=_DAY, label="What happened from", help_text="UTC. Empty: always."
    )
    record_to = forms.DateField(
        required=False, widget=_DAY, label="What happened before", help_text="UTC. Empty: no end."
    )
    expires_on = forms.DateField(
        required=False, widget=_DAY, label="Ends on", help_text="UTC. Empty: until you end it."
    )

    def __init__(
        self,
        *args: Any,
        providers: list[tuple[str, str]],
        organizations: list[tuple[str, str]],
        models: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = providers  # type: ignore[attr-defined]
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]
        self.fields["models"].choices = models  # type: ignore[attr-defined]

    def scope(self, models: Collection[Any]) -> GrantScope:
        """What is granted; ``models`` are those that were chosen."""
        chosen = self.cleaned_data
        return GrantScope(
            kind=GrantKind(chosen["kind"]),
            models=list(models),
            jurisdiction=chosen["jurisdiction"].upper(),
            record_from=midnight(chosen["record_from"]),
            record_to=midnight(chosen["record_to"]),
        )


class TokenForm(PortalForm):
    """Issues a token with scopes and an end."""

    names = {"expires_at": "days"}

    name = forms.CharField(max_length=100, help_text="What it is for: CI of the assistant.")
    days = forms.IntegerField(
        min_value=1,
        max_value=TOKEN_DAYS_MOST,
        initial=TOKEN_DAYS,
        label="Days until it ends",
        help_text=f"At most {TOKEN_DAYS_MOST}.",
    )
    scopes = forms.TypedMultipleChoiceField(
        coerce=TokenScope,
        choices=[(scope.value, f"{scope}: {SCOPE_MEANINGS[scope]}") for scope in TokenScope],
        widget=forms.CheckboxSelectMultiple,
        label="What it may be used for",
    )

    @property
    def expires_at(self) -> datetime:
        """When the token ends."""
        return timezone.now() + timedelta(days=self.cleaned_data["days"])


class MachineForm(PortalForm):
    """Adds a service account."""

    names = {"organization_id": "organization"}

    organization = forms.ChoiceField()
    name = forms.CharField(max_length=120, help_text="What it does: nightly registration.")
    role = forms.ChoiceField(
        choices=[
            (role.value, role.value.replace("_", " "))
            for role in Role
            if role is not Role.ADMINISTRATOR
        ],
        initial=Role.READER.value,
    )

    def __init__(self, *args: Any, organizations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]


def midnight(day: Any) -> datetime | None:
    """The beginning of a day in UTC."""
    return datetime.combine(day, time.min, UTC) if day else None
