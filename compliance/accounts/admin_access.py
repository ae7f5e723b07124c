"""The admin of grants and API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from compliance.accounts.admin_site import ServiceAdmin, ServiceForm, dialog
from compliance.accounts.models import ApiToken, Grant
from compliance.accounts.selectors import Viewer
from compliance.accounts.services import (
    TOKEN_SHOWN,
    GrantScope,
    grant_end,
    grant_give,
    token_issue,
    token_revoke,
)
from compliance.accounts.sudo import DangerousAct
from compliance.domain.rights import FULL_SCOPES, TokenScope
from compliance.domain.vocabulary import GrantKind

TOKEN_DAYS = 90


class GrantForm(ServiceForm):
    names = {"models": "of_models", "jurisdictions": "jurisdiction"}

    class Meta:
        model = Grant
        fields = (
            "organization",
            "provider",
            "kind",
            "jurisdiction",
            "of_models",
            "record_from",
            "record_to",
            "expires_at",
        )

    def make(self, viewer: Viewer) -> models.Model:
        chosen = self.cleaned_data
        return grant_give(
            viewer=viewer,
            organization=chosen["organization"],
            provider=chosen["provider"],
            scope=GrantScope(
                kind=GrantKind(chosen["kind"]),
                models=list(chosen["of_models"]),
                jurisdiction=chosen["jurisdiction"],
                record_from=chosen["record_from"],
                record_to=chosen["record_to"],
            ),
            expires_at=chosen["expires_at"],
        )


@admin.register(Grant)
class GrantAdmin(ServiceAdmin):
    """Which organization reads how much of whose record, until when."""

    dangerous = DangerousAct.GRANT
    add_form = GrantForm
    list_display = ("organization", "provider", "kind", "granted_at", "expires_at")
    list_filter = ("kind", "organization", "provider")
    list_select_related = ("organization", "provider")
    search_fields = ("organization__name", "provider__name", "of_models__name")
    fields = (*GrantForm.Meta.fields, "granted_by", "granted_at")
    add_fieldsets = ((None, {"fields": GrantForm.Meta.fields}),)
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
            grant_end(viewer=viewer, grant=grant, now=timezone.now())
            return f"{grant.organization} no longer reads {grant.provider}."

        return self.ask(request, grant, service)


class TokenForm(ServiceForm):
    token = ""
    scopes = forms.TypedMultipleChoiceField(
        choices=[(scope.value, scope.value) for scope in TokenScope],
        coerce=TokenScope,
        initial=[scope.value for scope in FULL_SCOPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What it may be used for.",
    )

    class Meta:
        model = ApiToken
        fields = ("user", "name", "expires_at")

    def make(self, viewer: Viewer) -> models.Model:
        self.token = token_issue(**self.cleaned_data, actor=viewer.user)
        return ApiToken.objects.filter(prefix=self.token[:TOKEN_SHOWN]).latest("id")


@admin.register(ApiToken)
class ApiTokenAdmin(ServiceAdmin):
    """API tokens, of which only a digest is kept."""

    dangerous = DangerousAct.TOKEN
    add_form = TokenForm
    list_display = ("user", "name", "prefix", "created_at", "expires_at", "last_used_at")
    list_filter = ("user__kind", "user__memberships__organization", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "name", "prefix")
    fields = ("user", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at")
    add_fieldsets = ((None, {"fields": ("user", "name", "expires_at", "scopes")}),)
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
            token_revoke(token=token, now=timezone.now(), actor=viewer.user)
            return f"{token} of {token.user} is revoked."

        return self.ask(request, token, service)
