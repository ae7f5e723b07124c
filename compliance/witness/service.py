"""What the witness answers, apart from HTTP."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.domain.tlog.checkpoint import SignedCheckpoint
from compliance.domain.tlog.cosignature import sign
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import Signer, VerifierKey
from compliance.domain.tlog.signed_note import NoteSignature, SignedNote
from compliance.domain.tlog.witness_request import (
    SIZE_TYPE,
    AddCheckpoint,
    WitnessRefusalError,
    check_growth,
    check_signed,
    is_fork,
    monitoring_path,
    parse_request,
)
from compliance.witness.state import Head, State

TEXT_TYPE = "text/plain; charset=utf-8"
MAX_FORKS = 1_000
_log = logging.getLogger("assay.witness")


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE


class Witness:
    """Cosigns what continues the tree it saw.

    Args:
        logs: trusted keys by origin.
        clock: Unix seconds.
        forks: a folder where two signed heads of one size are kept, which prove that a log lies.
    """

    def __init__(
        self,
        state: State,
        signers: Sequence[Signer],
        *,
        logs: Mapping[str, Sequence[VerifierKey]],
        clock: Callable[[], float],
        forks: Path,
    ) -> None:
        self._state = state
        self._signers = signers
        self._logs = logs
        self._clock = clock
        self._forks = forks
        self._origins = {monitoring_path(origin): origin for origin in logs}

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request ``add-checkpoint``; 200 only after the new head is on the disk."""
        try:
            request = parse_request(body)
            trusted = check_signed(request.checkpoint, self._logs)
            head = self._state.advance(
                request.checkpoint.checkpoint.origin,
                lambda latest: self._next(request, trusted, latest),
            )
        except FormatError as error:
            return Answer(400, f"{error}\n".encode())
        except WitnessRefusalError as error:
            if error.size is not None:
                return Answer(error.status, f"{error.size}\n".encode(), SIZE_TYPE)
            return Answer(error.status, f"{error}\n".encode())
        except sqlite3.Error as error:
            return Answer(503, f"the witness cannot store a checkpoint ({error})\n".encode())
        ours = head.signed.note.signatures[-len(self._signers) :]
        return Answer(200, "".join(one.line for one in ours).encode())

    def latest(self, path: str) -> Answer:
        """Answer a monitor: the latest checkpoint of the log that ``path`` names."""
        origin = self._origins.get(path)
        head = self._state.head(origin) if origin is not None else None
        if head is None:
            return Answer(404, b"nothing was cosigned for that log\n")
        return Answer(200, head.signed.encode())

    def _next(
        self, request: AddCheckpoint, trusted: tuple[NoteSignature, ...], latest: Head | None
    ) -> Head:
        seen = latest.signed.checkpoint if latest else None
        if latest and is_fork(request.checkpoint.checkpoint, seen):
            self._keep_fork(latest.signed, request.checkpoint)
        check_growth(request, seen)
        # A clock that was set back must not make a newer head look older.
        time = max(int(self._clock()), latest.time if latest else 1)
        checkpoint = request.checkpoint.checkpoint
        lines = [sign(signer, checkpoint, time=time) for signer in self._signers]
        note = SignedNote(checkpoint.text, (*trusted, *lines))
        return Head(SignedCheckpoint(checkpoint, note), time)

    def _keep_fork(self, seen: SignedCheckpoint, other: SignedCheckpoint) -> None:
        """Keep the first pair of a size; what signs one lie can sign many, so not all of them."""
        origin, size = seen.checkpoint.origin, seen.checkpoint.size
        _log.error("FORK: the log %s signed two heads of size %d", origin, size)
        folder, _, _ = monitoring_path(origin).partition("/")
        path = self._forks / f"{folder}-{size}.txt"
        try:
            if sum(1 for _ in self._forks.iterdir()) < MAX_FORKS:
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(seen.encode() + b"\n" + other.encode())
        except FileExistsError:
            return
        except OSError:
            _log.exception("the proof of it cannot be kept")
