"""The rows in which a provider declares parents and training-data sources."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from compliance.domain.errors import InvalidInputError
from compliance.domain.lineage import DeclaredParent, DeclaredSource
from compliance.domain.vocabulary import LineageRelation, SourceKind
from compliance.portal.forms import ParentForm, SourceForm
from compliance.registry.services import Declarations

MOST_ROWS = 50


class DeclarationForms:
    """Two lists of rows; empty rows are not declared.

    Args:
        posted: what was sent, or None for an empty form.
        versions: the versions that may be named as parents: id and label.
        more: the list (``parents`` or ``sources``) that is to have one more row.
    """

    def __init__(
        self, posted: QueryDict | None, *, versions: list[tuple[str, str]], more: str = ""
    ) -> None:
        if posted is not None and more in ("parents", "sources"):
            posted = _with_one_more(posted, more)
        rows: dict[str, Any] = {"extra": 1, "max_num": MOST_ROWS, "absolute_max": MOST_ROWS}
        self.parents: BaseFormSet[ParentForm] = formset_factory(ParentForm, **rows)(
            posted, prefix="parents", form_kwargs={"versions": versions}
        )
        self.sources: BaseFormSet[SourceForm] = formset_factory(SourceForm, **rows)(
            posted, prefix="sources"
        )

    def is_valid(self) -> bool:
        return all([self.parents.is_valid(), self.sources.is_valid()])

    def declarations(self) -> Declarations:
        """What the filled rows declare."""
        return Declarations(
            parents=tuple(
                DeclaredParent(
                    version_id=UUID(row.cleaned_data["version"]),
                    relation=LineageRelation(row.cleaned_data["relation"]),
                )
                for row in self._filled_parents()
            ),
            sources=tuple(
                DeclaredSource(
                    kind=SourceKind(chosen["kind"]),
                    name=chosen["name"],
                    url=chosen["url"],
                    description=chosen["description"],
                    licence=chosen["licence"],
                )
                for chosen in (row.cleaned_data for row in self.sources)
                if chosen.get("name")
            ),
        )

    def refuse(self, error: InvalidInputError) -> bool:
        """Show a refusal at the row it names; False where it names none of these rows."""
        kind, _, rest = error.field.partition(".")
        place, _, field = rest.partition(".")
        rows = self._filled_parents()
        if kind != "parents" or not place.isdigit() or int(place) >= len(rows):
            return False
        said = InvalidInputError(field=field, problem=error.problem, fix=error.fix)
        rows[int(place)].refuse(said)
        return True

    def _filled_parents(self) -> list[ParentForm]:
        return [row for row in self.parents if row.cleaned_data.get("version")]


def _with_one_more(posted: QueryDict, prefix: str) -> QueryDict:
    name = f"{prefix}-TOTAL_FORMS"
    count = posted.get(name, "0")
    changed = posted.copy()
    changed[name] = str(min(int(count) if count.isdigit() else 0, MOST_ROWS - 1) + 1)
    return changed
