"""What the witness cosigned last of each log: an SQLite file of its own.

The file is the witness's honesty: one that forgets what it signed can be made to sign a fork. It
must never be restored from a backup; a witness that lost it starts again under a new name and key.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from compliance.domain.tlog.checkpoint import SignedCheckpoint, parse_checkpoint
from compliance.domain.tlog.errors import FormatError

_BUSY_SECONDS = 10.0
# The triggers hold even for a mistake in this program: sizes and times never fall.
_SCHEMA = """
CREATE TABLE witness (vkey TEXT PRIMARY KEY) STRICT;
CREATE TABLE head (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL,
    note BLOB NOT NULL
) STRICT;
CREATE TRIGGER head_grows BEFORE UPDATE ON head
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.time < OLD.time
    OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'a head is never rolled back'); END;
CREATE TRIGGER head_stays BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'a head is never forgotten'); END;
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint cosigned last, with its cosignatures, and when (Unix seconds)."""

    signed: SignedCheckpoint
    time: int


class State:
    """The heads; one step at a time, also between processes.

    Args:
        vkeys: the witness's keys, which the file belongs to.

    Raises:
        FormatError: the file is another witness's, or missing.
    """

    def __init__(self, path: Path, *, vkeys: Sequence[str]) -> None:
        if not path.is_file():
            raise FormatError(
                f"{path} is missing: this witness no longer knows what it signed, and must start "
                "again under a new name"
            )
        self._lock = Lock()
        self._database = _connect(path)
        rows = self._database.execute("SELECT vkey FROM witness").fetchall()
        if {row[0] for row in rows} != set(vkeys):
            self._database.close()
            raise FormatError(f"{path} belongs to a witness with other keys")

    def head(self, origin: str) -> Head | None:
        """The latest head of a log."""
        with self._lock:
            return self._head(origin)

    def advance(self, origin: str, decide: Callable[[Head | None], Head]) -> Head:
        """Replace a log's head in one step; it is on the disk when this returns.

        Args:
            decide: gets the latest head and returns the next, or raises to leave all as it is.

        Raises:
            sqlite3.Error: it could not be stored, and nothing changed.
        """
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                head = decide(self._head(origin))
                self._store(head)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            return head

    def close(self) -> None:
        self._database.close()

    def _head(self, origin: str) -> Head | None:
        query = "SELECT note, time FROM head WHERE origin = ?"
        row = self._database.execute(query, [origin]).fetchone()
        return Head(parse_checkpoint(row[0]), row[1]) if row else None

    def _store(self, head: Head) -> None:
        found = head.signed.checkpoint
        self._database.execute(
            "INSERT INTO head VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE SET"
            " size = excluded.size, root = excluded.root, time = excluded.time,"
            " note = excluded.note",
            [found.origin, found.size, found.root, head.time, head.signed.encode()],
        )


def create_state(path: Path, *, vkeys: Sequence[str]) -> None:
    """Make the file of a new witness.

    Raises:
        FileExistsError: there is one.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_connect(path)) as database:
        database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        database.executemany("INSERT INTO witness VALUES (?)", [[one] for one in vkeys])


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")  # COMMIT returns after fsync
    return database
