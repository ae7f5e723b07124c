"""The template that a worker's model processes are forked from.

It has loaded the libraries, which takes seconds, and opens no file of a model; a fork of it takes
milliseconds. It is started without the worker's environment, so that no fork ever has it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import compliance
from workers.backends.confined.errors import ModelProcessError
from workers.backends.confined.messages import BrokenMessageError, receive, send

START_SECONDS = 300.0
"""For its libraries to load, on a machine that is busy."""
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "ASSAY_DEVICE")
PASSED_ON_FAMILIES = ("OMP_", "MKL_", "OPENBLAS_", "CUDA_", "NVIDIA_", "PYTORCH_", "CUBLAS_")


class Template:
    """A running template; started anew when it died."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="assay-model-")
        self._one_at_a_time = threading.Lock()
        self._start()

    def fork(self, channel: socket.socket) -> int:
        """The id of a new process that serves the other end of ``channel``.

        Raises:
            ModelProcessError: there is none to be had.
        """
        try:
            return self._forked(channel)
        except ModelProcessError:  # something killed it: once more, from the beginning
            self._start()
            return self._forked(channel)

    def end(self, pid: int) -> None:
        """Kill a process of ours and let go of it; it may have ended."""
        with suppress(ModelProcessError):
            self._ask({"end": pid, "kill": True})

    def ending(self, pid: int) -> str:
        """How a process ended that hung up."""
        try:
            status = self._ask({"end": pid, "kill": False})["status"]
        except (ModelProcessError, KeyError):
            status = None
        if not isinstance(status, int):
            return "it hung up"
        how = f"status {status}" if status >= 0 else signal.Signals(-status).name
        return f"it ended with {how}"

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.backends.confined", str(theirs.fileno())],
                env=_environment(self._scratch.name),
                cwd=self._scratch.name,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._control = ours

    def _forked(self, channel: socket.socket) -> int:
        with self._one_at_a_time:
            try:
                send(self._control, {"fork": True})
                socket.send_fds(self._control, [b"F"], [channel.fileno()])
                return int(self._answer()["pid"])
            except (OSError, KeyError, TypeError, ValueError) as error:
                raise self._gone() from error

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        with self._one_at_a_time:
            try:
                send(self._control, message)
                return self._answer()
            except OSError as error:
                raise self._gone() from error

    def _answer(self) -> dict[str, Any]:
        try:
            found, _ = receive(self._control, seconds=START_SECONDS, array_bytes=0)
        except (EOFError, OSError, BrokenMessageError) as error:
            raise self._gone() from error
        return dict(found)

    def _gone(self) -> ModelProcessError:
        self._process.kill()
        self._process.wait()
        self._control.close()
        return ModelProcessError("the template of model processes ended")


def template() -> Template:
    """The template of this process, started at the first call."""
    return _of(os.getpid())  # a fork of a worker must not share its parent's


@cache
def _of(pid: int) -> Template:
    return Template()


def _environment(scratch: str) -> dict[str, str]:
    """No secret, no address: what a library needs to compute alike, and where our packages lie."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PASSED_ON_FAMILIES)
    }
    root = str(Path(compliance.__path__[0]).parent)
    return {**kept, "PYTHONPATH": root, "HOME": scratch, "TMPDIR": scratch, "PYTHONSAFEPATH": "1"}
