"""Recovery codes as they lie: hashed once they were shown, as passwords are.

allauth derives codes from a seed, which is sealed here until the codes were shown. Then it is
replaced by a hash of each: what allauth knows as codes that were migrated from elsewhere. It asks
its adapter to decrypt these, gets ``HashedCode``, and compares that with what was typed.
"""

from __future__ import annotations

from functools import lru_cache
from hmac import compare_digest

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher
from django.db import transaction

from compliance.accounts.models import User

_MARK = "hashed:"


class HashedCode(str):
    """A code of which only the hash is known; equal to the text that it is a hash of.

    Codes of one person share a salt, so that a guess costs one slow hash and not ten.
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, typed: object) -> bool:
        if not isinstance(typed, str) or len(typed) != app_settings.RECOVERY_CODE_DIGITS:
            return False  # a code of an authenticator app costs none
        _, iterations, salt, _ = self.split("$")
        return compare_digest(self.encode(), _hash(typed, salt, int(iterations)).encode())

    def __ne__(self, typed: object) -> bool:
        return not self == typed


def hashed_code(kept: str) -> HashedCode | None:
    """What a row holds of a code, or None where it holds something sealed."""
    return HashedCode(kept.removeprefix(_MARK)) if kept.startswith(_MARK) else None


@transaction.atomic
def recovery_codes_hash(*, user: User) -> None:
    """Keep nothing but hashes of the codes that a person was shown."""
    kinds = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES)
    kept = kinds.select_for_update().first()
    if kept is None or "seed" not in kept.data or not kept.wrap().did_view:
        return
    codes, hasher = kept.wrap().get_unused_codes(), get_hasher("pbkdf2_sha256")
    salt = hasher.salt()
    kept.data = {
        "migrated_codes": [_MARK + hasher.encode(code, salt) for code in codes],
        "viewed_at": kept.data["viewed_at"],
    }
    kept.save(update_fields=["data"])


@lru_cache(maxsize=1)  # what was typed is compared with each code in turn
def _hash(typed: str, salt: str, iterations: int) -> str:
    return PBKDF2PasswordHasher().encode(typed, salt, iterations)
