"""Who is asking, and for what: bearer tokens, as RFC 6750 sends them, with their scopes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from compliance.accounts.machines import access_token_owner
from compliance.accounts.selectors import token_by_text
from compliance.accounts.services import token_use
from compliance.accounts.tokens import TOKEN_PREFIX
from compliance.domain.rights import SCOPE_MEANINGS, TokenScope, within

if TYPE_CHECKING:
    from compliance.accounts.models import User

REFUSED = "the token is unknown or expired, or its owner is inactive"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a bearer token lets its owner do; ``request.auth`` of calls that bring one."""

    scopes: frozenset[TokenScope]


class InsufficientScopeError(PermissionDenied):
    """The token opens something else (RFC 6750, section 3.1)."""

    def __init__(self, wanted: Collection[TokenScope]) -> None:
        named = " ".join(sorted(scope.value for scope in wanted))
        super().__init__(f"the token holds none of the scopes: {named.replace(' ', ', ')}")
        self.auth_header = f'Bearer realm="assay", error="insufficient_scope", scope="{named}"'


class WithinScope(BasePermission):
    """Refuses what a token's scopes do not name; a session carries all of its person's rights."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, if the operation asks for a scope that is held.

        Raises:
            InsufficientScopeError: it does not.
        """
        method = getattr(view, (request.method or "").lower(), None)
        wanted: frozenset[TokenScope] = getattr(method, "scopes", frozenset(TokenScope))
        if isinstance(request.auth, Credential) and not within(request.auth.scopes, wanted):
            raise InsufficientScopeError(wanted)
        return True


class BearerAuthentication(BaseAuthentication):
    """Reads the bearer token of a request."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="assay"'

    def text(self, request: Request) -> str | None:
        """The token that was sent; None where no bearer token was."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


class TokenAuthentication(BearerAuthentication):
    """Signs the owner of an unexpired API token in, for one request."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """The token's owner; None where no API token was sent.

        Raises:
            AuthenticationFailed: the token is unknown or expired, or its owner is inactive.
        """
        text = self.text(request)
        if text is None or not text.startswith(TOKEN_PREFIX):
            return None
        now = timezone.now()
        token = token_by_text(text=text, now=now)
        if token is None:
            raise AuthenticationFailed(REFUSED)
        token_use(token=token, now=now)
        return token.user, Credential(frozenset(map(TokenScope, token.scopes)))


class ClientAuthentication(BearerAuthentication):
    """Signs a machine in that got an OAuth 2 access token with its client credentials."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        """The machine; None where no bearer token was sent.

        Raises:
            AuthenticationFailed: the token is unknown or expired, or the machine was ended.
        """
        text = self.text(request)
        if text is None:
            return None
        found = access_token_owner(text=text)
        if found is None:
            raise AuthenticationFailed(REFUSED)
        owner, scopes = found
        return owner, Credential(scopes)


class TokenAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells OpenAPI of the API tokens."""

    target_class = TokenAuthentication
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API token of Assay."}


class ClientAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells OpenAPI of the client credentials grant, with the scopes of each operation."""

    target_class = ClientAuthentication
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:
        meanings = {scope.value: meaning for scope, meaning in SCOPE_MEANINGS.items()}
        address = f"{settings.PUBLIC_URL}/api/oauth/token"
        return {
            "type": "oauth2",
            "description": "Service accounts: RFC 6749, section 4.4. One of the scopes is enough.",
            "flows": {"clientCredentials": {"tokenUrl": address, "scopes": meanings}},
        }

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        """One alternative a scope: all that one alternative names would have to be held."""
        method = getattr(auto_schema.view, auto_schema.method.lower(), None)
        wanted: frozenset[TokenScope] = getattr(method, "scopes", frozenset())
        return [{self.name: [scope]} for scope in sorted(one.value for one in wanted)]
