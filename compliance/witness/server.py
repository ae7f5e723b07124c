"""The witness's two addresses over HTTP, with limits on time, size and connections.

Python's own server: a witness must run from the base install, which has ``cryptography`` alone, and
two addresses need no framework. What that server lacks for the open Internet is added here (one
deadline and one byte budget a request, a cap on connections, strict lengths) or left to a reverse
proxy (TLS, rates by address).
"""

from __future__ import annotations

import io
import logging
import re
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from time import monotonic
from typing import Any

from compliance.domain.tlog.witness_request import MAX_REQUEST_BYTES
from compliance.witness.service import TEXT_TYPE, Answer, Witness

REQUEST_SECONDS = 10.0
MAX_CONNECTIONS = 64
MAX_HEADER_BYTES = 16 << 10
ADD_CHECKPOINT = "/add-checkpoint"
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
_log = logging.getLogger("assay.witness")


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness at ``host`` and ``port``."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        witness: Witness,
        *,
        seconds: float = REQUEST_SECONDS,
        connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.witness = witness
        self.seconds = seconds
        self._slots = BoundedSemaphore(connections)
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)  # a client asks again; a witness never queues
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the system has no thread left now, and may have one later
            self._slots.release()
            self.shutdown_request(request)
            _log.exception("a connection from %s has no thread", client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.exception("a request from %s failed", client_address)


class _Budget(io.RawIOBase):
    """Reads a socket until a request's time or bytes are used up."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deadline = 0.0
        self._bytes = 0

    def renew(self, seconds: float) -> None:
        self._deadline = monotonic() + seconds
        self._bytes = MAX_HEADER_BYTES + MAX_REQUEST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - monotonic()
        if left <= 0 or self._bytes <= 0:
            raise TimeoutError("the request takes too long or is too large")
        self._connection.settimeout(left)
        count = self._connection.recv_into(buffer, min(len(buffer), self._bytes))
        self._bytes -= count
        return count


class _UnreadableError(Exception):
    """A request whose end cannot be found."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        super().__init__(why)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"  # keep-alive, which the specification asks for
    error_content_type = TEXT_TYPE
    error_message_format = "%(code)d %(message)s\n"

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._budget = _Budget(self.connection)
        self.rfile = io.BufferedReader(self._budget)

    def handle_one_request(self) -> None:
        self._budget.renew(self.server.seconds)
        super().handle_one_request()

    def do_POST(self) -> None:
        try:
            body = self._body()
        except _UnreadableError as error:
            self.close_connection = True  # what follows is not understood
            self._answer(Answer(error.status, f"{error}\n".encode()))
            return
        if self.path != ADD_CHECKPOINT:
            self._answer(Answer(404, b"there is nothing to post to here\n"))
            return
        self._answer(self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:
        if self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding"):
            self.close_connection = True  # the body of a GET is not read, so nothing follows it
        if self.path == ADD_CHECKPOINT:
            self._answer(Answer(405, b"post a checkpoint here\n"))
            return
        self._answer(self.server.witness.latest(self.path.removeprefix("/")))

    def version_string(self) -> str:
        return "assay-witness"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        _log.info("%s %s", self.address_string(), format % args)

    def _body(self) -> bytes:
        lengths = self.headers.get_all("Content-Length", [])
        if self.headers.get("Transfer-Encoding") or len(lengths) != 1:
            raise _UnreadableError(411, "a request says its length once")
        if not _LENGTH.fullmatch(lengths[0]):
            raise _UnreadableError(400, "that is no length")
        length = int(lengths[0])
        if length > MAX_REQUEST_BYTES:
            raise _UnreadableError(413, f"a request has at most {MAX_REQUEST_BYTES} bytes")
        body = self.rfile.read(length)
        if len(body) < length:
            raise _UnreadableError(400, "the body is cut off")
        return body

    def _answer(self, answer: Answer) -> None:
        self.connection.settimeout(self.server.seconds)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
