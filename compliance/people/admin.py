"""The admin of memberships, invitations and identity providers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
)

from compliance.accounts.admin_site import RecordAdmin, ServiceAdmin, ServiceForm, dialog
from compliance.accounts.mails import password_link_mail
from compliance.accounts.models import Membership
from compliance.accounts.selectors import Viewer
from compliance.accounts.sudo import DangerousAct
from compliance.domain.vocabulary import Role
from compliance.people.models import IdentityProvider, Invitation
from compliance.people.services import (
    identity_provider_enable,
    identity_provider_set,
    invitation_withdraw,
    member_add,
    member_remove,
)


class MembershipForm(ServiceForm):
    email = forms.EmailField(widget=UnfoldAdminEmailInputWidget)
    name = forms.CharField(
        max_length=120, required=False, widget=UnfoldAdminTextInputWidget, label="Name"
    )

    class Meta:
        model = Membership
        fields = ("organization", "role")

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        organization = chosen["organization"]
        user = member_add(
            organization=organization,
            email=chosen["email"],
            name=chosen["name"],
            role=Role(chosen["role"]),
            password=None,
            actor=viewer.user,
        )
        return Membership.objects.get(user=user, organization=organization)


@admin.register(Membership)
class MembershipAdmin(ServiceAdmin):
    """Who belongs to which organization, with which role."""

    dangerous = DangerousAct.MEMBERSHIP
    add_form = MembershipForm
    list_display = ("user", "organization", "role")
    list_filter = ("role", "organization")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__name", "organization__name")
    fields = ("user", "organization", "role")
    add_fieldsets = (
        (None, {"fields": ("organization", "role")}),
        ("Person", {"fields": ("email", "name")}),
    )
    actions_detail = actions_row = ("remove",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Have whoever is new choose a password; the service has saved the rest."""
        if not obj.user.has_usable_password():
            password_link_mail(request=request, user=obj.user)

    @action(
        description="Remove",
        permissions=["operate"],
        icon="person_remove",
        dialog=dialog("Remove", "The person loses access to this organization's record at once."),
    )
    def remove(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        membership = Membership.objects.select_related("user", "organization").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            member_remove(viewer=viewer, membership=membership, now=timezone.now())
            return f"{membership.user} has left {membership.organization}."

        return self.ask(request, membership.organization, service)


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    """Who was invited, and what became of it."""

    dangerous = DangerousAct.INVITE
    list_display = ("email", "organization", "role", "invited_at", "mailed_at", "accepted_at")
    list_filter = ("organization", "role")
    list_select_related = ("organization",)
    search_fields = ("email", "organization__name")
    fields = (
        "organization",
        "email",
        "role",
        "invited_by",
        "invited_at",
        "expires_at",
        "mailed_at",
        "accepted_at",
        "accepted_by",
        "withdrawn_at",
    )
    actions_detail = actions_row = ("withdraw",)

    @action(
        description="Withdraw",
        permissions=["operate"],
        icon="cancel_schedule_send",
        dialog=dialog("Withdraw", "The link that was mailed no longer works."),
    )
    def withdraw(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        invitation = Invitation.objects.select_related("organization").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            invitation_withdraw(viewer=viewer, invitation=invitation, now=timezone.now())
            return f"The invitation of {invitation.email} is withdrawn."

        return self.ask(request, invitation, service)


class IdentityProviderForm(ServiceForm):
    secret = forms.CharField(
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="The client secret; it is kept sealed and never shown again.",
    )

    class Meta:
        model = IdentityProvider
        fields = ("organization", "issuer", "client_id", "email_domain", "joining_role")

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return identity_provider_set(
            organization=chosen["organization"],
            issuer=chosen["issuer"],
            client_id=chosen["client_id"],
            secret=chosen["secret"],
            email_domain=chosen["email_domain"],
            joining_role=Role(chosen["joining_role"]) if chosen["joining_role"] else None,
        )


@admin.register(IdentityProvider)
class IdentityProviderAdmin(ServiceAdmin):
    """By whom an organization's people sign in; to change one, set it up anew."""

    dangerous = DangerousAct.IDENTITY_PROVIDER
    add_form = IdentityProviderForm
    list_display = ("organization", "issuer", "email_domain", "joining_role", "enabled")
    list_filter = ("enabled", "joining_role")
    list_select_related = ("organization",)
    search_fields = ("organization__name", "issuer", "email_domain")
    fields = ("organization", "issuer", "client_id", "email_domain", "joining_role", "enabled")
    add_fieldsets = (
        (None, {"fields": ("organization", "issuer", "client_id", "secret")}),
        ("Whom it signs in", {"fields": ("email_domain", "joining_role")}),
    )
    actions_detail = actions_row = ("switch",)

    @action(
        description="Switch off or on",
        permissions=["operate"],
        icon="toggle_on",
        dialog=dialog("Switch", "Nobody signs in by it while it is off."),
    )
    def switch(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        provider = IdentityProvider.objects.select_related("organization").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            identity_provider_enable(provider=provider, enabled=not provider.enabled)
            return f"It is {'on' if provider.enabled else 'off'}."

        return self.ask(request, provider, service)
