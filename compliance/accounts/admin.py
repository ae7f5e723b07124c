"""The admin of people, organizations, grants and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm

from compliance.accounts.admin_site import (
    FixedInline,
    RecordAdmin,
    ServiceAdmin,
    ServiceForm,
    dialog,
)
from compliance.accounts.models import ApiToken, Grant, Membership, Organization, User
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import (
    TOKEN_SHOWN,
    grant_end,
    grant_give,
    organization_create,
    second_factors_reset,
    token_issue,
    token_revoke,
)
from compliance.accounts.sudo import DangerousAct, confirmation_demand, confirmed
from compliance.domain.vocabulary import OrganizationKind

TOKEN_DAYS = 90

# One door for everybody: the same checks and rate limits as in the portal.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)  # rights follow from memberships alone
# A person's address stands with the person, and how they sign in is theirs.
for row in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(row)


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
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    inlines = (MembershipInline, TokenInline)
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "is_active")}),
        ("The operator's staff", {"fields": ("is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("email", "last_login", "date_joined")
    actions_detail = ("reset",)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_operate_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_staff", "is_superuser")

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not confirmed(request):
            return confirmation_demand(request)
        return super().user_change_password(request, *args, **kwargs)

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


class GrantForm(ServiceForm):
    class Meta:
        model = Grant
        fields = ("organization", "provider", "expires_at")

    def make(self, viewer: Viewer) -> models.Model:
        return grant_give(**self.cleaned_data)


@admin.register(Grant)
class GrantAdmin(ServiceAdmin):
    """Which organization reads whose record, until when."""

    dangerous = DangerousAct.GRANT
    add_form = GrantForm
    list_display = ("organization", "provider", "granted_at", "expires_at")
    list_filter = ("organization", "provider")
    list_select_related = ("organization", "provider")
    search_fields = ("organization__name", "provider__name")
    fields = ("organization", "provider", "granted_at", "expires_at")
    add_fieldsets = ((None, {"fields": ("organization", "provider", "expires_at")}),)
    actions_detail = actions_row = ("end",)

    @action(
        description="End now",
        permissions=["operate"],
        icon="block",
        dialog=dialog("End now", "The organization stops reading the provider's record at once."),
    )
    def end(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        grant = Grant.objects.select_related("organization", "provider").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            grant_end(grant=grant, now=timezone.now())
            return f"{grant.organization} no longer reads {grant.provider}."

        return self.ask(request, grant, service)


class TokenForm(ServiceForm):
    token = ""

    class Meta:
        model = ApiToken
        fields = ("user", "name", "expires_at")

    def make(self, viewer: Viewer) -> models.Model:
        self.token = token_issue(**self.cleaned_data)
        return ApiToken.objects.filter(prefix=self.token[:TOKEN_SHOWN]).latest("id")


@admin.register(ApiToken)
class ApiTokenAdmin(ServiceAdmin):
    """API tokens, of which only a digest is kept."""

    dangerous = DangerousAct.TOKEN
    add_form = TokenForm
    list_display = ("user", "name", "prefix", "created_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "name", "prefix")
    fields = ("user", "name", "prefix", "created_at", "expires_at")
    add_fieldsets = ((None, {"fields": ("user", "name", "expires_at")}),)
    actions_detail = actions_row = ("revoke",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + timedelta(days=TOKEN_DAYS)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        shown = f"The token, shown this once: {form.token}"
        self.message_user(request, shown, messages.WARNING)

    @action(
        description="Revoke",
        permissions=["operate"],
        icon="key_off",
        dialog=dialog("Revoke", "Whoever uses the token is refused from now on."),
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        token = ApiToken.objects.select_related("user").get(pk=object_id)

        def service(viewer: Viewer) -> str:
            token_revoke(token=token, now=timezone.now())
            return f"{token} of {token.user} is revoked."

        return self.ask(request, token, service)
