"""The forms of alerts, their routes and maintenance windows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from compliance.alerts.services import Destination, Policy
from compliance.domain.alerts import LONGEST_ESCALATION_MINUTES
from compliance.domain.vocabulary import Channel, Severity
from compliance.portal.forms import PortalForm

Choices = list[tuple[str, str]]
CHANNELS = [
    (Channel.MEMBERS.value, "Mail to everybody who answers for alerts"),
    (Channel.MAIL.value, "Mail to one address"),
    (Channel.SERVICE.value, "A service: Slack, Teams, PagerDuty and others"),
]
SEVERITIES = [
    (Severity.WARNING.value, "warnings and critical alerts"),
    (Severity.CRITICAL.value, "critical alerts only"),
]
TYPES = [
    ("verdict.violating", "a violating verdict"),
    ("lineage.parent.unshown", "a declared parent that is not shown"),
    ("model.version.weights.changed", "files that are not the registered ones"),
    ("endpoint.drift.detected", "an endpoint that serves another model"),
    ("run.errored", "a run that ended in an error"),
    ("question.asked", "a regulator's question"),
    ("obligation.overdue", "an obligation that is overdue"),
]


def moment(label: str, help_text: str = "") -> forms.DateTimeField:
    """A moment in UTC, by the browser's own picker."""
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=f"{label} (UTC)", widget=picker, help_text=help_text)


class SnoozeForm(PortalForm):
    """Until when an alert is put off, and why."""

    until = moment("Until", "It is open again then, and goes out again.")
    reason = forms.CharField(max_length=500, label="Why it can wait")


class AssignForm(PortalForm):
    """Whom an alert is given to."""

    assignee = forms.ChoiceField(label="Give it to", help_text="Told by mail.")

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = people  # type: ignore[attr-defined]


class AnswerForm(PortalForm):
    """What is to be said of an alert."""

    names = {"answer": "text"}

    text = forms.CharField(
        max_length=5000,
        label="Your answer",
        help_text="Whoever reads this record reads it, the regulator too.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def minutes(label: str) -> forms.IntegerField:
    """A time to answer in."""
    return forms.IntegerField(
        label=label, min_value=1, max_value=LONGEST_ESCALATION_MINUTES, required=False
    )


class RouteForm(PortalForm):
    """Where alerts go, which, and who is next."""

    name = forms.CharField(max_length=100, help_text="Whom it reaches, such as Model desk.")
    channel = forms.ChoiceField(choices=CHANNELS, label="Sent by")
    destination = forms.CharField(
        max_length=2000,
        required=False,
        label="Address",
        help_text="An e-mail address, or a service’s URL, which is encrypted and not shown again.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    minimum_severity = forms.ChoiceField(choices=SEVERITIES, label="Takes")
    event_types = forms.MultipleChoiceField(
        choices=TYPES,
        required=False,
        label="Raised by",
        help_text="None ticked: by anything.",
        widget=forms.CheckboxSelectMultiple,
    )
    first_line = forms.TypedChoiceField(
        label="When",
        choices=[("yes", "as they open"), ("no", "when another route escalates to it")],
        coerce=lambda value: value == "yes",
    )
    critical_minutes = minutes("Critical: minutes to answer in")
    warning_minutes = minutes("Warning: minutes to answer in")
    escalates_to = forms.TypedChoiceField(
        label="Then it goes to", required=False, empty_value=None, coerce=lambda value: value
    )
    enabled = forms.TypedChoiceField(
        label="This route is",
        choices=[("yes", "on"), ("no", "off")],
        coerce=lambda value: value == "yes",
    )

    def __init__(self, *args: Any, routes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["escalates_to"].choices = [("", "nobody else"), *routes]  # type: ignore[attr-defined]

    def leads(self) -> Destination:
        """Where a valid form leads."""
        chosen = self.cleaned_data
        return Destination(Channel(chosen["channel"]), chosen["destination"])

    def policy(self) -> Policy:
        """The policy that a valid form describes."""
        chosen = self.cleaned_data
        return Policy(
            minimum_severity=Severity(chosen["minimum_severity"]),
            event_types=tuple(chosen["event_types"]),
            first_line=chosen["first_line"],
            critical_minutes=chosen["critical_minutes"],
            warning_minutes=chosen["warning_minutes"],
            escalates_to=UUID(chosen["escalates_to"]) if chosen["escalates_to"] else None,
            enabled=chosen["enabled"],
        )


class NewRouteForm(RouteForm):
    """A route that is not there yet."""

    names = {"organization_id": "organization"}

    organization = forms.ChoiceField()

    def __init__(self, *args: Any, organizations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]


class ChangeRouteForm(RouteForm):
    """A route as it stands; its address is kept unless another is given."""

    channel = forms.ChoiceField(
        choices=[("", "leave it as it is"), *CHANNELS],
        required=False,
        label="Change where it leads",
    )

    def leads_elsewhere(self, channel: str) -> Destination | None:
        """Where a valid form leads from now on; None: where it led, by ``channel``."""
        chosen = self.cleaned_data
        if not (chosen["channel"] or chosen["destination"]):
            return None
        return Destination(Channel(chosen["channel"] or channel), chosen["destination"])


class WindowForm(PortalForm):
    """When nobody is to be disturbed, and why."""

    organization = forms.ChoiceField()
    model = forms.ChoiceField(required=False, help_text="Only its alerts are kept back.")
    starts_at = moment("From")
    ends_at = moment("To", "What was kept back and nobody answered goes out then.")
    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text="Shown with each alert."
    )

    def __init__(self, *args: Any, organizations: Choices, models: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]
        self.fields["model"].choices = [("", "every model"), *models]  # type: ignore[attr-defined]
