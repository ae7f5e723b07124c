"""Is the worker or scheduler of this container alive? ``python -m workers.health [SECONDS]``.

Both touch ``ASSAY_HEARTBEAT_FILE``: a scheduler after each round that reached PostgreSQL and the
broker, a worker while its connection to the broker stands. Standard library alone, so that asking
costs little.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

MAX_AGE_SECONDS = 60.0


def beat(file: Path | None) -> None:
    """Show life, where somebody asked for it."""
    if file is not None:
        file.touch()


def trouble(file: Path | None, *, now: float, max_age: float) -> str:
    """Why the process does not count as alive; empty when it does."""
    if file is None:
        return "ASSAY_HEARTBEAT_FILE is not set: nothing to look at"
    try:
        age = now - file.stat().st_mtime
    except FileNotFoundError:
        return f"{file} is not there: no sign of life yet"
    return f"no sign of life for {age:.0f} s" if age > max_age else ""


def main() -> int:
    """Say what is wrong, if anything; the exit status is 1 then."""
    name = os.environ.get("ASSAY_HEARTBEAT_FILE", "")
    max_age = float(sys.argv[1]) if len(sys.argv) > 1 else MAX_AGE_SECONDS
    sentence = trouble(Path(name) if name else None, now=time.time(), max_age=max_age)
    print(sentence or "alive")
    return 1 if sentence else 0


if __name__ == "__main__":
    sys.exit(main())
