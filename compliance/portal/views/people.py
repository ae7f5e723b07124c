"""People: who belongs to an organization, with which role, and who is invited."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.accounts.selectors import Viewer
from compliance.accounts.sudo import DangerousAct, sudo
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.rights import Action
from compliance.domain.vocabulary import Role
from compliance.people.selectors import (
    identity_provider_of,
    invitation_get,
    invitation_list,
    member_get,
    member_list,
    own_organization,
    own_organizations,
)
from compliance.people.services import (
    invitation_withdraw,
    member_change,
    member_invite,
    member_remove,
)
from compliance.portal.people_forms import InviteForm, RoleForm
from compliance.portal.viewing import for_viewer, page

if TYPE_CHECKING:
    from compliance.accounts.models import Organization


@require_safe
@for_viewer
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The people of the first organization that the viewer belongs to."""
    first = own_organizations(viewer=viewer).first()
    if first is None:
        raise NotAllowedError("you belong to no organization")
    return redirect("portal:organization-people", first.slug)


@require_safe
@for_viewer
def of_organization(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Members and open invitations of one organization."""
    organization = own_organization(viewer=viewer, slug=slug)
    return _people(request, viewer, organization, InviteForm(kind=organization.kind))


@require_POST
@sudo(DangerousAct.INVITE)
@for_viewer
def invite(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponse:
    """Invite somebody by mail."""
    organization = own_organization(viewer=viewer, slug=slug)
    viewer.require(Action.MANAGE_PEOPLE, organization.id)
    form = InviteForm(request.POST, kind=organization.kind)
    if form.is_valid():
        try:
            invitation = member_invite(
                viewer=viewer,
                organization=organization,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
                now=timezone.now(),
            )
        except InvalidInputError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{invitation.email} is invited; the mail is on its way.")
            return redirect("portal:organization-people", slug)
    return _people(request, viewer, organization, form)


@require_POST
@sudo(DangerousAct.INVITE)
@for_viewer
def withdraw(request: HttpRequest, viewer: Viewer, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = invitation_get(viewer=viewer, invitation_id=invitation_id)
    invitation_withdraw(viewer=viewer, invitation=invitation, now=timezone.now())
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("portal:organization-people", invitation.organization.slug)


@require_POST
@sudo(DangerousAct.MEMBERSHIP)
@for_viewer
def change(request: HttpRequest, viewer: Viewer, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    membership = member_get(viewer=viewer, membership_id=membership_id)
    viewer.require(Action.MANAGE_PEOPLE, membership.organization_id)
    form = RoleForm(request.POST, kind=membership.organization.kind, role=membership.role)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        member_change(viewer=viewer, membership=membership, role=role)
        messages.success(request, f"{membership.user} is {role.value.replace('_', ' ')} now.")
    return redirect("portal:organization-people", membership.organization.slug)


@require_POST
@sudo(DangerousAct.MEMBERSHIP)
@for_viewer
def remove(request: HttpRequest, viewer: Viewer, membership_id: int) -> HttpResponse:
    """End a membership; one's own, too."""
    membership = member_get(viewer=viewer, membership_id=membership_id)
    member_remove(viewer=viewer, membership=membership, now=timezone.now())
    messages.success(request, f"{membership.user} no longer belongs to {membership.organization}.")
    if membership.user_id == viewer.user.pk:
        return redirect("portal:home")
    return redirect("portal:organization-people", membership.organization.slug)


def _people(
    request: HttpRequest, viewer: Viewer, organization: Organization, form: InviteForm
) -> HttpResponse:
    manages = viewer.may(Action.MANAGE_PEOPLE, organization.id)
    kind = organization.kind
    provider = identity_provider_of(viewer=viewer, organization=organization) if manages else None
    return page(
        request,
        viewer,
        "portal/people/index.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK,
        organization=organization,
        organizations=own_organizations(viewer=viewer),
        members=[
            (member, RoleForm(kind=kind, role=member.role, prefix=None))
            for member in member_list(organization=organization)
        ],
        invitations=invitation_list(organization=organization, now=timezone.now()),
        form=form,
        manages=manages,
        identity_provider=provider,
    )
