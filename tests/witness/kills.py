"""Kills a witness again and again while it is asked, and checks what it signed."""

from __future__ import annotations

import time
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Thread

from compliance.domain.tlog.checkpoint import SignedCheckpoint
from compliance.domain.tlog.cosignature import verifiers
from compliance.domain.tlog.signed_note import SignedNote, open_note, parse_lines
from compliance.domain.tlog.witness_request import monitoring_path
from compliance.witness.service import Answer
from tests.witness.conftest import Process, post
from tests.witness.logs import ORIGIN, GrowingLog

MOST_ANSWERS = 6
LONGEST_PAUSE = 0.01
"""Seconds; about as long as a request takes, so that kills fall into every part of one."""
LONGEST_SILENCE = 60.0


class Storm:
    """An honest and a lying history under one key, pushed at a witness that keeps dying.

    Attributes:
        error: why the last request had no answer.
        heads: root by size of everything that was cosigned.
        faults: what must never happen: two roots of one size, or a size that fell.
    """

    def __init__(self, process: Process, *, kills: int, seed: int) -> None:
        self.process = process
        self.wanted = kills
        self.kills = 0
        self.answers = 0
        self.cosigned = 0
        self.random = Random(seed)  # noqa: S311
        self.logs = [GrowingLog("honest"), GrowingLog("lie")]
        self.heads: dict[int, bytes] = {}
        self.faults: list[str] = []
        self.error: Exception | None = None
        self._old = 0

    def run(self) -> None:
        killer = Thread(target=self._kill_again_and_again)
        killer.start()
        while killer.is_alive():
            self._ask()
        self._ask()

    def latest(self) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.process.port, timeout=10)
        connection.request("GET", f"/{monitoring_path(ORIGIN)}")
        return connection.getresponse().read()

    def _kill_again_and_again(self) -> None:
        while self.kills < self.wanted:
            wanted = self.answers + 1 + self.random.randrange(MOST_ANSWERS)
            patience = time.monotonic() + LONGEST_SILENCE
            while self.answers < wanted and self.process.running.poll() is None:
                time.sleep(0.001)
                if time.monotonic() > patience:
                    self.faults.append(f"no answers after {self.kills} kills: {self.error!r}")
                    return
            time.sleep(self.random.random() * LONGEST_PAUSE)
            self.process.kill()
            self.kills += 1
            self.process.start()

    def _ask(self) -> None:
        log = self.random.choice(self.logs)
        head = log.head(self._old + self.random.randrange(3))
        try:
            answer = post(self.process.port, log.request(self._old, head.checkpoint.size))
        except (OSError, HTTPException) as error:
            self.error = error
        else:
            self._note(head, answer)

    def _note(self, head: SignedCheckpoint, answer: Answer) -> None:
        size, root = head.checkpoint.size, head.checkpoint.root
        self.answers += 1
        if answer.status == 200:
            note = SignedNote(head.note.text, parse_lines(answer.body.decode()))
            open_note(note, verifiers(self.process.vkeys))
            if self.heads.setdefault(size, root) != root:
                self.faults.append(f"two heads of size {size}")
            if size < max(self.heads):
                self.faults.append(f"size {size} after {max(self.heads)}")
            self.cosigned += 1
            self._old = size
        elif answer.status == 409:
            self._old = int(answer.body)
            if self.heads and self._old < max(self.heads):
                self.faults.append(f"it forgot {max(self.heads)} and knows {self._old}")
        elif answer.status != 422:
            self.faults.append(f"status {answer.status}")
