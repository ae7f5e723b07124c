"""The form of a schedule, and the rule it describes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from compliance.domain.schedules import CATCH_UP_WORDS, Rule
from compliance.domain.vocabulary import CatchUp
from compliance.portal.forms import BatteryForm, PortalForm

if TYPE_CHECKING:
    from compliance.audits.models import Schedule

UNIT_SECONDS = {"minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
LONGEST_INTERVAL_DAYS = 3_650


def copy_of(schedule: Schedule) -> dict[str, object]:
    """What the form of a new schedule begins with when it is to be like another.

    An interval of no whole minutes is left for whoever copies to say again.
    """
    every, unit = None, "days"
    seconds = schedule.interval_seconds
    if seconds and not seconds % UNIT_SECONDS["minutes"]:
        unit = next(one for one in reversed(UNIT_SECONDS) if not seconds % UNIT_SECONDS[one])
        every = seconds // UNIT_SECONDS[unit]
    return {
        "model": str(schedule.model_id),
        "name": schedule.name,
        "tests": [spec["name"] for spec in schedule.battery],
        "cron": schedule.cron,
        "every": every,
        "unit": unit,
        "time_zone": schedule.time_zone,
        "jitter": schedule.jitter_seconds // 60 or None,
        "catch_up": schedule.catch_up,
        "token_budget": schedule.token_budget,
    }


class RuleForm(PortalForm):
    """When a schedule fires: a cron expression or an interval, in a time zone."""

    names = {"interval_seconds": "every", "jitter_seconds": "jitter"}

    cron = forms.CharField(
        max_length=100,
        required=False,
        label="Cron expression",
        help_text="Five fields: 0 6 * * 1 is Mondays at 06:00.",
        widget=forms.TextInput(attrs={"list": "cron-examples", "autocomplete": "off"}),
    )
    every = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_INTERVAL_DAYS,
        required=False,
        label="Or every",
    )
    unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNIT_SECONDS], initial="days")
    time_zone = forms.CharField(
        max_length=60,
        initial="UTC",
        help_text="An IANA name such as Europe/Brussels.",
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )

    jitter = forms.IntegerField(
        min_value=0,
        max_value=10_080,
        required=False,
        label="Up to so many minutes late",
        help_text="Drawn for each firing, so that schedules of one hour do not all come at once.",
    )

    def rule(self, *, now: datetime) -> Rule:
        """The rule that a valid form describes, in force from this minute.

        Raises:
            InvalidInputError: naming cron, interval_seconds, time_zone or jitter_seconds.
        """
        every, unit = self.cleaned_data["every"], self.cleaned_data["unit"]
        rule = Rule(
            cron=self.cleaned_data["cron"].strip(),
            interval_seconds=None if every is None else every * UNIT_SECONDS[unit],
            time_zone=self.cleaned_data["time_zone"].strip(),
            anchor=now.replace(second=0, microsecond=0),
            jitter_seconds=60 * (self.cleaned_data["jitter"] or 0),
        )
        rule.check()
        return rule


class ScheduleForm(RuleForm, BatteryForm):
    """A schedule: what is run on which model, when, and what becomes of missed firings."""

    names = {**RuleForm.names, **BatteryForm.names}

    model = forms.ChoiceField()
    name = forms.CharField(max_length=200, help_text="What it is for.")
    catch_up = forms.ChoiceField(
        label="After an outage",
        initial=CatchUp.RUN_ONCE.value,
        choices=[(policy.value, words) for policy, words in CATCH_UP_WORDS.items()],
    )

    token_budget = forms.IntegerField(
        min_value=1,
        required=False,
        help_text="Tokens that each stress test may take; empty: no end.",
    )

    def __init__(self, *args: Any, models: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = models  # type: ignore[attr-defined]
