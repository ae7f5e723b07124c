"""Keeps a lease alive while the model is at work, and ends the work when the lease is gone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
from django.db import DatabaseError, InterfaceError, connection

from compliance.audits.services import Lease, shard_heartbeat
from compliance.domain.errors import LeaseLostError
from compliance.domain.runs import HEARTBEAT_SECONDS, STALL_SECONDS

INTERRUPT = signal.SIGUSR2
_log = structlog.get_logger("assay.runs")


class LeaseInterrupt(BaseException):
    """The lease was lost while the model was at work. No library that it passes may catch it."""


class Pulse:
    """What the beating thread and the working one know of each other."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._writing = False
        self._progressed_at = time.monotonic()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a write to the record: never interrupted, and it finds a lost lease itself."""
        self._writing = True
        try:
            yield
            self._progressed_at = time.monotonic()
        finally:
            self._writing = False

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Around what may be interrupted after all, where everything else may not."""
        self._writing = False
        try:
            yield
        finally:
            self._writing = True

    @property
    def stalled(self) -> bool:
        return time.monotonic() - self._progressed_at > STALL_SECONDS

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Signal handler, in the working thread: leave off unless it is writing or done."""
        if not self._writing and not self.ended.is_set():
            raise LeaseInterrupt


@contextmanager
def heartbeat(lease: Lease) -> Iterator[Pulse]:
    """Renew the lease from a thread of its own until the block ends.

    A cancelled run, or another worker on the shard, raises LeaseLostError in the block within
    HEARTBEAT_SECONDS, in the middle of a batch too.
    """
    with beating(lambda: shard_heartbeat(lease=lease)) as pulse:
        yield pulse


@contextmanager
def beating(renew: Callable[[], None]) -> Iterator[Pulse]:
    """Renew from a thread of its own, every HEARTBEAT_SECONDS, until the block ends.

    Where ``renew`` raises LeaseLostError, so does the block. That takes a signal, which Python
    hands to the main thread alone; elsewhere the next write finds out.
    """
    pulse = Pulse()
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(INTERRUPT, pulse.interrupt) if main else None
    thread = threading.Thread(target=_beat, args=(renew, pulse, main), daemon=True)
    thread.start()
    try:
        yield pulse
    except LeaseInterrupt as interrupt:
        raise LeaseLostError("the lease was lost while the model was at work") from interrupt
    finally:
        pulse.ended.set()
        thread.join()
        if main:
            signal.signal(INTERRUPT, before)


def _beat(renew: Callable[[], None], pulse: Pulse, interruptible: bool) -> None:
    try:
        while not pulse.ended.wait(HEARTBEAT_SECONDS):
            if pulse.stalled:
                _log.error("no batch for too long; this process ends itself")
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                renew()
            except (DatabaseError, InterfaceError):
                connection.close()  # an outage: the lease may still stand when it is over
    except LeaseLostError:
        if interruptible and not pulse.ended.is_set():
            signal.pthread_kill(threading.main_thread().ident or 0, INTERRUPT)
    finally:
        connection.close()  # the thread's own
