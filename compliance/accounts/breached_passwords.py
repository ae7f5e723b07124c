"""Passwords that were seen in breaches; asked for where the operator names who knows them."""

from __future__ import annotations

import structlog
from django.core.exceptions import ValidationError

from compliance.accounts.models import User
from compliance.domain.errors import InvalidInputError
from compliance.outbound.breached_passwords import times_breached
from compliance.outbound.client import OutboundError

_HELP = "A password may not be one that was seen in a breach of another service."
_log = structlog.get_logger("assay.accounts")


class BreachedPasswordsValidator:
    """Refuses what the service knows; and everything while it does not answer.

    Source: NIST SP 800-63B-4, 3.1.1.2 (previous breach corpuses); OWASP ASVS 5.0, 6.2.12.
    """

    def __init__(self, service: str) -> None:
        self._service = service

    def validate(self, password: str, user: User | None = None) -> None:
        """Let pass what the service does not know.

        Raises:
            ValidationError: the password was seen, or nobody can say.
        """
        try:
            seen = times_breached(password, service=self._service)
        except (OutboundError, InvalidInputError) as error:
            _log.warning("a password was not checked", error=str(error))
            said = "Whether this password was seen in a breach cannot be said now: try again later."
            raise ValidationError(said, code="password_unchecked") from error
        if seen:
            raise ValidationError(_HELP, code="password_breached")

    def get_help_text(self) -> str:
        return _HELP
