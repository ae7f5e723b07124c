"""Recovery codes: shown once, then kept as hashes, each good for one sign-in."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from compliance.accounts.models import User
from tests.cast import PASSWORD, Cast
from tests.second_factors import sign_in

SETUP = "/accounts/2fa/"
CODES = f"{SETUP}recovery-codes/"


def codes_shown(client: Client) -> list[str]:
    return re.findall(r"\b\d{8}\b", client.get(CODES).content.decode())


def entered_by(user: User, code: str) -> bool:
    """Whether a password and this code sign somebody in."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post(f"{SETUP}authenticate/", {"code": code})
    return client.get("/models/").status_code == 200


def test_recovery_codes_are_hashed_once_they_were_shown_and_count_once(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.regulator)
    client.post(f"{CODES}generate/")
    codes = codes_shown(client)
    assert len(codes) == 10 and codes_shown(client) == []
    kept = Authenticator.objects.get(user=cast.regulator, type="recovery_codes")
    hashes = kept.data["migrated_codes"]
    assert "seed" not in kept.data and len({one.split("$")[2] for one in hashes}) == 1
    assert all(one.startswith("hashed:pbkdf2_sha256$") for one in hashes)
    assert not any(code in str(kept.data) for code in codes)
    assert entered_by(cast.regulator, codes[3])
    assert not entered_by(cast.regulator, codes[3])
    assert entered_by(cast.regulator, codes[0])
    assert f"{len(codes) - 2}" in client.get(f"{CODES}generate/").content.decode()


def test_a_stolen_hash_is_no_recovery_code(cast: Cast) -> None:
    client = Client()
    sign_in(client, cast.regulator)
    client.post(f"{CODES}generate/")
    codes_shown(client)
    kept = Authenticator.objects.get(user=cast.regulator, type="recovery_codes")
    for stolen in (kept.data["migrated_codes"][0], kept.data["migrated_codes"][0][7:]):
        assert not entered_by(cast.regulator, stolen)


def test_codes_of_an_earlier_release_work_and_are_hashed_at_the_next_sign_in(cast: Cast) -> None:
    before = RecoveryCodes.activate(cast.reviewer)
    before.mark_as_viewed()
    first, second, *_ = before.generate_codes()
    assert entered_by(cast.reviewer, first)
    kept = Authenticator.objects.get(user=cast.reviewer, type="recovery_codes")
    assert "seed" not in kept.data and len(kept.data["migrated_codes"]) == 9
    assert entered_by(cast.reviewer, second)
    assert not entered_by(cast.reviewer, first)
