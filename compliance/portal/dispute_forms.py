"""Forms of disputes: opening one, and each step in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from compliance.disputes.findings import findings_by_battery
from compliance.disputes.selectors import orderable_tests, reviewers_for
from compliance.disputes.services import Attached, Submission
from compliance.domain.batteries import PROPOSAL_DAYS, spoken_tests
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.disputes import DRAW_DAYS, MAX_FILE_BYTES, MAX_FILES, MAX_TEXT
from compliance.domain.runs import not_offered
from compliance.domain.vocabulary import Access, Need
from compliance.portal.catalogue import OfferedTest
from compliance.portal.forms import PortalForm, TestsField

OUTCOMES = {
    RulingOutcome.UPHELD: "Upheld: the battery showed it",
    RulingOutcome.NOT_UPHELD: "Not upheld",
    RulingOutcome.DISMISSED: "Dismissed: nothing was tested",
}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each bounded before it is read."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MAX_FILES:
            raise forms.ValidationError(f"At most {MAX_FILES} files.")
        found: list[UploadedFile[Any]] = [
            super(FilesField, self).clean(one, initial) for one in given
        ]
        if any((one.size or 0) > MAX_FILE_BYTES for one in found):
            raise forms.ValidationError(f"At most {MAX_FILE_BYTES >> 20} MiB a file.")
        return found


def _offered(dispute: Any) -> list[OfferedTest]:
    """The tests that compare two versions; what cannot be asked of these two says why."""
    spoken = spoken_tests(findings_by_battery(dispute=dispute))
    access = Access(dispute.respondent_version.access)
    newest = {one.name: one for one in reversed(orderable_tests())}
    return [
        OfferedTest(
            name=one.name,
            title=one.title,
            refused="it has spoken in this dispute"
            if one.name in spoken
            else not_offered(access, map(Need, one.needs)),
        )
        for one in newest.values()
    ]


class DisputeOpenForm(PortalForm):
    """Opens a dispute."""

    version = forms.ChoiceField(label="Our version")
    accused = forms.CharField(
        max_length=300,
        label="The version that we say comes from it",
        help_text="Its name in results: provider/model version, such as northwind/assistant 1.0.",
    )
    court = forms.ChoiceField(label="Before")
    claim = forms.CharField(max_length=5_000, widget=_area(5), label="What we claim")

    def __init__(
        self,
        *args: Any,
        versions: list[tuple[str, str]],
        courts: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = versions  # type: ignore[attr-defined]
        self.fields["court"].choices = courts  # type: ignore[attr-defined]


class StepForm(PortalForm):
    """One step in a dispute, which some of them offer choices from."""

    def __init__(self, *args: Any, dispute: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(dispute)

    def offer(self, dispute: Any) -> None:
        """Fill in what there is to choose from."""


class FilingForm(StepForm):
    """Files a text, with files if need be."""

    names = {"files": "attached"}

    title = forms.CharField(max_length=200)
    text = forms.CharField(max_length=MAX_TEXT, widget=_area(6))
    attached = FilesField(
        required=False,
        label="Files",
        help_text=f"At most {MAX_FILES}, of {MAX_FILE_BYTES >> 20} MiB each.",
    )
    confidential = forms.BooleanField(
        required=False,
        label="Confidential",
        help_text="For the parties and the court alone; every reading is an entry of the ledger.",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    @property
    def submission(self) -> Submission:
        """What is filed."""
        chosen = self.cleaned_data
        files: Sequence[UploadedFile[Any]] = chosen["attached"]
        return Submission(
            title=chosen["title"],
            text=chosen["text"],
            confidential=chosen["confidential"],
            files=[Attached(str(one.name), one.read()) for one in files],
        )


class AppointForm(StepForm):
    """Appoints a reviewer."""

    organization = forms.ChoiceField(label="Academic organization")

    def offer(self, dispute: Any) -> None:
        choices = [(one.slug, one.name) for one in reviewers_for(dispute=dispute)]
        self.fields["organization"].choices = choices  # type: ignore[attr-defined]


class BatteryStepForm(StepForm):
    """Names the tests of the next battery, and by when its seed is to be drawn."""

    names = {"battery": "tests"}
    draw_days = DRAW_DAYS

    tests = TestsField(
        label="Stress tests",
        help_text="They compare the respondent's version with the claimant's.",
    )
    draw_by = forms.DateTimeField(
        label="Seed to be drawn by (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def offer(self, dispute: Any) -> None:
        self.fields["tests"].offer(_offered(dispute))  # type: ignore[attr-defined]
        suggested = timezone.now() + timedelta(days=self.draw_days)
        self.fields["draw_by"].initial = suggested.replace(hour=17, minute=0)


class OrderForm(BatteryStepForm):
    """Orders a battery."""

    reasons = forms.CharField(
        max_length=MAX_TEXT,
        widget=_area(3),
        required=False,
        help_text="Needed where a party objected to what the other proposed.",
    )


class ProposeForm(BatteryStepForm):
    """Proposes a battery."""

    draw_days = PROPOSAL_DAYS + DRAW_DAYS

    reasons = forms.CharField(max_length=MAX_TEXT, widget=_area(3), label="Why these")


class AgreeForm(StepForm):
    """Agrees to what is proposed."""


class ObjectForm(StepForm):
    """Objects to what is proposed."""

    reasons = forms.CharField(max_length=MAX_TEXT, widget=_area(3), label="Why not")


class CommitForm(StepForm):
    """Commits to a share of the seed."""

    commitment = forms.CharField(
        max_length=64,
        label="SHA-256 of our share",
        help_text="Draw 32 random bytes, keep them to yourself, give their SHA-256 in hex: "
        "openssl rand 32 | tee share | sha256sum",
    )


class RevealForm(StepForm):
    """Reveals a share of the seed."""

    share = forms.CharField(
        max_length=64,
        label="Our share",
        help_text="The 32 bytes that you kept, in hex: od -An -v -tx1 share | tr -d ' \\n'",
    )


class DrawForm(StepForm):
    """Draws with what was revealed."""


class RuleForm(StepForm):
    """Rules."""

    outcome = forms.ChoiceField(
        label="The claim is", choices=[(one.value, said) for one, said in OUTCOMES.items()]
    )
    operative = forms.CharField(max_length=MAX_TEXT, widget=_area(3), label="What is ordered")
    reasons = forms.CharField(max_length=MAX_TEXT, widget=_area(6), label="Reasons")


class DissentForm(StepForm):
    """Dissents from a ruling."""

    text = forms.CharField(max_length=MAX_TEXT, widget=_area(5), label="What speaks against it")


class WithdrawForm(StepForm):
    """Withdraws the claim."""

    reason = forms.CharField(max_length=500, widget=_area(2))
