"""API tokens: one's own, with their scopes, ends and last use."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from compliance.accounts.selectors import Viewer, token_get, token_list
from compliance.accounts.services import token_issue, token_revoke
from compliance.accounts.sudo import DangerousAct, sudo
from compliance.domain.errors import InvalidInputError
from compliance.domain.rights import Action
from compliance.domain.vocabulary import UserKind
from compliance.portal.access_forms import TokenForm
from compliance.portal.paging import paged, query_without_page
from compliance.portal.viewing import for_viewer, page


@require_http_methods(["GET", "HEAD", "POST"])
@sudo(DangerousAct.TOKEN, looking=False)
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The viewer's tokens; a new one is shown in the answer to its form, and never again."""
    form, issued = TokenForm(request.POST if request.method == "POST" else None), ""
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        try:
            issued = token_issue(
                user=viewer.user,
                name=chosen["name"],
                expires_at=form.expires_at,
                scopes=chosen["scopes"],
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            form = TokenForm()
    response = page(
        request,
        viewer,
        "portal/tokens.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        tokens=paged(request, token_list(viewer=viewer)),
        query=query_without_page(request),
        form=form,
        issued=issued,
        now=timezone.now(),
        employs=any(viewer.may(Action.EMPLOY_MACHINES, one) for one in viewer.roles),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@sudo(DangerousAct.TOKEN)
@for_viewer
def revoke(request: HttpRequest, viewer: Viewer, token_id: int) -> HttpResponse:
    """Refuse a token from now on: one's own, or a machine's of one's organization."""
    token = token_get(viewer=viewer, token_id=token_id)
    token_revoke(token=token, now=timezone.now(), actor=viewer.user)
    messages.success(request, f"{token} is revoked.")
    of_machine = token.user.kind == UserKind.SERVICE.value
    return redirect("portal:machines" if of_machine else "portal:tokens")
