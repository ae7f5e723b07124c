"""A small time stamp authority: ``openssl ts`` behind HTTP, with a root made for the test."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.serving import serving

_CONFIG = """
[tsa]
default_tsa = main
[main]
serial = {home}/serial
signer_cert = {home}/signer.pem
signer_key = {home}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[v3]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


def authority_make(home: Path) -> Path:
    """Keys and certificates of an authority in an empty folder; returns its root's PEM."""
    home.mkdir()
    (home / "serial").write_text("01\n")
    (home / "config").write_text(_CONFIG.format(home=home))
    _openssl(
        *("req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=root"),
        *("-keyout", home / "root.key", "-out", home / "root.pem"),
    )
    _openssl(
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=stamps"),
        *("-keyout", home / "signer.key", "-out", home / "signer.csr"),
    )
    _openssl(
        *("x509", "-req", "-days", "1", "-in", home / "signer.csr", "-CA", home / "root.pem"),
        *("-CAkey", home / "root.key", "-extfile", home / "config", "-extensions", "v3"),
        *("-out", home / "signer.pem"),
    )
    return home / "root.pem"


def authority_answer(home: Path, query: bytes) -> bytes:
    """What ``openssl ts -reply`` answers."""
    (home / "query").write_bytes(query)
    _openssl(
        *("ts", "-reply", "-config", home / "config", "-section", "main"),
        *("-queryfile", home / "query", "-out", home / "reply"),
    )
    return (home / "reply").read_bytes()


@contextmanager
def authority_serving(home: Path) -> Iterator[str]:
    """Serve the authority; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            broken = self.path == "/replay" and (home / "reply").exists()
            body = (home / "reply").read_bytes() if broken else authority_answer(home, query)
            self.send_response(503 if self.path == "/down" else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)  # noqa: S607
