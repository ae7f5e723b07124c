"""Signing in by one's organization: from an address to its identity provider."""

from __future__ import annotations

from http import HTTPStatus

import requests
from allauth.mfa.recovery_codes.views import view_recovery_codes
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from compliance.accounts.recovery_codes import recovery_codes_hash
from compliance.people.selectors import identity_provider_for
from compliance.portal.people_forms import OrganizationSignInForm


@require_http_methods(["GET", "HEAD", "POST"])
def by_organization(request: HttpRequest) -> HttpResponse:
    """Ask for the address, and lead to who signs such people in.

    A page in between leads there: a form may not end at another origin (form-action).
    """
    form = OrganizationSignInForm(request.POST or None)
    if form.is_valid():
        provider = identity_provider_for(email=form.cleaned_data["email"])
        if provider is not None:
            there = reverse("portal:to-provider", args=[provider.organization.slug])
            context = {"there": there, "organization": provider.organization}
            return render(request, "portal/sign_in/leaving.html", context)
        form.add_error("email", "No organization signs in such addresses here.")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "portal/sign_in/organization.html", {"form": form}, status=status)


@require_safe
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show a person's codes once, by allauth's page; from then on only their hashes are kept."""
    answer: HttpResponse = view_recovery_codes(request)
    if request.user.is_authenticated:
        recovery_codes_hash(user=request.user)
    return answer


@require_safe
def to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to an organization's identity provider, or say that it does not answer."""
    try:
        answer: HttpResponse = openid_connect.login(request, provider_id)
    except (requests.RequestException, KeyError):  # it is not there, or its document lacks a part
        context = {"sentence": "Your organization's identity provider does not answer as it should"}
        return render(
            request, "portal/sign_in/refused.html", context, status=HTTPStatus.BAD_GATEWAY
        )
    return answer


def addresses(request: HttpRequest) -> HttpResponse:
    """Stand where allauth lets people change their own address: it is who they are in the record.

    Invitations, alerts and identity providers name people by it.
    """
    return redirect("mfa_index")
