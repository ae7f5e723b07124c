"""People, machines, organizations, memberships, grants and API tokens."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from compliance.domain.rights import FULL_SCOPES
from compliance.domain.vocabulary import GrantKind, OrganizationKind, Role, UserKind
from compliance.events.sending import Sending


def full_scopes() -> list[str]:
    """What tokens carried before they had scopes."""
    return [scope.value for scope in FULL_SCOPES]


class UserManager(BaseUserManager["User"]):
    """Makes users, who are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in, or a machine that only calls the API."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(
        max_length=10,
        choices=[(kind.value, kind.value) for kind in UserKind],
        default=UserKind.PERSON.value,
        db_default=UserKind.PERSON.value,
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email


class Organization(models.Model):
    """A provider, deployer, regulator, academic group or auditor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.value) for kind in OrganizationKind]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organization."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=30, choices=[(role.value, role.value) for role in Role])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="membership_one_role_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.organization}"


class Grant(models.Model):
    """Lets an organization read a part of a provider's record until it expires.

    A row is never changed but for its end: what was granted when is history.
    """

    organization = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="grants_held",
        help_text="That may read.",
    )
    provider = models.ForeignKey(
        Organization,
        on_delete=models.CASCADE,
        related_name="grants_given",
        help_text="Whose record it is.",
    )
    kind = models.CharField(
        max_length=20,
        choices=[(kind.value, kind.value) for kind in GrantKind],
        default=GrantKind.RECORD.value,
        db_default=GrantKind.RECORD.value,
    )
    jurisdiction = models.CharField(
        max_length=2,
        blank=True,
        db_default="",
        help_text="ISO 3166-1 alpha-2, or EU; of the models that are on offer there.",
    )
    of_models = models.ManyToManyField("registry.Model", blank=True, related_name="grants")
    of_runs = ArrayField(
        models.UUIDField(),
        default=list,
        blank=True,
        db_default=[],
        help_text="With a dispute: nothing but these runs, and what they found.",
    )
    dispute = models.UUIDField(
        null=True, blank=True, db_index=True, help_text="That opened it, and ends it."
    )
    record_from = models.DateTimeField(
        null=True, blank=True, help_text="Nothing that happened earlier; empty: from the start."
    )
    record_to = models.DateTimeField(
        null=True, blank=True, help_text="Nothing that happened then or later; empty: no end."
    )
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-granted_at",)

    def __str__(self) -> str:
        return f"{self.organization} reads {self.provider}"


class ApiToken(models.Model):
    """A bearer token of a person or machine; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, help_text="First characters, to recognise it by.")
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(
        models.CharField(max_length=30), default=full_scopes, db_default=full_scopes()
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AccountMail(Sending):
    """A mail to somebody about their own account, until it is sent."""

    recipient = models.EmailField()
    sealed = models.TextField(help_text="What it says; empty once it was given up.")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        verbose_name = "mail about an account"
        verbose_name_plural = "mails about accounts"

    def __str__(self) -> str:
        return f"to {self.recipient}"


class RateLimit(models.Model):
    """How much of a limit a caller has used, as one moment (see ``rate_limits``)."""

    key = models.CharField(max_length=120, primary_key=True)
    arrival = models.DateTimeField(help_text="The theoretical arrival time of the next call.")

    class Meta:
        verbose_name = "rate limit"

    def __str__(self) -> str:
        return f"{self.key} until {self.arrival}"
