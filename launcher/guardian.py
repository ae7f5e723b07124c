"""Outlives a launcher that was killed just long enough to end what it had started.

``python -m launcher.guardian`` reads from its standard input which processes run. The pipe ends
when the launcher does, however it died. The guardian holds the launcher's lock too, so that no
other launcher begins before everything has ended.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from launcher.stopping import Leader, stop_all


def main() -> None:
    """Read ``start PID SIGNAL TIER`` and ``end PID`` until the pipe ends; then end the rest."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    running: dict[int, Leader] = {}
    for line in sys.stdin:
        verb, pid, *rest = line.split()
        if verb == "start":
            running[int(pid)] = Leader(int(pid), int(rest[0]), int(rest[1]))
        else:
            running.pop(int(pid), None)
    stop_all(list(running.values()), alive)


def alive(pid: int) -> bool:
    """Whether a process that is not ours still runs; one that waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not stat.parent.parent.joinpath("self").exists()


if __name__ == "__main__":
    main()
