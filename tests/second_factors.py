"""Second factors of the tests' people, and confirmations of the tests' sessions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from compliance.accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP_SECONDS = 30


def totp_give(user: User) -> User:
    """Give a person an authenticator app that holds ``SECRET``."""
    TOTP.activate(user, SECRET)
    return user


def totp_code(secret: str = SECRET, *, steps: int = 0) -> str:
    """The code of now, or of some steps before or after (RFC 6238, by RFC 4226)."""
    counter = int(time.time()) // STEP_SECONDS + steps
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1)
    start = mac[-1] & 0xF
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(client: Client, user: User, *, confirmed_ago: float | None = 0) -> None:
    """Sign a person in, who confirmed that it is they so many seconds ago, or never."""
    client.force_login(user)
    session = client.session
    if confirmed_ago is not None:
        at = time.time() - confirmed_ago
        session["account_authentication_methods"] = [
            {"method": "sign_in", "at": at, "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = str(user.pk)
    session.save()
