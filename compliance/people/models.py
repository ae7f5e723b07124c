"""Who is asked to belong, and the identity providers that organizations sign in by.

Memberships themselves stand with the accounts, below the events that tell of them.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models

from compliance.accounts.models import Organization
from compliance.domain.vocabulary import Role

_ROLES = [(role.value, role.value) for role in Role]


class Invitation(models.Model):
    """Asks somebody, by mail, to belong to an organization with a role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField()
    role = models.CharField(max_length=30, choices=_ROLES)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sha256 = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text="Of the token in the newest link; empty until a mail was made.",
    )
    mailed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-invited_at",)

    def __str__(self) -> str:
        return f"{self.email}: {self.role} of {self.organization}"

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > now


class IdentityProvider(models.Model):
    """An organization's own OpenID provider, and whom it may sign in."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, related_name="identity_provider"
    )
    issuer = models.CharField(
        max_length=300,
        help_text="As the provider writes it, without /.well-known/openid-configuration.",
    )
    client_id = models.CharField(max_length=200)
    sealed_secret = models.TextField(editable=False)
    email_domain = models.CharField(
        max_length=200, unique=True, help_text="Addresses in other domains are refused."
    )
    joining_role = models.CharField(
        max_length=30,
        choices=_ROLES,
        blank=True,
        help_text="Of people of the domain who were not invited; empty: they are refused.",
    )
    enabled = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.issuer} for {self.organization}"
