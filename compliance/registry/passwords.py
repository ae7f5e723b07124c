"""Passwords that are mostly words of this place; it is here that models have their names."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from compliance.accounts.models import Organization, User

PRODUCT = frozenset({"assay", "audit", "compliance", "password", "passphrase"})
LEFT_CHARACTERS = 8
"""Letters that a password must have beside such words."""
_SHORTEST = 4
_WORD = re.compile(r"[^\W\d_]+")


def words_of(organizations: Collection[Organization]) -> frozenset[str]:
    """The product, the address it is reached by, organizations and their models, in words."""
    names = [urlsplit(settings.PUBLIC_URL).hostname or ""]
    for one in organizations:
        names += [one.slug, one.name]
        names += [name for pair in one.models.values_list("slug", "name") for name in pair]
    words = {word for name in names for word in _WORD.findall(name.casefold())}
    return PRODUCT | {word for word in words if len(word) >= _SHORTEST}


def words_check(password: str, organizations: Collection[Organization]) -> None:
    """Refuse a password that has too little beside words of this place.

    Raises:
        ValidationError: fewer than 8 letters are left.

    Source: NIST SP 800-63B-4, 3.1.1.2 (context-specific words); OWASP ASVS 5.0, 6.2.11.
    """
    left = password.casefold()
    for word in sorted(words_of(organizations), key=len, reverse=True):
        left = left.replace(word, " ")
    if sum(map(len, _WORD.findall(left))) < LEFT_CHARACTERS:
        raise ValidationError(_HELP, code="password_of_this_place")


_HELP = "A password may not consist mostly of the names of Assay, an organization or its models."


class ContextWordsValidator:
    """``words_check`` for Django; of somebody without an account yet it knows no organization."""

    def validate(self, password: str, user: User | None = None) -> None:
        known = user is not None and user.pk is not None
        of_user = Organization.objects.filter(memberships__user=user) if known else ()
        words_check(password, list(of_user))

    def get_help_text(self) -> str:
        return _HELP
