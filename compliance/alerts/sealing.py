"""Destinations at rest: encrypted under a key that is derived from the instance's secret.

Fernet (github.com/fernet/spec) with a key by HKDF (RFC 5869) from ``SECRET_KEY``; keys in
``SECRET_KEY_FALLBACKS`` still open what was sealed under them.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from compliance.domain.errors import DamagedError

_PURPOSE = b"assay alert route destination v1"


def seal(text: str) -> str:
    """``text`` encrypted and authenticated."""
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed.

    Raises:
        DamagedError: it was changed, or sealed under a secret that this instance no longer has.
    """
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise DamagedError("the destination was sealed under another secret key") from error


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_key(str(secret).encode()) for secret in secrets])


def _key(secret: bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
