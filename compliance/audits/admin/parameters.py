"""The parameters of stress tests that people choose in the admin's forms."""

from __future__ import annotations

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from compliance.audits.labelling import JUDGE, judge_choices, parameters_chosen
from compliance.audits.selectors import stress_test_list
from compliance.domain.canonical import Json


def judges() -> list[tuple[str, str]]:
    """Who can read answers of any stress test on offer."""
    tests = stress_test_list()
    return judge_choices(judge for test in tests for judge in test.choices.get(JUDGE, ()))


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
        return parameters_chosen(self.cleaned_data)
