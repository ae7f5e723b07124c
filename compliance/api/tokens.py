"""Who is asking: bearer tokens, as RFC 6750 sends them."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from compliance.accounts.selectors import user_by_token


class TokenAuthentication(BaseAuthentication):
    """Signs the owner of an unexpired API token in, for one request."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        """The token's owner; None where no bearer token was sent.

        Raises:
            AuthenticationFailed: the token is unknown or expired, or its owner is inactive.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        user = user_by_token(token=token.strip(), now=timezone.now())
        if user is None:
            raise AuthenticationFailed("the token is unknown or expired, or its owner is inactive")
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="assay"'


class TokenAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells OpenAPI of the bearer tokens."""

    target_class = TokenAuthentication
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API token of Assay."}
