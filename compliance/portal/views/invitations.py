"""Accepting an invitation: the one page for people who have no account yet."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from compliance.domain.errors import NotAllowedError, NotFoundError
from compliance.people.selectors import invitation_by_token, person_by_email
from compliance.people.services import invitation_accept, invitation_join
from compliance.portal.people_forms import JoinForm
from compliance.portal.viewing import sentence
from compliance.registry.passwords import words_check

if TYPE_CHECKING:
    from compliance.people.models import Invitation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Show an invitation; only a POST accepts it, for mail programs follow links by themselves."""
    token = request.GET.get("token", "")
    try:
        invitation = invitation_by_token(token=token, now=timezone.now())
        if request.method != "POST":
            return _shown(request, invitation, JoinForm())
        if request.user.is_authenticated:
            invitation_accept(invitation=invitation, user=request.user, now=timezone.now())
            messages.success(request, f"You belong to {invitation.organization} now.")
            return redirect("portal:home")
        return _join(request, invitation)
    except (NotFoundError, NotAllowedError) as error:
        context = {"heading": "This link does not work", "sentence": sentence(error)}
        return render(request, "portal/error.html", context, status=HTTPStatus.NOT_FOUND)


def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(request.POST)
    password = form.data.get("password") or None
    if form.is_valid() and password:
        try:
            validate_password(password, get_user_model()(email=invitation.email))
            words_check(password, [invitation.organization])
        except ValidationError as error:
            form.add_error("password", error)
    if not form.is_valid():
        return _shown(request, invitation, form)
    user = invitation_join(
        invitation=invitation,
        name=form.cleaned_data["name"],
        password=password,
        now=timezone.now(),
    )
    after = reverse("portal:home") if password else reverse("mfa_add_webauthn")
    response: HttpResponse = perform_login(
        request, user, email_verification="none", redirect_url=after
    )
    return response


def _shown(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponse:
    known = person_by_email(email=invitation.email) is not None
    here = f"{reverse('portal:invitation')}?{urlencode({'token': request.GET['token']})}"
    return render(
        request,
        "portal/people/invitation.html",
        {
            "invitation": invitation,
            "form": form,
            "known": known,
            "here": here,
            "sign_in": f"{reverse('account_login')}?{urlencode({'next': here})}",
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
    )
