"""Labelling: the drawn answers of a stress test, one after another, without the judge's outcome."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import model_reading_tell
from compliance.audits.selectors import label_sheet_get
from compliance.audits.services import label_add, labels_conclude
from compliance.domain.errors import InvalidInputError
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.portal.catalogue import titles
from compliance.portal.crumbs import surroundings
from compliance.portal.forms import LabelForm, refusal
from compliance.portal.viewing import for_viewer, page


@require_safe
@for_viewer
def sheet(request: HttpRequest, viewer: Viewer, run_id: UUID, position: int) -> HttpResponse:
    """The next answer to be labelled, and how far the labels are."""
    found = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
    run, asked = found.shard.run, found.next
    model_reading_tell(
        viewer=viewer, what=Seen.LABELS, model=run.version.model, subject=f"run/{run.id}"
    )
    form = LabelForm(initial={"item_id": asked.item_id}, words=found.words) if asked else None
    return page(
        request,
        viewer,
        "portal/runs/labels.html",
        run=run,
        around=surroundings(viewer=viewer, run=run),
        shard=found.shard,
        sheet=found,
        asked=asked,
        form=form,
        titles=titles(),
        may_label=viewer.may(Action.LABEL, run.version.model.organization_id),
    )


@require_POST
@for_viewer
def add(request: HttpRequest, viewer: Viewer, run_id: UUID, position: int) -> HttpResponse:
    """Keep a label and go on to the next answer.

    A refusal is told above the answer that is next: the one it was meant for may have its label
    from somebody else by now.
    """
    found = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
    form = LabelForm(request.POST, words=found.words)
    if form.is_valid():
        try:
            label_add(viewer=viewer, shard=found.shard, **form.cleaned_data)
        except InvalidInputError as error:
            messages.error(request, refusal(error))
    else:
        messages.error(request, "Choose what the answer is.")
    return redirect("portal:labels", run_id, position)


@require_POST
@for_viewer
def conclude(request: HttpRequest, viewer: Viewer, run_id: UUID, position: int) -> HttpResponse:
    """Judge the answers anew by the labels there are."""
    found = label_sheet_get(viewer=viewer, run_id=run_id, position=position)
    try:
        run = labels_conclude(viewer=viewer, shard=found.shard)
    except InvalidInputError as error:
        messages.error(request, refusal(error))
        return redirect("portal:labels", run_id, position)
    return redirect("portal:run", run.id)
