"""An organization's own identity provider: setting it up, and whom it may sign in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from compliance.accounts.models import Organization, User
from compliance.accounts.sealing import Purpose, seal
from compliance.domain.errors import InvalidInputError, NotAllowedError
from compliance.domain.vocabulary import Role
from compliance.outbound.addresses import resolve
from compliance.people.models import IdentityProvider, Invitation
from compliance.people.services.invitations import invitation_accept, invitation_join
from compliance.people.services.members import member_add


def identity_provider_set(
    *,
    organization: Organization,
    issuer: str,
    client_id: str,
    secret: str,
    email_domain: str,
    joining_role: Role | None,
) -> IdentityProvider:
    """Let an organization's people sign in by its own provider; replaces an earlier one.

    Args:
        secret: kept sealed.
        joining_role: of people of the domain who were never invited; None refuses them.

    Raises:
        InvalidInputError: the issuer may not be reached from here, or is not https.
    """
    address = issuer.strip().rstrip("/")
    resolve(address, field="issuer", allow_internal=settings.ALLOW_INTERNAL)
    if urlsplit(address).scheme != "https" and not settings.ALLOW_INTERNAL:
        raise InvalidInputError(
            field="issuer",
            problem="an issuer is an https address (OpenID Connect Discovery 1.0, 3)",
            fix="Write it with https",
        )
    provider, _ = IdentityProvider.objects.update_or_create(
        organization=organization,
        defaults={
            "issuer": address,
            "client_id": client_id,
            "sealed_secret": seal(secret, Purpose.IDENTITY_PROVIDER),
            "email_domain": email_domain.strip().lower().lstrip("@"),
            "joining_role": joining_role.value if joining_role else "",
            "enabled": True,
        },
    )
    return provider


def identity_provider_enable(*, provider: IdentityProvider, enabled: bool) -> IdentityProvider:
    """Let nobody sign in by the provider, or again."""
    provider.enabled = enabled
    provider.save(update_fields=["enabled"])
    return provider


@transaction.atomic
def person_by_identity(
    *, provider: IdentityProvider, claims: Mapping[str, object], now: datetime
) -> User:
    """The person that a provider's claims speak of, who may have joined by them just now.

    A provider speaks for its own domain, and for people who belong to its organization alone: it
    must not be a way into another organization's record, nor into the operator's.

    Args:
        claims: of an ID token that was checked (OpenID Connect Core 1.0, 2 and 5.1).

    Raises:
        NotAllowedError: the provider may not sign this person in; says why.
    """
    email = str(claims.get("email", "")).strip().lower()
    if email.rpartition("@")[2] != provider.email_domain:
        raise NotAllowedError(f"{provider.organization} signs in people of its own domain only")
    if claims.get("email_verified", True) in (False, "false"):
        raise NotAllowedError(f"{provider.organization} has not verified {email}")
    user = User.objects.filter(email__iexact=email).first()
    invitation = _invitation(provider, email, now)
    if user is not None:
        _require_own(provider, user)
        if invitation is not None:
            return invitation_accept(invitation=invitation, user=user, now=now)
        if not user.memberships.filter(organization=provider.organization_id).exists():
            raise NotAllowedError(
                f"you do not belong to {provider.organization}; ask for an invitation"
            )
        return user
    name = str(claims.get("name", ""))[:120]
    if invitation is not None:
        return invitation_join(invitation=invitation, name=name, password=None, now=now)
    if not provider.joining_role:
        raise NotAllowedError(f"{provider.organization} has not invited {email}")
    return member_add(
        organization=provider.organization,
        email=email,
        name=name,
        role=Role(provider.joining_role),
        password=None,
    )


def _invitation(provider: IdentityProvider, email: str, now: datetime) -> Invitation | None:
    asked = Invitation.objects.filter(organization=provider.organization_id, email=email)
    return next((one for one in asked if one.is_open(now)), None)


def _require_own(provider: IdentityProvider, user: User) -> None:
    elsewhere = user.memberships.exclude(organization=provider.organization_id).exists()
    if elsewhere or user.is_staff or not user.is_active:
        raise NotAllowedError(
            f"{provider.organization} may not sign you in: your account is not its alone;"
            " sign in with your own password or passkey"
        )
