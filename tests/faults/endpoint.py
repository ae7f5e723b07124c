"""What stands between a worker and a real endpoint, and misbehaves when told to."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from launcher.ports import HOST
from launcher.supervisor import ROOT
from tests.serving import serving

RETRY_AFTER_SECONDS = 2
WAYS = ("hangs", "answers 429", "answers 500", "answers half a JSON")


class Gate(ThreadingHTTPServer):
    """Hands requests on to the server at ``behind``, unless ``way`` says otherwise."""

    daemon_threads = True

    def __init__(self, behind: int) -> None:
        super().__init__((HOST, 0), _Handler)
        self.behind = behind
        self.way = ""
        self.lifted = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}/v1"

    def begin(self, way: str) -> None:
        self.lifted.clear()
        self.way = way

    def end(self) -> None:
        self.way = ""
        self.lifted.set()


class _Handler(BaseHTTPRequestHandler):
    server: Gate

    def do_GET(self) -> None:
        self._handle(None)

    def do_POST(self) -> None:
        self._handle(self.rfile.read(int(self.headers["Content-Length"])))

    def _handle(self, body: bytes | None) -> None:
        way = self.server.way
        if way == "hangs":
            self.server.lifted.wait()
            self.close_connection = True  # without a word
        elif way == "answers 429":
            self._reply(429, b"{}", {"Retry-After": str(RETRY_AFTER_SECONDS)})
        elif way == "answers 500":
            self._reply(500, b'{"error": {"message": "out of memory"}}')
        else:
            status, answer = self._ask(body)
            cut = way == "answers half a JSON"
            self._reply(status, answer[: len(answer) // 2] if cut else answer)

    def _ask(self, body: bytes | None) -> tuple[int, bytes]:
        behind = http.client.HTTPConnection(HOST, self.server.behind)
        behind.request(self.command, self.path, body)
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        return answer.status, content

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def gate_to(model: Path) -> Iterator[Gate]:
    """A server process that serves ``model``, with a gate before it."""
    argv = (sys.executable, "-m", "tests.stress_tests.endpoint_server", str(model))
    with ExitStack() as stack:
        started = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        process = stack.enter_context(started)
        stack.callback(process.kill)
        assert process.stdout is not None
        gate = stack.enter_context(serving(Gate(int(process.stdout.readline()))))
        stack.callback(gate.end)
        yield gate
