"""``python -m workers.backends.confined FD``: the template, started by a worker.

It forks a process for each model. That one raises its walls, then reads files, and answers until
its worker is gone.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from typing import Any

from workers.backends.confined.messages import receive, send
from workers.backends.confined.walls import raise_walls

_NO_ARRAYS = 0
_END_SECONDS = 5.0


def main() -> None:
    """Serve the worker at the other end of the descriptor."""
    control = socket.socket(fileno=int(sys.argv[1]))
    forks: set[int] = set()
    _load()
    while True:
        asked, _ = receive(control, seconds=None, array_bytes=_NO_ARRAYS)
        if "fork" not in asked:
            send(control, {"status": _ended(asked["end"], forks, kill=asked["kill"])})
            continue
        _, (channel, *_rest), _, _ = socket.recv_fds(control, 1, 1)
        pid = os.fork()
        if pid == 0:
            control.close()
            _serve(socket.socket(fileno=channel))
        forks.add(pid)
        os.close(channel)
        send(control, {"pid": pid})


def _load() -> None:
    """Everything that forks share; nothing here starts a thread or reads a model."""
    import workers.backends.confined.answers
    import workers.backends.pretrained
    import workers.scoring.activations
    import workers.scoring.generation
    import workers.scoring.loglikelihood  # noqa: F401


def _serve(channel: socket.socket) -> None:
    """The process of one model, until its worker is gone."""
    status = 1
    try:
        about, _ = receive(channel, seconds=None, array_bytes=_NO_ARRAYS)
        send(channel, _confined(about))
        threading.Thread(target=_end_with, args=(channel.fileno(),), daemon=True).start()
        _answer(channel, about)
    except EOFError:
        status = 0
    finally:
        os._exit(status)


def _confined(about: dict[str, Any]) -> dict[str, bool]:
    scratch = about["scratch"]
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    tempfile.tempdir = None
    os.chdir(scratch)
    return raise_walls(
        about["readable"],
        scratch,
        memory=about["memory"],
        device=os.environ.get("ASSAY_DEVICE", "cpu"),
    )


def _answer(channel: socket.socket, about: dict[str, Any]) -> None:
    from workers.backends.confined.answers import Answers

    answers = Answers(about["location"], about["label"])
    while True:
        asked, _ = receive(channel, seconds=None, array_bytes=_NO_ARRAYS)
        message, arrays = answers.to(asked)
        channel.settimeout(None)
        send(channel, message, arrays)


def _end_with(descriptor: int) -> None:
    """A worker that was killed leaves no process behind that computes on."""
    hang_up = select.poll()
    hang_up.register(descriptor, 0)
    hang_up.poll()
    os._exit(0)


def _ended(pid: int, forks: set[int], *, kill: bool) -> int | None:
    """Its status, or a signal's number below zero; None when it runs on, or is no fork any more.

    The id of an ended fork is not given to another process before this has asked for its status.
    """
    if pid not in forks:
        return None
    if kill:
        os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + _END_SECONDS
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            forks.discard(pid)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


if __name__ == "__main__":
    try:
        main()
    except EOFError:
        sys.exit(0)
