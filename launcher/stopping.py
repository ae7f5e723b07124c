"""How processes are ended: asked first, then killed with all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

APPLICATION, SERVER = 0, 1
GRACE_SECONDS = {APPLICATION: 3.5, SERVER: 5.5}
"""Together below the ten seconds within which Ctrl-C must have ended everything."""


@dataclass(frozen=True, slots=True)
class Leader:
    """The first process of a group of its own, and how it wants to be asked to end."""

    pid: int
    stop_signal: int
    tier: int


def stop_all(leaders: Sequence[Leader], alive: Callable[[int], bool]) -> None:
    """End every group, the last started first: applications, then the servers they rest on."""
    for tier in (APPLICATION, SERVER):
        chosen = [leader for leader in reversed(leaders) if leader.tier == tier]
        for leader in chosen:
            send(os.kill, leader.pid, leader.stop_signal)
        deadline = time.monotonic() + GRACE_SECONDS[tier]
        while any(alive(leader.pid) for leader in chosen) and time.monotonic() < deadline:
            time.sleep(0.02)
        for leader in chosen:
            # Also where the leader has ended: what it started may not have.
            send(os.killpg, leader.pid, signal.SIGKILL)


def send(how: Callable[[int, int], None], pid: int, number: int) -> None:
    """Signal a process or a group that may be gone already."""
    # Of a group whose leader has ended the number may be another's by now.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(pid, number)
