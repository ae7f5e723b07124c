"""What a browser is told about cookies, caches and the way here, and what is logged of sign-ins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compliance.accounts.models import User
from tests.apps.test_logs import lines
from tests.cast import Cast

__all__ = ["lines"]
ROOT = Path(__file__).parents[2]
NAMES = (
    *("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"),
    *("SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_AGE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_REFERRER_POLICY"),
    *("AUTH_PASSWORD_VALIDATORS", "MFA_SUPPORTED_TYPES", "DATABASES"),
)
PRINT = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES!r}}}))
"""
DAY = 24 * 3600


def settings_at(address: str, **environment: str) -> dict[str, Any]:
    """The settings of a process that people reach by this address."""
    ran = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=ROOT,
        env=os.environ
        | {"ASSAY_PUBLIC_URL": address, "DJANGO_SETTINGS_MODULE": "compliance.settings"}
        | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_over_tls_cookies_are_this_hosts_alone_and_plain_http_is_over() -> None:
    found = settings_at("https://assay.example")
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert (found["SECURE_HSTS_SECONDS"], found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (
        365 * DAY,
        True,
    )
    assert "breached" not in json.dumps(found["AUTH_PASSWORD_VALIDATORS"])


def test_settings_that_ask_for_more_are_heeded() -> None:
    found = settings_at(
        "http://127.0.0.1:8000",
        ASSAY_BREACHED_PASSWORDS_URL="https://passwords.example/range",
        ASSAY_MFA_REQUIRED="passkeys",
        ASSAY_DATABASE_URL="postgresql://u:p@db.example/assay?sslmode=verify-full&sslrootcert=/ca",
    )
    verified = {"sslmode": "verify-full", "sslrootcert": "/ca"}
    assert found["DATABASES"]["default"]["OPTIONS"] == verified
    assert found["AUTH_PASSWORD_VALIDATORS"][-1] == {
        "NAME": "compliance.accounts.breached_passwords.BreachedPasswordsValidator",
        "OPTIONS": {"service": "https://passwords.example/range"},
    }
    assert found["MFA_SUPPORTED_TYPES"] == ["webauthn", "recovery_codes"]


def test_a_session_is_read_by_no_script_goes_to_no_other_site_and_lasts_a_day() -> None:
    found = settings_at("http://127.0.0.1:8000")
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SESSION_COOKIE_AGE"] == DAY
    assert found["SECURE_REFERRER_POLICY"] == "same-origin"
    assert not found["SECURE_HSTS_SECONDS"]


@pytest.mark.parametrize("page", ["portal:home", "account_email"])
def test_no_cache_keeps_what_a_signed_in_person_is_shown(cast: Cast, page: str) -> None:
    client = Client()
    client.force_login(cast.officer)
    assert client.get(reverse(page))["Cache-Control"] == "no-store"


def test_every_answer_forbids_sniffing_framing_and_foreign_code(client: Client, db: None) -> None:
    answer = client.get(reverse("account_login"))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    policy = answer["Content-Security-Policy"]
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_a_name_that_is_not_ours_is_refused(client: Client, db: None) -> None:
    """Whoever points a name of theirs at this address (DNS rebinding) is told nothing."""
    for name in ("attacker.example", "127.0.0.1.attacker.example", "testserver:8000.attacker"):
        assert client.get("/", headers={"host": name}).status_code == 400
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/admin/", "/admin/login/", "/api/docs/", "/api/docs/?script=", "/api/schema/"),
        *("/api/v1/models", "/healthz", "/log/checkpoint", "/nowhere/", "/static/nowhere.js"),
    ],
)
def test_every_answer_has_a_policy_without_plugins_bases_frames_and_inline_scripts(
    client: Client, db: None, path: str
) -> None:
    """Pages of libraries too; what they ask beyond ours is evaluating, and styles."""
    policy = dict(
        directive.partition(" ")[::2]
        for directive in client.get(path)["Content-Security-Policy"].split("; ")
    )
    for directive in ("object-src", "base-uri", "frame-ancestors", "default-src"):
        assert policy[directive] == "'none'"
    scripts = policy["script-src"].split()
    assert set(scripts) <= {"'self'", "'unsafe-eval'"}
    assert ("'unsafe-eval'" in scripts) == path.startswith("/admin/")
    beyond = path.startswith(("/admin/", "/api/docs/"))
    assert ("'unsafe-inline'" in policy["style-src"]) == beyond


def test_the_verb_that_echoes_is_refused_and_no_folder_is_listed(client: Client, db: None) -> None:
    assert client.generic("TRACE", reverse("account_login")).status_code == 405
    assert client.get("/static/").status_code == 404


def test_sign_ins_and_failed_ones_are_logged_and_what_was_typed_is_not(
    client: Client, db: None, lines: Any
) -> None:
    person = User.objects.create_user("a@b.example", "a sufficiently long one")
    address = reverse("account_login")
    typed = {"login": "a@b.example", "password": "a password typed wrongly"}
    client.post(address, typed)
    client.post(address, typed | {"password": "a sufficiently long one"})
    client.post(reverse("account_logout"))
    told = {line["message"]: line for line in lines() if line["logger"] == "assay.accounts"}
    assert told["a sign-in failed"]["address"] == "127.0.0.1"
    assert told["signed in"]["user"] == told["signed out"]["user"] == person.pk
    assert told["signed in"]["methods"] == ["password"]
    assert "typed wrongly" not in json.dumps(lines())
    assert "b.example" not in json.dumps(list(told.values()))
