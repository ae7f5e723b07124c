"""TCP ports on the loopback interface: which are free, and which were chosen before."""

from __future__ import annotations

import json
import socket
from pathlib import Path

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now."""
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT is free, one that is listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
    return number


def kept_port(kept: Path, name: str) -> int:
    """The port chosen for ``name`` at an earlier start, or another when it was taken since."""
    ports: dict[str, int] = json.loads(kept.read_text()) if kept.exists() else {}
    if name not in ports or not is_free(ports[name]):
        ports[name] = free_port()
        temporary = kept.with_suffix(".tmp")
        temporary.write_text(json.dumps(ports))
        temporary.replace(kept)
    return ports[name]
