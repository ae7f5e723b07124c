"""Starts processes, restarts those that crash, and ends all of them whatever happens.

Single-threaded: ``tend`` must be called while waiting. Each process leads a group of its own, so
that Ctrl-C reaches the launcher alone and the launcher decides the order. Should the launcher be
killed, the kernel signals its children (Linux) and the guardian ends all that is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launcher.stopping import APPLICATION, Leader, send, stop_all
from launcher.system_user import SystemUser

ROOT = Path(__file__).resolve().parents[1]
TICK_SECONDS = 0.1
BACKOFF_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
STEADY_SECONDS = 60.0
"""A service that ran this long before it crashed is restarted without delay again."""
LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Service:
    """A process to run: what, as whom, and how it is asked to end."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    tier: int = APPLICATION
    user: SystemUser | None = None
    folder: Path = ROOT


class StepFailedError(Exception):
    """A step ended with an error; its last words and the log that holds the others."""


class StopRequestedError(Exception):
    """Somebody asked the launcher to stop: raised from whatever it was waiting for."""


@dataclass(slots=True)
class _Kept:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    crashes: int = 0
    restart_at: float | None = None


class Supervisor:
    """Holds what runs. ``report`` is told of crashes, one sentence each."""

    def __init__(self, logs: Path, report: Callable[[str], None], lock: int | None = None) -> None:
        self._logs = logs
        self._report = report
        self._kept: dict[str, _Kept] = {}
        self._live: dict[int, tuple[Service, subprocess.Popen[bytes]]] = {}
        self._stop_requested = False
        reading, writing = os.pipe()
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "launcher.guardian"],
            stdin=reading,
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[] if lock is None else [lock],
        )
        os.close(reading)
        self._pipe = os.fdopen(writing, "wb", buffering=0)

    def request_stop(self, *_: object) -> None:
        """A signal handler. It only leaves word, so that no start is torn in half."""
        self._stop_requested = True

    def start(self, service: Service) -> None:
        """Start a service that is to run until ``stop``."""
        with self._log(service.name) as log:
            process = self._spawn(service, log, log)
        self._kept[service.name] = _Kept(service, process, time.monotonic())

    def running(self, name: str) -> bool:
        """Whether a started service is up now."""
        return self._kept[name].process.poll() is None

    def log_path(self, name: str) -> Path:
        """Where a service's output goes."""
        return self._logs / f"{name}.log"

    def tend(self) -> None:
        """Restart what has crashed, later and later while it keeps crashing.

        Raises:
            StopRequestedError: somebody asked the launcher to stop.
        """
        if self._stop_requested:
            raise StopRequestedError
        now = time.monotonic()
        for kept in self._kept.values():
            if kept.restart_at is None and kept.process.poll() is not None:
                self._crashed(kept, now)
            elif kept.restart_at is not None and now >= kept.restart_at:
                with self._log(kept.service.name) as log:
                    kept.process = self._spawn(kept.service, log, log)
                kept.started, kept.restart_at = now, None

    def pause(self, seconds: float) -> None:
        """Sleep, tending."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.tend()
            time.sleep(TICK_SECONDS)

    def wait(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Tend until something holds; raises StepFailedError when it does not in time."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise StepFailedError(f"Waited {seconds:g} s for {what}; see {self._logs}.")
            self.pause(TICK_SECONDS)

    def run(self, step: Service, line: Callable[[str], None] = lambda _: None) -> str:
        """Run a step to its end, handing on each line it prints; returns all it printed.

        Raises:
            StepFailedError: it ended with an error.
        """
        with self._log(step.name) as log, tempfile.TemporaryFile("w+b") as printed:
            begin = log.tell()
            process = self._spawn(step, printed, log)
            heard = 0
            while process.poll() is None:
                heard = _hand_on(printed, heard, line)
                self.pause(TICK_SECONDS)
            self._forget(process)
            _hand_on(printed, heard, line)
            if process.returncode:
                raise StepFailedError(_last_words(self.log_path(step.name), begin))
            return os.pread(printed.fileno(), 1 << 20, 0).decode()

    def stop(self) -> None:
        """End everything, the last started first; returns when nothing is left."""
        live = list(self._live.values())
        leaders = [_leader(service, process) for service, process in live]
        stop_all(leaders, lambda pid: self._live[pid][1].poll() is None)
        for _, process in live:
            process.wait()
            self._forget(process)
        self._kept.clear()
        self._pipe.close()
        self._guardian.wait()

    def _crashed(self, kept: _Kept, now: float) -> None:
        self._forget(kept.process)
        if now - kept.started > STEADY_SECONDS:
            kept.crashes = 0
        delay = BACKOFF_SECONDS[min(kept.crashes, len(BACKOFF_SECONDS) - 1)]
        kept.crashes += 1
        kept.restart_at = now + delay
        name, status = kept.service.name, kept.process.returncode
        self._report(
            f"{name} ended by itself (status {status}) and starts again in {delay:g} s;"
            f" see {self.log_path(name)}."
        )

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        send(os.killpg, process.pid, signal.SIGKILL)  # what it started and left behind
        del self._live[process.pid]
        self._tell(f"end {process.pid}")

    def _spawn(self, service: Service, out: IO[bytes], log: IO[bytes]) -> subprocess.Popen[bytes]:
        user = service.user
        process = subprocess.Popen(
            service.argv,
            env=dict(service.environment),
            cwd=service.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
            start_new_session=True,
            preexec_fn=_dies_with(os.getpid(), service.stop_signal),  # noqa: PLW1509 (no threads)
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
        self._live[process.pid] = (service, process)
        leader = _leader(service, process)
        self._tell(f"start {leader.pid} {int(leader.stop_signal)} {leader.tier}")
        return process

    def _tell(self, word: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the guardian was killed: nobody to tell
            self._pipe.write(f"{word}\n".encode())

    def _log(self, name: str) -> IO[bytes]:
        path = self.log_path(name)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        log = path.open("ab")
        log.seek(0, os.SEEK_END)
        return log


def _dies_with(launcher: int, number: int) -> Callable[[], None]:
    """What a child does before it becomes its program; the kernel then watches its parent."""

    def ask_the_kernel() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != launcher:  # it died before the line above
            os._exit(1)

    return ask_the_kernel


def _leader(service: Service, process: subprocess.Popen[bytes]) -> Leader:
    return Leader(process.pid, service.stop_signal, service.tier)


def _hand_on(printed: IO[bytes], heard: int, line: Callable[[str], None]) -> int:
    """Hand on the whole lines after byte ``heard``; returns where the rest begins."""
    # The child writes through the same open file: reading must not move its offset.
    whole, newline, _ = os.pread(printed.fileno(), 1 << 20, heard).rpartition(b"\n")
    if newline:
        for text in whole.decode(errors="replace").split("\n"):
            line(text)
    return heard + len(whole) + len(newline)


def _last_words(log: Path, begin: int) -> str:
    said = log.read_bytes()[begin:].decode(errors="replace").strip().splitlines()
    return f"{said[-1] if said else 'It ended without a word.'} (log: {log})"
