"""What the stress tests that a form has ticked would come to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from compliance.accounts.rate_limits import costly
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.domain.errors import NotFoundError
from compliance.domain.readings import Seen
from compliance.portal.catalogue import foreseen, offered
from compliance.portal.forms import BatteryForm
from compliance.portal.viewing import for_viewer, fragment
from compliance.registry.selectors import model_get, version_get, version_newest

if TYPE_CHECKING:
    from compliance.registry.models import Version


class ModelChoice(forms.Form):
    """Which model a schedule that is still being written is for."""

    model = forms.UUIDField()


@costly
@require_safe
@for_viewer
def of_version(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """On this version."""
    version = version_get(viewer=viewer, version_id=version_id)
    subject = f"version/{version.id}"
    model_reading_tell(viewer=viewer, what=Seen.FORECAST, model=version.model, subject=subject)
    return _foreseen(request, viewer, version)


@costly
@require_safe
@for_viewer
def of_model(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """On the newest version of the model that the form names."""
    form = ModelChoice(request.GET)
    if not form.is_valid():
        raise NotFoundError("no such model that you may see")
    model = model_get(viewer=viewer, model_id=form.cleaned_data["model"])
    model_reading_tell(viewer=viewer, what=Seen.FORECAST, model=model, subject=f"model/{model.id}")
    return _foreseen(request, viewer, version_newest(model=model))


def _foreseen(request: HttpRequest, viewer: Viewer, version: Version | None) -> HttpResponse:
    """By the parameters that the form has so far; one that is no value yet is left out."""
    form = BatteryForm(request.GET, tests=offered())
    form.full_clean()
    found = foreseen(viewer, request.GET.getlist("tests"), version, form.parameters)
    return fragment(request, "portal/parts/forecasts.html", forecasts=found)
