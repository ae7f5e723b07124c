"""What a service of breached passwords is asked, what it learns, and what becomes of its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from compliance.accounts.breached_passwords import BreachedPasswordsValidator
from compliance.outbound.breached_passwords import times_breached
from compliance.outbound.client import OutboundError
from tests.serving import serving

SEEN, PADDING, UNSEEN = (
    "correct horse battery",
    "a padded line, seen never",
    "not in any list at all",
)


def digest(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


class Range(HTTPServer):
    """Knows one password, pads with another, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.status, self.body = 200, None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/range/"


class Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Add-Padding"]))
        body = self.server.body
        if body is None:
            lines = [f"{'0' * 35}:3", f"{digest(SEEN)[5:]}:1204", f"{digest(PADDING)[5:]}:0"]
            body = "\r\n".join(lines).encode()
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Range]:
    with serving(Range()) as server:
        yield server


def test_the_service_learns_five_digits_and_no_more(service: Range) -> None:
    assert times_breached(SEEN, service=service.url) == 1204
    assert service.asked == [(f"/range/{digest(SEEN)[:5]}", "true")]


def test_what_was_not_seen_passes_and_padding_is_not_seen(service: Range) -> None:
    validator = BreachedPasswordsValidator(service.url)
    validator.validate(UNSEEN)
    validator.validate(PADDING)
    with pytest.raises(ValidationError, match="seen in a breach of another service"):
        validator.validate(SEEN)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (404, b"none"), (200, b"<html>"), (200, b"0018A45C4D1DEF8164:5")],
)
def test_what_is_no_answer_lets_no_password_pass(service: Range, status: int, body: bytes) -> None:
    service.status, service.body = status, body  # type: ignore[assignment]
    with pytest.raises(OutboundError):
        times_breached(UNSEEN, service=service.url)
    with pytest.raises(ValidationError, match="try again later"):
        BreachedPasswordsValidator(service.url).validate(UNSEEN)


def test_nobody_there_lets_no_password_pass() -> None:
    with pytest.raises(ValidationError, match="try again later"):
        BreachedPasswordsValidator("http://127.0.0.1:1/range").validate(UNSEEN)
