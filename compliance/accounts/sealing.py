"""Small secrets at rest: sealed under keys derived from the instance's secret key.

A copy of the database alone opens none of them. Fernet (AES-128-CBC with HMAC-SHA256), with keys by
HKDF (RFC 5869); what an earlier secret key sealed stays readable while the operator names that key.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from compliance.domain.errors import DamagedError

_INFO = b"assay/sealed/v1"


def seal(text: str) -> str:
    """``text``, readable with the secret key alone."""
    return _sealer().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed.

    Raises:
        DamagedError: it was changed, or sealed under a key that the settings no longer name.
    """
    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise DamagedError("a secret was sealed under a key that is not here") from error


def _sealer() -> MultiFernet:
    return _sealer_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _sealer_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
