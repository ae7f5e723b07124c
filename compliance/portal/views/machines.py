"""Service accounts: an organization's machines, their tokens and OAuth 2 clients."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from compliance.accounts.selectors import Viewer, machine_get, machine_list, organization_list
from compliance.accounts.services import (
    ClientSecret,
    client_issue,
    machine_add,
    machine_end,
    machine_token_issue,
)
from compliance.accounts.sudo import DangerousAct, sudo
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Role
from compliance.portal.access_forms import MachineForm, TokenForm
from compliance.portal.paging import paged, query_without_page
from compliance.portal.viewing import for_viewer, page


@require_http_methods(["GET", "HEAD", "POST"])
@sudo(DangerousAct.TOKEN, looking=False)
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Service accounts, and a form that adds one for whoever employs machines."""
    organizations = _employers(viewer)
    if not organizations and request.method == "POST":
        raise NotAllowedError("your role does not include: employ machines")
    if not any(viewer.may(Action.READ_READERS, one) for one in viewer.roles):
        raise NotAllowedError("your role does not include: read readers")
    form = MachineForm(
        request.POST if request.method == "POST" else None, organizations=organizations
    )
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        try:
            machine = machine_add(
                viewer=viewer,
                organization_id=UUID(chosen["organization"]),
                name=chosen["name"],
                role=Role(chosen["role"]),
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            return redirect("portal:machine", machine.user_id)
    return _index(request, viewer, form if organizations else None)


@require_http_methods(["GET", "HEAD", "POST"])
@sudo(DangerousAct.TOKEN, looking=False)
@for_viewer
def detail(request: HttpRequest, viewer: Viewer, machine_id: int) -> HttpResponse:
    """One service account; what is issued is shown in the answer to its form, and never again.

    The button says what is issued: a token that ends, or an OAuth 2 client that gets tokens.
    """
    machine = machine_get(viewer=viewer, machine_id=machine_id)
    form = TokenForm(request.POST if request.method == "POST" else None)
    issued: str | ClientSecret = ""
    if form.is_bound and form.is_valid():
        try:
            issued = _issue(request, viewer, machine_id, form)
        except InvalidInputError as error:
            form.refuse(error)
        else:
            form = TokenForm()
    response = page(
        request,
        viewer,
        "portal/machines/detail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        machine=machine,
        tokens=machine.user.api_tokens.order_by("-created_at"),
        form=form,
        token=issued if isinstance(issued, str) else "",
        client=issued if isinstance(issued, ClientSecret) else None,
        now=timezone.now(),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@sudo(DangerousAct.TOKEN)
@for_viewer
def end(request: HttpRequest, viewer: Viewer, machine_id: int) -> HttpResponse:
    """Refuse the account, its tokens and its client from now on."""
    user = machine_end(viewer=viewer, machine_id=machine_id, now=timezone.now())
    messages.success(request, f"{user.name} is refused from now on.")
    return redirect("portal:machines")


def _issue(
    request: HttpRequest, viewer: Viewer, machine_id: int, form: TokenForm
) -> str | ClientSecret:
    chosen = form.cleaned_data
    if "client" in request.POST:
        return client_issue(viewer=viewer, machine_id=machine_id, scopes=chosen["scopes"])
    return machine_token_issue(
        viewer=viewer,
        machine_id=machine_id,
        name=chosen["name"],
        expires_at=form.expires_at,
        scopes=chosen["scopes"],
    )


def _index(request: HttpRequest, viewer: Viewer, form: MachineForm | None) -> HttpResponse:
    machines = paged(request, machine_list(viewer=viewer))
    refused = form is not None and form.is_bound
    return page(
        request,
        viewer,
        "portal/machines/index.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        machines=machines,
        rows=[
            (machine, viewer.may(Action.EMPLOY_MACHINES, machine.organization_id))
            for machine in machines
        ],
        query=query_without_page(request),
        form=form,
        now=timezone.now(),
    )


def _employers(viewer: Viewer) -> list[tuple[str, str]]:
    return [
        (str(one.id), one.name)
        for one in organization_list(viewer=viewer)
        if viewer.may(Action.EMPLOY_MACHINES, one.id)
    ]
