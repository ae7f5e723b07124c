"""The parameters of stress tests that people choose in the admin's forms."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from compliance.audits.labelling import AUDITED, JUDGE
from compliance.audits.selectors import stress_test_list
from compliance.domain.canonical import Json

PARAMETERS = (JUDGE, AUDITED)


def judges() -> list[tuple[str, str]]:
    """Who can read answers, as choices; empty leaves each stress test its own."""
    found = dict.fromkeys(
        judge for test in stress_test_list() for judge in test.choices.get(JUDGE, ())
    )
    return [("", "as each test has it"), *((judge, judge) for judge in found)]


class ParametersForm(forms.Form):
    """What is said for every chosen stress test that declares it."""

    judge = forms.ChoiceField(
        choices=judges,
        required=False,
        widget=UnfoldAdminSelectWidget,
        label="Judge of their answers",
        help_text="Of safety tests whose answers are judged. Its accuracy is said with a verdict.",
    )
    audited = forms.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        label="Share for people to label",
        help_text="Above 0 all items are asked, and people's labels correct the judge.",
    )

    @property
    def parameters(self) -> dict[str, Json]:
        """What a checked form says."""
        said: dict[str, Any] = {name: self.cleaned_data.get(name) for name in PARAMETERS}
        return {name: value for name, value in said.items() if value not in (None, "")}
