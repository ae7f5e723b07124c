"""Training data: what providers declare of their versions, and declaring more of it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.services import list_reading_tell
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.lineage import DeclaredSource
from compliance.domain.readings import Seen
from compliance.domain.rights import Action
from compliance.domain.vocabulary import SourceKind
from compliance.portal.forms import SourceOfVersionForm
from compliance.portal.paging import one_of, paged, query_without_page
from compliance.portal.viewing import for_viewer, page
from compliance.registry.selectors import version_get, version_list
from compliance.registry.services import training_source_declare
from compliance.registry.sources import training_source_get, training_source_list

KINDS = [kind.value for kind in SourceKind]
MOST_DIGITS = 18
"""Of a source's number: more is none that a database has."""


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Declared sources, the newest first, by kind and name where asked."""
    list_reading_tell(viewer=viewer, what=Seen.SOURCES)
    rows = training_source_list(viewer=viewer)
    chosen = one_of(request.GET.get("kind"), KINDS)
    sought = request.GET.get("q", "").strip()
    if chosen:
        rows = rows.filter(kind=chosen)
    if sought:
        rows = rows.filter(Q(name__icontains=sought) | Q(version__model__slug__icontains=sought))
    return page(
        request,
        viewer,
        "portal/training_data/index.html",
        sources=paged(request, rows),
        kinds=KINDS,
        chosen=chosen,
        sought=sought,
        query=query_without_page(request),
        may_declare=any(viewer.may(Action.REGISTER, one) for one in viewer.roles),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_viewer
def declare(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Declare a source of a registered version, or what another version declares, of this one too.

    The query may name a ``version``, and a ``source`` to begin from.
    """
    able = [one for one in viewer.roles if viewer.may(Action.REGISTER, one)]
    if not able:
        raise NotAllowedError("your role does not include: register")
    own = version_list(viewer=viewer).filter(model__organization__in=able)
    form = SourceOfVersionForm(
        request.POST if request.method == "POST" else None,
        versions=[(str(one.id), str(one)) for one in own],
        initial=_begun(request, viewer),
    )
    if form.is_bound and form.is_valid():
        chosen = dict(form.cleaned_data)
        version = version_get(viewer=viewer, version_id=UUID(chosen.pop("version")))
        source = DeclaredSource(kind=SourceKind(chosen.pop("kind")), **chosen)
        try:
            training_source_declare(viewer=viewer, version=version, source=source)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"“{source.name}” is declared of {version}, and stands.")
            return redirect("portal:training-data")
    return page(
        request,
        viewer,
        "portal/training_data/declare.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        form=form,
    )


def _begun(request: HttpRequest, viewer: Viewer) -> dict[str, str]:
    """What the form holds at first."""
    begun = {"version": request.GET.get("version", "")}
    source = request.GET.get("source", "")
    if source.isdecimal() and len(source) < MOST_DIGITS:
        found = training_source_get(viewer=viewer, source_id=int(source))
        begun |= {name: getattr(found, name) for name in SourceOfVersionForm.OF_SOURCE}
    return begun
