"""The admin of people and organizations; ``admin_access`` has grants and tokens."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client
from allauth.idp.oidc.models import Token as OAuthToken
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action
from unfold.forms import UserChangeForm

from compliance.accounts import admin_access  # noqa: F401 - registers its pages
from compliance.accounts.admin_site import (
    FixedInline,
    RecordAdmin,
    ServiceAdmin,
    ServiceForm,
    dialog,
)
from compliance.accounts.mails import password_link_mail
from compliance.accounts.models import AccountMail, ApiToken, Membership, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import (
    organization_create,
    second_factors_reset,
)
from compliance.accounts.sudo import DangerousAct
from compliance.domain.vocabulary import OrganizationKind

# One door for everybody: the same checks and rate limits as in the portal.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)  # rights follow from memberships alone
# A person's address stands with the person, and how they sign in is theirs.
for row in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(row)
admin.site.unregister((Client, OAuthToken))  # of machines: their organization's own to issue


class MembershipInline(FixedInline):
    model = Membership
    fields = ("user", "organization", "role")


class TokenInline(FixedInline):
    model = ApiToken
    fields = ("name", "prefix", "created_at", "expires_at")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, RecordAdmin):  # type: ignore[type-arg]
    """People; they are added with their first membership."""

    dangerous = DangerousAct.PERSON
    form = UserChangeForm
    list_display = ("email", "name", "kind", "is_active", "is_staff", "last_login")
    list_filter = ("kind", "is_active", "is_staff", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    inlines = (MembershipInline, TokenInline)
    fieldsets = (
        (None, {"fields": ("email", "name", "is_active")}),
        ("The operator's staff", {"fields": ("is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("email", "last_login", "date_joined")
    actions_detail = ("renew", "reset")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_operate_permission(request, getattr(obj, "pk", None))

    def has_operate_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Of superusers, who appoint staff, only superusers change anything."""
        appoints = {"pk": object_id, "is_superuser": True}
        guarded = object_id is not None and not request.user.is_superuser
        if guarded and User.objects.filter(**appoints).exists():
            return False
        return super().has_operate_permission(request, object_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser")

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse: nobody chooses another person's password (OWASP ASVS 5.0, 6.4.6)."""
        raise PermissionDenied

    @action(
        description="Mail a link to a new password",
        permissions=["operate"],
        icon="lock_reset",
        dialog=dialog(
            "Mail a link to a new password",
            "The person chooses it. Their second factors stay, and are asked for as ever.",
        ),
    )
    def renew(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = User.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            password_link_mail(request=request, user=user)
            return f"A link goes to {user.email}."

        return self.ask(request, user, service)

    @action(
        description="Reset second factors",
        permissions=["operate"],
        icon="phonelink_erase",
        dialog=dialog(
            "Reset second factors",
            "For somebody who lost them, and whom you know to be it. Authenticator, passkeys and"
            " recovery codes go; sessions and API tokens end.",
        ),
    )
    def reset(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        user = User.objects.get(pk=object_id)

        def service(viewer: Viewer) -> str:
            second_factors_reset(user=user, now=timezone.now())
            return f"{user} signs in by password alone until they set up a new second factor."

        return self.ask(request, user, service)


@admin.register(Client)
class ClientAdmin(RecordAdmin):
    """OAuth 2 clients of service accounts, without their secrets; portal: service accounts."""

    list_display = ("name", "id", "owner", "scopes", "created_at")
    list_filter = ("owner__memberships__organization", "owner__is_active")
    list_select_related = ("owner",)
    search_fields = ("id", "name", "owner__email", "owner__memberships__organization__name")
    fields = ("name", "id", "owner", "scopes", "grant_types", "created_at")


class OrganizationForm(ServiceForm):
    class Meta:
        model = Organization
        fields = ("name", "slug", "kind")

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return organization_create(
            slug=chosen["slug"], name=chosen["name"], kind=OrganizationKind(chosen["kind"])
        )


@admin.register(Organization)
class OrganizationAdmin(ServiceAdmin):
    """Organizations."""

    add_form = OrganizationForm
    list_display = ("name", "slug", "kind", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "kind", "created_at")
    add_fieldsets = ((None, {"fields": ("name", "slug", "kind")}),)
    inlines = (MembershipInline,)


@admin.register(AccountMail)
class AccountMailAdmin(RecordAdmin):
    """Mails to people about their own account that were not sent yet, without what they say."""

    list_display = ("recipient", "made_at", "attempts", "next_attempt_at", "failed_because")
    list_filter = ("made_at", ("failed_because", admin.EmptyFieldListFilter))
    search_fields = ("recipient", "failed_because")
    fields = ("recipient", "made_at", "attempts", "next_attempt_at", "failed_because")
