"""The portal's forms: one look, and errors at the field they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.renderers import DjangoTemplates

from compliance.audits.labelling import judge_choices, parameters_chosen
from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.vocabulary import Access, LineageRelation, SourceKind

if TYPE_CHECKING:
    from compliance.portal.catalogue import OfferedTest


def refusal(error: InvalidInputError) -> str:
    """A service's refusal in two sentences: what is wrong, and what to do."""
    return f"{error.problem[:1].upper()}{error.problem[1:]}. {error.fix}."


class PortalRenderer(DjangoTemplates):
    """Draws fields with the portal's markup."""

    field_template_name = "portal/forms/field.html"


class PortalForm(forms.Form):
    """A form whose fields look and report errors alike.

    ``names`` maps a service's field name to the form's where the two differ.
    """

    default_renderer = PortalRenderer()
    names: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _css_class(field.widget))

    def refuse(self, error: InvalidInputError) -> None:
        """Show a service's refusal at the field it names."""
        name: str = self.names.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, refusal(error))

    @property
    def general_errors(self) -> list[str]:
        """Errors that belong to no one field."""
        return [str(said) for said in self.errors.get(NON_FIELD_ERRORS, [])]


class JurisdictionsField(forms.CharField):
    """Codes of jurisdictions, separated by spaces or commas."""

    def __init__(self) -> None:
        super().__init__(
            max_length=800,
            required=False,
            label="On offer in",
            help_text="Codes of ISO 3166-1, or EU, separated by spaces: EU DE. Empty: nowhere.",
        )

    def to_python(self, value: Any) -> Any:
        return sorted(set((super().to_python(value) or "").replace(",", " ").upper().split()))


class ReasonForm(PortalForm):
    """Why somebody does what they do."""

    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 2}), label="Reason"
    )


class QuestionForm(PortalForm):
    """Asks a provider about a model."""

    names = {"organization_id": "organization"}

    organization = forms.ChoiceField(label="Asked by")
    text = forms.CharField(
        max_length=5000, widget=forms.Textarea(attrs={"rows": 5}), label="Question"
    )
    due_at = forms.DateTimeField(
        label="To be answered by (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, organizations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]


class AnswerForm(PortalForm):
    """Answers a question."""

    text = forms.CharField(
        max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}), label="Answer"
    )


class LabelForm(PortalForm):
    """What a person says of one answer."""

    item_id = forms.CharField(max_length=200, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label="The answer", widget=forms.RadioSelect)

    def __init__(self, *args: Any, words: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(word, f"{word}: {means}") for word, means in words.items()]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]


