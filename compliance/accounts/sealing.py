"""Small secrets at rest: sealed under keys derived from the instance's secret key.

A copy of the database alone opens none of them. Fernet (AES-128-CBC with HMAC-SHA256), with keys by
HKDF (RFC 5869), one for each purpose, so that what was sealed for one cannot be put in another's
place; what an earlier secret key sealed stays readable while the operator names that key.
"""

from __future__ import annotations

import base64
from enum import StrEnum
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from compliance.domain.errors import DamagedError

_INFO = "assay/sealed/v1/"


class Purpose(StrEnum):
    """What is sealed."""

    SECOND_FACTOR = "second factor"
    IDENTITY_PROVIDER = "identity provider"
    ALERT_ROUTE = "alert route"
    ACCOUNT_MAIL = "account mail"


def seal(text: str, purpose: Purpose) -> str:
    """``text``, readable with the secret key alone."""
    return _sealer(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: Purpose) -> str:
    """What was sealed for a purpose.

    Raises:
        DamagedError: it was changed, or sealed under a key that the settings no longer name, or for
            another purpose.
    """
    try:
        return _sealer(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise DamagedError("a secret was sealed under a key that is not here") from error


def _sealer(purpose: Purpose) -> MultiFernet:
    return _sealer_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose)


@lru_cache(maxsize=2 * len(Purpose))
def _sealer_of(keys: tuple[str, ...], purpose: Purpose) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: Purpose) -> bytes:
    info = (_INFO + purpose).encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
