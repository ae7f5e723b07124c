"""allauth's adapters: nobody signs up by themselves, and secrets are sealed where they lie."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

from compliance.accounts.browsers import (
    browser_known,
    browser_remember,
    failure_count,
    failures_forget,
    failures_of,
    lockout_first,
)
from compliance.accounts.mails import MailRows
from compliance.accounts.recovery_codes import hashed_code, recovery_codes_hash
from compliance.accounts.sealing import Purpose, seal, unseal
from compliance.domain.vocabulary import UserKind

FAILED_OFTEN = 3
LOCKED_AFTER = 5
"""Failures of one account in five minutes, after which allauth refuses (``login_failed``)."""
_NAME = "Assay"
_log = structlog.get_logger("assay.accounts")


class AccountAdapter(DefaultAccountAdapter):
    """Keeps the sign-up page shut; people are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse machines, however they came by a way to sign in."""
        if user.kind == UserKind.SERVICE.value:
            return HttpResponseForbidden("A service account calls the API and never signs in.\n")
        found: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return found

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session; ``last_login`` then says that it began."""
        user.signed_in_before = user.last_login is not None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Let a sign-in here be the first confirmation (``accounts.sudo``).

        One by an identity provider is none: a browser may pass it without asking anybody.
        """
        methods = [one["method"] for one in get_authentication_records(request, user)]
        if "sociallogin" not in (kwargs.get("signal_kwargs") or {}):
            record_authentication(request, user, "sign_in", reauthenticated=True)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        self._tell_of_sign_in(request, user)
        recovery_codes_hash(user=user)  # those that an earlier release showed
        browser_remember(request, response, user.pk)
        _log.info("signed in", user=user.pk, methods=methods)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse whom too many failures came before; whose account that locks is told."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._tell_of_lockout(str(credentials.get("email", "")))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Tell of it, and of nobody: what was typed may be anything, a password too."""
        super().authentication_failed(request, **credentials)
        failure_count(str(credentials.get("email", "")))
        _log.warning("a sign-in failed", address=self.get_client_ip(request))

    def _tell_of_sign_in(self, request: HttpRequest, user: Any) -> None:
        """Mail a person about a browser that is new to them, or about a password tried often."""
        failed = failures_of(user.email)
        failures_forget(user.email)
        new = not browser_known(request, user.pk) and user.signed_in_before
        if new or failed >= FAILED_OFTEN:
            told = {"new_browser": new, "failed": failed if failed >= FAILED_OFTEN else 0}
            self.send_notification_mail("account/email/signed_in", user, told)

    def logout(self, request: HttpRequest) -> None:
        _log.info("signed out", user=request.user.pk)
        super().logout(request)

    def _tell_of_lockout(self, address: str) -> None:
        """Mail whoever has the account, if anybody: made the same for an address without one."""
        failed = failures_of(address)
        if failed >= LOCKED_AFTER and lockout_first(address):
            told = {"failed": failed}
            self.send_notification_mail("account/email/locked", None, told, address)

    def render_mail(self, *args: Any, **kwargs: Any) -> EmailMessage:
        """A mail that a worker sends: the change it tells of stands without it."""
        message: EmailMessage = super().render_mail(*args, **kwargs)
        message.connection = MailRows()
        return message

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person what changed about their sign-in."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors, whose secrets are sealed; recovery codes are hashed once shown."""

    def encrypt(self, text: str) -> str:
        return seal(text, Purpose.SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return hashed_code(encrypted_text) or unseal(encrypted_text, Purpose.SECOND_FACTOR)

    def get_totp_issuer(self) -> str:
        return _NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom a passkey is for (WebAuthn level 3, 5.4.2): this host and no other."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": _NAME}