class ModelForm(PortalForm):
    """Registers a model."""

    names = {"organization_id": "organization"}

    organization = forms.ChoiceField(label="Provider")
    name = forms.CharField(max_length=200, help_text="As people know it.")
    slug = forms.SlugField(
        max_length=50, help_text="Short name for addresses: letters, digits and hyphens."
    )
    description = forms.CharField(
        max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    jurisdictions = JurisdictionsField()

    def __init__(self, *args: Any, organizations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].choices = organizations  # type: ignore[attr-defined]


class VersionForm(PortalForm):
    """Registers a version of a model; its declarations are forms of their own."""

    name = forms.CharField(max_length=50, label="Version", help_text="For example 1.0.")
    access = forms.ChoiceField(
        choices=[
            (Access.WEIGHTS.value, "Weights: workers open the files"),
            (Access.ENDPOINT.value, "Endpoint: workers ask a server"),
            (Access.SEALED.value, "Sealed: recorded, not opened"),
        ],
        help_text="How stress tests can examine it.",
    )
    location = forms.CharField(
        max_length=500,
        help_text="Weights: a folder below the models root. Endpoint: its base URL. Sealed: what "
        "'assay weights seal' printed, which commits to the files, or any name, which does not.",
    )


class ParentForm(PortalForm):
    """Declares one parent."""

    version = forms.ChoiceField(required=False, label="Parent version")
    relation = forms.ChoiceField(
        required=False,
        label="Derived by",
        choices=[
            (relation.value, relation.value.replace("_", " ")) for relation in LineageRelation
        ],
    )

    def __init__(self, *args: Any, versions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = [("", "none"), *versions]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        if chosen.get("version") and not chosen.get("relation"):
            self.add_error("relation", "Say how the version was derived from this parent.")
        return chosen


class SourceForm(PortalForm):
    """Declares one source of training data."""

    name = forms.CharField(max_length=200, required=False, label="Source")
    kind = forms.ChoiceField(
        required=False,
        choices=[(kind.value, kind.value.replace("_", " ")) for kind in SourceKind],
    )
    licence = forms.CharField(max_length=100, required=False)
    url = forms.URLField(max_length=200, required=False, label="URL", assume_scheme="https")
    description = forms.CharField(max_length=2000, required=False)

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        told = [name for name in ("licence", "url", "description") if chosen.get(name)]
        if told and not chosen.get("name"):
            self.add_error("name", "Name the source, or clear the row.")
        if chosen.get("name") and not chosen.get("kind"):
            self.add_error("kind", "Say what kind of source it is.")
        return chosen


class SourceOfVersionForm(PortalForm):
    """Declares a source of training data of a registered version."""

    OF_SOURCE = ("name", "kind", "licence", "url", "description")

    version = forms.ChoiceField(label="Trained on it")
    name = forms.CharField(max_length=200, label="Source")
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.value.replace("_", " ")) for kind in SourceKind]
    )
    licence = forms.CharField(max_length=100, required=False)
    url = forms.URLField(max_length=200, required=False, label="URL", assume_scheme="https")
    description = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, versions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].choices = versions  # type: ignore[attr-defined]


class _TestsWidget(forms.CheckboxSelectMultiple):
    """Boxes of which those that cannot be asked are there to be read, and cannot be ticked."""

    refused: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.refused:
            option["attrs"]["disabled"] = True
        return option


class TestsField(forms.MultipleChoiceField):
    """Stress tests to choose from; none is chosen for anybody."""

    widget: Any = _TestsWidget

    def offer(self, tests: Sequence[OfferedTest]) -> None:
        """Say what there is to choose from, and what of it cannot be asked."""
        self.choices = [(one.name, one.label) for one in tests]
        self.widget.refused = frozenset(one.name for one in tests if one.refused)


class BatteryForm(PortalForm):
    """Picks stress tests from what live workers announced."""

    names = {"battery": "tests"}

    tests = TestsField(label="Stress tests", required=False)
    judge = forms.ChoiceField(required=False, label="Judge of their answers")
    audited = forms.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        label="Share for people to label",
        widget=forms.NumberInput(attrs={"step": "0.05"}),
    )

    def __init__(self, *args: Any, tests: Sequence[OfferedTest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tests"].offer(tests)  # type: ignore[attr-defined]
        self._offer_judges(tests)
        self._offer_labels(tests)

    def _offer_judges(self, tests: Sequence[OfferedTest]) -> None:
        """Those that a test declares; no field where none does."""
        judges = judge_choices(judge for one in tests for judge in one.judges)
        self.fields["judge"].choices = judges  # type: ignore[attr-defined]
        judged = ", ".join(one.title for one in tests if one.judges)
        self.fields["judge"].help_text = f"Of: {judged}. Its accuracy is said with every verdict."
        if not judged:
            del self.fields["judge"]

    def _offer_labels(self, tests: Sequence[OfferedTest]) -> None:
        """No field where no test can be labelled."""
        labelled = ", ".join(one.title for one in tests if one.labelled)
        self.fields["audited"].help_text = (
            f"From 0 to 1, of: {labelled}. Above 0 all their items are asked, and people’s labels "
            "correct the judge."
        )
        if not labelled:
            del self.fields["audited"]

    @property
    def parameters(self) -> dict[str, Json]:
        """What a checked form says for those tests that declare it."""
        return parameters_chosen(self.cleaned_data)


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
