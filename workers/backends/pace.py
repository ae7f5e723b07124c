"""No faster than an endpoint may be asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class Pace:
    """Lets one request begin every ``seconds``, whatever number of threads ask.

    Args:
        clock, sleep: seconds that pass, and how to let them.
    """

    def __init__(
        self,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds, self._clock, self._sleep = seconds, clock, sleep
        self._next, self._lock = clock(), Lock()

    def wait(self) -> None:
        """Return when the next request may begin."""
        if self._seconds <= 0:
            return
        with self._lock:
            now = self._clock()
            begin = max(now, self._next)
            self._next = begin + self._seconds
        self._sleep(begin - now)
