"""The witness over real sockets: addresses, limits, slow and rude clients."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from compliance.domain.tlog.witness_request import MAX_REQUEST_BYTES, monitoring_path
from compliance.witness.server import MAX_HEADER_BYTES, WitnessServer, _Budget
from tests.witness.conftest import NAME, ROOT, Process, post
from tests.witness.logs import ORIGIN, GrowingLog


def raw(server: WitnessServer, data: bytes, *, close: bool = True) -> bytes:
    """What comes back for these bytes, until the server closes."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as connection:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_WR)
        found = b""
        while chunk := connection.recv(65_536):
            found += chunk
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_several_requests_of_one_connection(server: WitnessServer, log: GrowingLog) -> None:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    for old, size in ((0, 3), (3, 8)):
        connection.request("POST", "/add-checkpoint", log.request(old, size))
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
    connection.request("GET", f"/{monitoring_path(ORIGIN)}")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.read().startswith(f"{ORIGIN}\n8\n".encode())
    connection.close()


def test_a_conflict_says_its_type(server: WitnessServer, log: GrowingLog) -> None:
    post(server.server_port, log.request(0, 3))
    answer = post(server.server_port, log.request(0, 4))
    assert (answer.status, answer.body) == (409, b"3\n")
    assert answer.content_type == "text/x.tlog.size"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"POST /add-checkpoint HTTP/1.1\r\n\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 411),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: +1\r\n\r\nx", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1e3\r\n\r\nx", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", 413),
        (b"POST /other HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404),
        (b"GET /add-checkpoint HTTP/1.1\r\nConnection: close\r\n\r\n", 405),
        (b"GET /../keys HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
        (b"DELETE / HTTP/1.1\r\n\r\n", 501),
    ],
)
def test_rude_requests(server: WitnessServer, request_: bytes, expected: int) -> None:
    assert status(raw(server, request_)) == expected


def test_nothing_after_an_unreadable_request_is_taken_for_another(server: WitnessServer) -> None:
    hidden = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    for start in (
        b"POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 40\r\n\r\n",
    ):
        assert raw(server, start + hidden).count(b"HTTP/1.1 ") == 1


def test_a_slow_client_is_cut_off_and_others_are_served(
    server: WitnessServer, log: GrowingLog
) -> None:
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as slow:
        slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
        assert post(server.server_port, log.request(0, 3)).status == 200
        for _ in range(30):  # a byte now and then does not buy more time
            try:
                slow.sendall(b"o")
            except OSError:
                break
            time.sleep(0.1)
        assert slow.recv(100) == b""
    assert time.monotonic() - started < 6


def test_endless_headers_are_cut_off(server: WitnessServer) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as rude:
        rude.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            for _ in range(1_000):
                rude.sendall(b"x: " + b"y" * 60_000 + b"\r\n")


def test_a_request_has_a_budget_of_bytes_and_of_time() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        budget = _Budget(ours)
        budget.renew(0.5)
        read = 0
        with pytest.raises(TimeoutError):
            while True:
                with suppress(BlockingIOError):
                    theirs.send(b"x" * 100_000)
                read += budget.readinto(bytearray(50_000))
        assert read == MAX_HEADER_BYTES + MAX_REQUEST_BYTES
        budget.renew(0.0)
        with pytest.raises(TimeoutError):
            budget.readinto(bytearray(1))


def test_connections_beyond_the_cap_are_closed(server: WitnessServer, log: GrowingLog) -> None:
    held = [socket.create_connection(("127.0.0.1", server.server_port)) for _ in range(8)]
    time.sleep(0.2)
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as ninth:
        assert ninth.recv(10) == b""
    for one in held:
        one.close()
    assert eventually(server, log.request(0, 3)) == 200


def test_a_system_without_threads_costs_no_slots(server: WitnessServer, log: GrowingLog) -> None:
    usual = threading.stack_size(1 << 46)  # more than any machine maps: no thread can start
    try:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as one:
                assert one.recv(10) == b""
    finally:
        threading.stack_size(usual)
    assert eventually(server, log.request(0, 3)) == 200


def eventually(server: WitnessServer, body: bytes) -> int:
    """The status of the first request that finds a free slot."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with suppress(OSError):
            return post(server.server_port, body).status
        time.sleep(0.05)
    pytest.fail("no slot was given back")


def test_one_command_starts_a_witness_and_prints_its_keys(
    process: Callable[[], Process], log: GrowingLog
) -> None:
    first = process()
    assert [key.kind for key in first.vkeys] == [0x04, 0x06]
    assert post(first.port, log.request(0, 5)).status == 200
    assert first.stop() == 0
    again = process()
    assert again.vkeys == first.vkeys
    assert post(again.port, log.request(5, 6)).status == 200


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--name", NAME], "no log is trusted"),
        (["--name", NAME, "--log", "nonsense"], "a key is"),
        (["--log", "LOG"], "--name makes a new"),
        (["--name", "two words", "--log", "LOG"], "no name of a key"),
        (["--name", NAME, "--log", "LOG", "--listen", "8737"], "host:port"),
        (["--name", NAME, "--policy", "missing.txt"], "missing.txt"),
    ],
)
def test_a_witness_that_cannot_start_says_why(
    tmp_path: Path, log: GrowingLog, arguments: list[str], why: str
) -> None:
    known = [str(log.keys[0].key) if one == "LOG" else one for one in arguments]
    command = [sys.executable, "-m", "compliance.witness", "--home", str(tmp_path / "w"), *known]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert why in found.stderr
    assert "Traceback" not in found.stderr


def test_a_damaged_state_stops_the_witness_at_its_start(
    process: Callable[[], Process], log: GrowingLog
) -> None:
    one = process()
    one.stop()
    (one.folder / "state.sqlite").write_bytes(b"not a database" * 1_000)
    command = [sys.executable, "-m", "compliance.witness", "--home", str(one.folder)]
    command += ["--log", str(log.keys[0].key)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (2, "witness: file is not a database\n")


def test_a_policy_file_names_the_logs(tmp_path: Path, log: GrowingLog) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_text(f"log {log.keys[0].key}\nquorum none\n")
    one = Process(tmp_path / "w", "--name", NAME, "--policy", str(policy))
    try:
        assert post(one.port, log.request(0, 5)).status == 200
        with pytest.raises(AssertionError):
            Process(tmp_path / "w", "--name", "another.example", "--policy", str(policy))
    finally:
        one.kill()
