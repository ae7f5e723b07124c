"""The operator's room: what every page of the admin has in common.

Pages show the record and change nothing that it has fixed. What an operator may do goes through
a service, in a dialog, in the name of ``operator_viewer``; nothing is ever deleted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from compliance.accounts.admin_readings import Told, admin_list_tell, admin_reading_tell
from compliance.accounts.models import User
from compliance.accounts.selectors import Viewer, operator_viewer
from compliance.accounts.sudo import DangerousAct, confirmation_demand, confirmed
from compliance.domain.errors import AssayError, InvalidInputError


class RecordAdmin(ModelAdmin):
    """Rows as they stand: to be read, searched and filtered."""

    list_per_page = 50
    dangerous: ClassVar[DangerousAct | None] = None
    """Asked of whoever adds, changes or acts on these rows: to confirm that it is they."""
    told: ClassVar[Told | None] = None
    """What these rows show of an organization's record, whose people learn that staff read it."""
    show_full_result_count = False  # counting a million items would take longer than a page may
    list_filter_submit = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whether the person may ask for the services that this page offers."""
        options = self.opts
        name = f"{options.app_label}.change_{options.model_name}"
        return request.user.is_active and request.user.has_perm(name)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        writes = object_id is None or request.method == "POST"
        if self.dangerous and writes and not confirmed(request):
            return confirmation_demand(request)
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        if self.told and object_id is not None and answer.status_code == HTTPStatus.OK:
            row = self.get_object(request, unquote(object_id))
            admin_reading_tell(user=signed_in(request), told=self.told, row=row)
        return answer

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = super().changelist_view(request, *args, **kwargs)
        shown = getattr(answer, "context_data", None) or {}
        if self.told and "cl" in shown:
            rows = shown["cl"].result_list
            admin_list_tell(user=signed_in(request), told=self.told, rows=rows)
        return answer

    def ask(
        self, request: HttpRequest, row: models.Model, service: Callable[[Viewer], str]
    ) -> HttpResponse:
        """Ask for a service on a row, tell how it went, and show the row again.

        Args:
            service: does it in the operator's name and says what was done.
        """
        if self.dangerous and not confirmed(request):
            return confirmation_demand(request)
        try:
            said = service(operator_viewer(user=signed_in(request)))
        except AssayError as error:
            self.message_user(request, sentence(error), messages.ERROR)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponse(headers={"HX-Redirect": change_address(row)})


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose rows a service writes; its refusals are shown at the field they name.

    ``names`` maps a service's field name to the form's where the two differ.
    """

    operator: ClassVar[User]
    names: ClassVar[dict[str, str]] = {}

    def make(self, viewer: Viewer) -> models.Model:
        """Ask the service for what the checked form describes."""
        raise NotImplementedError

    def refuse(self, error: InvalidInputError) -> None:
        """Show a refusal at the field it names."""
        name = self.names.get(error.field, error.field)
        said = f"{error.problem[:1].upper()}{error.problem[1:]}. {error.fix}."
        self.add_error(name if name in self.fields else None, said)

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            self.instance = self.make(operator_viewer(user=self.operator))
        except InvalidInputError as error:
            self.refuse(error)

    def save(self, commit: bool = True) -> Any:
        return self.instance

    def save_m2m(self) -> None:
        """Nothing: the service wrote everything."""


class ServiceAdmin(RecordAdmin):
    """Rows that an operator may add, by a service, and that are fixed from then on."""

    add_form: type[ServiceForm]

    def has_add_permission(self, request: HttpRequest) -> bool:
        options = self.opts
        return request.user.has_perm(f"{options.app_label}.add_{options.model_name}")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        if obj is None:
            kw["form"] = type("AddForm", (self.add_form,), {"operator": signed_in(request)})
        return super().get_form(request, obj, change, **kw)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the service has saved it."""


class FixedInline(TabularInline):
    """Rows that belong to another, to be read."""

    extra = 0
    can_delete = False
    show_change_link = True
    tab = True

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        fields: tuple[str, ...] = self.fields
        return fields

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReasonDialog(BaseDialogForm):
    """Asks why."""

    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextareaWidget({"rows": 3}))


class BasisDialog(BaseDialogForm):
    """Asks on which legal basis something is erased."""

    basis = forms.CharField(max_length=500, label="Legal basis")


def dialog(title: str, description: str, form: type[BaseDialogForm] | None = None) -> Any:
    """A question before an action; ``form`` asks for more than yes."""
    return {
        "title": title,
        "description": description,
        "form_class": form,
        "form_submit_text": title,
    }


def signed_in(request: HttpRequest) -> User:
    """The member of staff who asks; the admin lets nobody else in."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def sentence(error: Exception) -> str:
    """An error's message as one sentence."""
    said = str(error).strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def change_address(row: models.Model) -> str:
    """Where the admin shows a row."""
    options = row._meta  # noqa: SLF001 - documented API in spite of its name
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[row.pk])


def row_link(row: models.Model | None) -> SafeString | str:
    """A link to where the admin shows a row; a dash for none."""
    if row is None:
        return "–"
    return link(change_address(row), str(row))


def link(address: str, text: str) -> SafeString:
    """A link in the admin's look."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', address, text
    )


def pretty(value: object) -> SafeString:
    """JSON as people read it."""
    return format_html(
        '<pre class="whitespace-pre-wrap break-all">{}</pre>',
        json.dumps(value, indent=2, ensure_ascii=False),
    )
