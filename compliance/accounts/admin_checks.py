"""Rows of the admin that can be verified again: what was asked of them, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.decorators import action

from compliance.accounts.admin_readings import admin_reading_tell
from compliance.accounts.admin_site import RecordAdmin, change_address, signed_in
from compliance.accounts.selectors import Viewer, operator_viewer
from compliance.domain.verify.rules import Outcome, Step


class CheckedAdmin(RecordAdmin):
    """Rows with a button that verifies one of them again; it changes nothing."""

    actions_detail: tuple[str, ...] = ("reverify",)
    checked_against = ""
    """What the checks show, and what they cannot show, in a sentence or two."""

    def steps_of(self, viewer: Viewer, row: Any) -> Sequence[Step]:
        """What verifying a row again finds."""
        raise NotImplementedError

    @action(description="Re-verify", permissions=["view"], icon="verified")
    def reverify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return HttpResponse(status=HTTPStatus.NOT_FOUND)
        person = signed_in(request)
        if self.told:
            admin_reading_tell(user=person, told=self.told, row=row)
        steps = self.steps_of(operator_viewer(user=person), row)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Re-verify: {row}",
            "opts": self.opts,
            "row": row,
            "back": change_address(row),
            "steps": steps,
            "broken": [one for one in steps if one.outcome is Outcome.BROKEN],
            "skipped": [one for one in steps if one.outcome is Outcome.NOT_CHECKED],
            "checked_against": self.checked_against,
        }
        return TemplateResponse(request, "accounts/admin/checked.html", context)
