"""Forms about people: inviting, changing a role, accepting, signing in by an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from compliance.domain.vocabulary import OrganizationKind, Role
from compliance.portal.forms import PortalForm

_PROVIDERS = (Role.COMPLIANCE_OFFICER, Role.ENGINEER, Role.READER, Role.ADMINISTRATOR)
_REVIEWERS = (Role.REVIEWER, Role.READER, Role.ADMINISTRATOR)
OFFERED: Mapping[OrganizationKind, tuple[Role, ...]] = {
    OrganizationKind.PROVIDER: _PROVIDERS,
    OrganizationKind.DEPLOYER: _PROVIDERS,
    OrganizationKind.REGULATOR: (Role.REGULATOR, Role.READER, Role.ADMINISTRATOR),
    OrganizationKind.ACADEMIC: _REVIEWERS,
    OrganizationKind.AUDITOR: _REVIEWERS,
}
"""Roles that mean something in an organization of a kind."""


def _choices(kind: str) -> list[tuple[str, str]]:
    return [(role.value, role.value.replace("_", " ")) for role in OFFERED[OrganizationKind(kind)]]


class InviteForm(PortalForm):
    """Whom to invite, as what."""

    email = forms.EmailField(label="E-mail address")
    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _choices(kind)  # type: ignore[attr-defined]


class RoleForm(PortalForm):
    """A member's role; drawn once a member, so that nothing in it has an id."""

    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, kind: str, role: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=False, initial={"role": role}, **kwargs)
        offered = dict([(role, role.replace("_", " ")), *_choices(kind)])
        self.fields["role"].choices = list(offered.items())  # type: ignore[attr-defined]


class JoinForm(PortalForm):
    """Who joins by an invitation, and how they will sign in."""

    name = forms.CharField(
        max_length=120, label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        required=False,
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(
            [
                "At least 15 characters; a few unrelated words are good.",
                "Leave it empty to sign in by a passkey, which is asked for next.",
            ]
        ),
    )


class OrganizationSignInForm(PortalForm):
    """Whose identity provider to ask."""

    email = forms.EmailField(
        label="Your work e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
