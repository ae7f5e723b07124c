"""Signing in by an organization's own identity provider: allauth's part, under Assay's rules."""

from __future__ import annotations

import secrets
from http import HTTPStatus

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone

from compliance.accounts.models import User
from compliance.accounts.sealing import Purpose, unseal
from compliance.domain.errors import NotAllowedError, NotFoundError
from compliance.outbound.sessions import guarded_session
from compliance.people.models import IdentityProvider
from compliance.people.selectors import identity_provider_list
from compliance.people.services import person_by_identity

_KIND = "openid_connect"
_NONCE = "identity_nonce"


class IdentityAdapter(DefaultSocialAccountAdapter):
    """Providers are rows of organizations; whom they may sign in, a service says."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        rows = identity_provider_list()
        if provider not in (None, _KIND):
            rows = rows.filter(organization__slug=provider)
        if client_id is not None:
            rows = rows.filter(client_id=client_id)
        nonce = _nonce(request) if provider else ""
        return [_app(row, nonce) for row in rows]

    def get_requests_session(self) -> requests.Session:
        return guarded_session(allow_internal=settings.ALLOW_INTERNAL)

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person, or refuse on a page that says why."""
        told, account = sociallogin.account.extra_data, sociallogin.account
        account.extra_data = {}  # what the provider told is not kept
        if account.pk:
            account.save(update_fields=["extra_data"])
        try:
            _check_nonce(request, told)
            user = _person(sociallogin, told)
        except (NotAllowedError, NotFoundError) as error:
            raise ImmediateHttpResponse(
                render(
                    request,
                    "portal/sign_in/refused.html",
                    {"sentence": str(error)},
                    status=HTTPStatus.FORBIDDEN,
                )
            ) from error
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


def _nonce(request: HttpRequest) -> str:
    """What binds an ID token to this browser's attempt to sign in; made once an attempt."""
    found: str = request.session.setdefault(_NONCE, secrets.token_urlsafe(32))
    return found


def _check_nonce(request: HttpRequest, told: dict[str, dict[str, object]]) -> None:
    """Take the attempt's nonce, so that its ID token is of no use a second time.

    Raises:
        NotAllowedError: the ID token is of another attempt, or says of none.

    Source: OpenID Connect Core 1.0, 3.1.2.1 and 3.1.3.7, rule 11.
    """
    ours, theirs = request.session.pop(_NONCE, ""), told.get("id_token", {}).get("nonce")
    if not ours or ours != theirs:
        raise NotAllowedError("the identity provider answered another attempt; sign in again")


def _person(sociallogin: SocialLogin, told: dict[str, dict[str, object]]) -> User:
    """The person whom the provider names.

    Raises:
        NotAllowedError: the provider contradicts itself or the record, or may not name them.
    """
    claims, info = told.get("id_token", {}), told.get("userinfo", {})
    # OpenID Connect Core 1.0, 5.3.2: another subject's answer must not be used.
    if not claims.get("sub") or claims["sub"] != info.get("sub"):
        raise NotAllowedError("the identity provider answered for somebody else")
    if sociallogin.state.get("process") != "login":
        raise NotAllowedError("an identity provider is for signing in")
    row = identity_provider_list().get(organization__slug=sociallogin.account.provider)
    user = person_by_identity(provider=row, claims={**info, **claims}, now=timezone.now())
    if sociallogin.is_existing and sociallogin.user != user:
        raise NotAllowedError("the identity provider gave this account to somebody else before")
    return user


def _app(row: IdentityProvider, nonce: str) -> SocialApp:
    """A provider as allauth knows one; never saved."""
    return SocialApp(
        provider=_KIND,
        provider_id=row.organization.slug,
        name=row.organization.name,
        client_id=row.client_id,
        secret=unseal(row.sealed_secret, Purpose.IDENTITY_PROVIDER),
        settings={
            "server_url": row.issuer,
            "oauth_pkce_enabled": True,
            "auth_params": {"nonce": nonce} if nonce else {},
            # What an ID token says of its issuer is compared with the row, not with what the
            # provider's own document says.
            "openid_configuration_overrides": {"issuer": row.issuer},
        },
    )
