"""The form of a subscription: what is heard, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from compliance.domain.canonical import Json
from compliance.domain.events import PAYLOAD_KEYS, EventType
from compliance.domain.strict_json import StrictJsonError, strict_json
from compliance.domain.vocabulary import Effect, Severity
from compliance.portal.forms import BatteryForm

if TYPE_CHECKING:
    from compliance.portal.catalogue import OfferedTest

EFFECTS = [
    (Effect.WEBHOOK.value, "call a webhook, signed"),
    (Effect.RUN.value, "run stress tests on the version that the event tells of"),
    (Effect.ALERT.value, "open an alert"),
]
MOST_CONDITIONS = 20
MOST_BYTES = 8_000


class ConditionsField(forms.CharField):
    """What an event must say, a line for each key: ``verdict = violating``."""

    def __init__(self) -> None:
        super().__init__(
            max_length=2000,
            required=False,
            label="Only where",
            help_text=(
                "A line for each condition: verdict = violating, or several values in brackets:"
                ' verdict = ["violating", "inconclusive"]. Empty: every such event.'
            ),
            widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        )

    def clean(self, value: Any) -> Any:
        """Keys with their values: JSON where a value is JSON, else the text as it stands."""
        found: dict[str, Json] = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            key, equals, said = (part.strip() for part in line.partition("="))
            if not (key and equals and said):
                raise ValidationError(f"“{line.strip()}” is no condition. Write: key = value.")
            found[key] = _value(said)
        if len(found) > MOST_CONDITIONS:
            raise ValidationError(f"At most {MOST_CONDITIONS} conditions.")
        return found


def _value(said: str) -> Json:
    if "\\u0000" in said:
        raise ValidationError("The record holds no NUL character.")
    try:
        return strict_json(said.encode(), max_bytes=MOST_BYTES)
    except StrictJsonError:
        return said


class SubscriptionForm(BatteryForm):
    """What is done whenever something happens."""

    names = {**BatteryForm.names, "organization_id": "organization", "filter": "where"}

    organization = forms.ChoiceField()
    event_type = forms.ChoiceField(
        label="When this happens",
        initial=EventType.VERDICT_VIOLATING.value,
        choices=[(one, one) for one in sorted(one.value for one in EventType)],
    )
    model = forms.ChoiceField(required=False, help_text="Only what is about it.")
    where = ConditionsField()
    effect = forms.ChoiceField(
        label="Do this", choices=EFFECTS, initial=Effect.WEBHOOK.value, widget=forms.RadioSelect
    )
    url = forms.URLField(
        max_length=500,
        required=False,
        label="URL to call",
        assume_scheme="https",
        help_text="Its secret is shown once, after this form.",
    )
    severity = forms.ChoiceField(
        label="Severity of the alert",
        required=False,
        choices=[(one.value, one.value) for one in Severity],
    )

    def __init__(
        self,
        *args: Any,
        tests: Sequence[OfferedTest],
        organizations: list[tuple[str, str]],
        models: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, tests=tests, **kwargs)
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]
        self.fields["model"].choices = [("", "every model"), *models]  # type: ignore[attr-defined]
        self.fields["tests"].label = "Stress tests to run"

    def clean(self) -> dict[str, Any]:
        """An effect needs what it is done with."""
        chosen: dict[str, Any] = super().clean() or {}
        wants_url = chosen.get("effect") == Effect.WEBHOOK.value
        if wants_url and not chosen.get("url") and "url" not in self.errors:
            self.add_error("url", "Say which URL to call.")
        return chosen


def payload_keys() -> list[tuple[str, str]]:
    """The keys that conditions may name, by what happens."""
    return [(one.value, ", ".join(sorted(PAYLOAD_KEYS[one]))) for one in EventType]
