"""The outbound client against real servers on this machine."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.outbound.client import Limits, OutboundClient, OutboundError
from tests.serving import serving

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """A server whose behaviour each test sets; it keeps what it was asked."""

    def __init__(self) -> None:
        self.behave: Behaviour = lambda request: reply(request, 200, b'{"a": 1}')
        self.seen: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                outer.seen.append(
                    {**self.headers, "path": self.path, "body": self.rfile.read(length)}
                )
                outer.behave(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.http.server_port}"


def reply(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    with serving(running.http):
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(server: Server, pauses: list[float]) -> Iterator[OutboundClient]:
    limits = Limits(attempts=3, seconds=2, longest_wait=5, body_bytes=1000)
    with OutboundClient(
        server.url, field="location", allow_internal=True, limits=limits, sleep=pauses.append
    ) as client:
        yield client


def test_a_request_goes_to_the_pinned_address_under_its_name(
    server: Server, client: OutboundClient
) -> None:
    answer = client.post(f"{server.url}/v1/x?y=1", {"q": "é"})
    assert answer.ok
    assert answer.json() == {"a": 1}
    seen = server.seen[0]
    assert seen["Host"] == f"localhost:{server.http.server_port}"
    assert seen["path"] == "/v1/x?y=1"
    assert seen["body"] == b'{"q": "\\u00e9"}'


def test_a_name_that_moves_after_the_check_is_not_followed(
    server: Server, client: OutboundClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    def rebound(*args: object, **kwargs: object) -> object:
        raise AssertionError("resolved again")

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *args, **kwargs: (
            rebound() if host == "localhost" else real(host, *args, **kwargs)
        ),
    )
    assert client.get(f"{server.url}/").ok


def test_another_origin_is_not_asked(client: OutboundClient) -> None:
    with pytest.raises(ValueError, match="another origin"):
        client.get("http://example.com/")


def test_a_redirect_is_handed_back_and_not_followed(server: Server, client: OutboundClient) -> None:
    server.behave = lambda r: reply(r, 302, b"", Location="http://169.254.169.254/")
    assert client.get(f"{server.url}/").status == 302
    assert len(server.seen) == 1


def test_a_proxy_of_the_environment_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with OutboundClient(server.url, field="u", allow_internal=True) as client:
        assert client.get(f"{server.url}/").ok


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_gets_the_pause_it_asks_for(
    server: Server, client: OutboundClient, pauses: list[float], status: int
) -> None:
    def behave(request: BaseHTTPRequestHandler) -> None:
        busy = len(server.seen) == 1
        reply(request, status if busy else 200, b"{}", **({"Retry_After": "3"} if busy else {}))

    server.behave = behave
    assert client.get(f"{server.url}/").ok
    assert pauses == [3.0]


def test_a_server_busy_to_the_end_hands_its_last_answer_back(
    server: Server, client: OutboundClient, pauses: list[float]
) -> None:
    server.behave = lambda request: reply(request, 503, b"")
    assert client.get(f"{server.url}/").status == 503
    assert len(server.seen) == 3
    assert pauses == [0.5, 1.0]


def test_a_pause_longer_than_the_limit_is_not_waited(
    server: Server, client: OutboundClient, pauses: list[float]
) -> None:
    server.behave = lambda request: reply(
        request, 429, b"", Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"
    )
    with pytest.raises(OutboundError, match="asks for a pause"):
        client.get(f"{server.url}/")
    assert pauses == []


def test_an_error_is_not_asked_again(server: Server, client: OutboundClient) -> None:
    server.behave = lambda request: reply(request, 500, b"broken")
    assert client.get(f"{server.url}/").status == 500
    assert len(server.seen) == 1


def test_a_body_over_the_limit_is_not_read_on(server: Server, client: OutboundClient) -> None:
    server.behave = lambda request: reply(request, 200, b"x" * 5000)
    with pytest.raises(OutboundError, match="over 1000 bytes"):
        client.get(f"{server.url}/")


def test_a_compressed_body_is_not_unpacked(server: Server, client: OutboundClient) -> None:
    bomb = gzip.compress(b"0" * 100_000)
    server.behave = lambda request: reply(request, 200, bomb, Content_Encoding="gzip")
    with pytest.raises(OutboundError, match="compresses"):
        client.get(f"{server.url}/")


def test_an_answer_that_trickles_is_cut_off(server: Server, client: OutboundClient) -> None:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "900")
        request.end_headers()
        with suppress(ConnectionError):  # the client is to hang up
            for _ in range(60):
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.1)

    server.behave = behave
    started = time.monotonic()
    with pytest.raises(OutboundError, match="did not finish in 2 s"):
        client.get(f"{server.url}/")
    assert time.monotonic() - started < 5


def test_nobody_there_is_said_after_the_last_attempt(pauses: list[float]) -> None:
    client = OutboundClient(
        "http://127.0.0.1:9/", field="u", allow_internal=True, sleep=pauses.append
    )
    with pytest.raises(OutboundError, match="cannot be reached"):
        client.get("http://127.0.0.1:9/")
    assert len(pauses) == 3


def test_an_internal_origin_is_refused_before_any_request(server: Server) -> None:
    with pytest.raises(InvalidInputError, match="internal"):
        OutboundClient(server.url, field="location")
    assert server.seen == []
