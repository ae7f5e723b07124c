"""Answers of models kept on disk, so that an unchanged model is not asked the same again.

One SQLite file in the folder that ``ASSAY_ANSWERS`` names; without it nothing is kept. Entries are
JSON with their digest: what is damaged reads as absent, and nothing in it is ever executed, as a
pickle would be. Several processes may share the folder. Whoever can write to it can change
answers: it belongs to the workers alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError

VARIABLE, SIZE_VARIABLE = "ASSAY_ANSWERS", "ASSAY_ANSWERS_MIB"
DEFAULT_MIB = 1024
FILE = "answers.sqlite3"
_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    content BLOB NOT NULL,
    digest TEXT NOT NULL,
    used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_used ON answers (used);
"""
_EVICT = """
DELETE FROM answers WHERE key IN (
    SELECT key FROM (
        SELECT key, SUM(LENGTH(content)) OVER (ORDER BY used DESC, key) AS kept FROM answers
    ) WHERE kept > ?
)
"""


class AnswerStore:
    """Answers by key, those used last kept within ``limit`` bytes of content.

    A store that cannot be read or written (a full disk, another's lock, a damaged file) forgets
    and never fails: a damaged file is begun anew.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._path, self._limit = folder / FILE, limit

    def get(self, key: str) -> Json:
        """The content kept under ``key``, or None."""
        try:
            with self._open() as database:
                found = database.execute(
                    "SELECT content, digest FROM answers WHERE key = ?", (key,)
                ).fetchone()
                if found is None or hashlib.sha256(found[0]).hexdigest() != found[1]:
                    return None
                self._touch(database, key)
                content: Json = json.loads(found[0])
                return content
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            self._repair(error)
            return None

    def put(self, key: str, content: Json) -> None:
        """Keep ``content``, and give up what was used longest ago where it is too much."""
        text = json.dumps(content, allow_nan=False, separators=(",", ":")).encode()
        row = (key, text, hashlib.sha256(text).hexdigest())
        try:
            with self._open() as database:
                database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, 0)", row)
                self._touch(database, key)
                database.execute(_EVICT, (self._limit,))
        except (sqlite3.Error, OSError) as error:
            self._repair(error)

    def forget(self, erasure: int) -> None:
        """Give up everything, once, where an answer was erased from the record since the last time.

        Which entry held it cannot be told from its key, so all go; their bytes are overwritten.

        Args:
            erasure: the number of the record's newest erasure; 0 before the first.
        """
        try:
            with self._open() as database:
                (known,) = database.execute("PRAGMA user_version").fetchone()
                if known < erasure:
                    database.execute("DELETE FROM answers")
                    database.execute(f"PRAGMA user_version = {erasure:d}")
        except (sqlite3.Error, OSError) as error:
            self._repair(error)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction; a connection is not kept, as workers fork."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as database, database:
            database.executescript(f"PRAGMA secure_delete = ON;{_SCHEMA}")
            yield database

    def _touch(self, database: sqlite3.Connection, key: str) -> None:
        """Counted and not timed: two uses within one tick of a clock have an order, too."""
        database.execute(
            "UPDATE answers SET used = 1 + (SELECT MAX(used) FROM answers) WHERE key = ?", (key,)
        )

    def _repair(self, error: Exception) -> None:
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.OperationalError
        )
        if damaged:
            try:
                self._path.unlink(missing_ok=True)
            except OSError:
                return


def answer_store() -> AnswerStore | None:
    """The store that the environment names; None without one.

    Raises:
        InvalidInputError: a size that is no positive whole number.
    """
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        return None
    size = os.environ.get(SIZE_VARIABLE) or str(DEFAULT_MIB)
    if not size.isdecimal() or int(size) < 1:
        raise InvalidInputError(
            field=SIZE_VARIABLE,
            problem=f"'{size}' is no size",
            fix=f"Give mebibytes as a whole number, like {DEFAULT_MIB}",
        )
    return AnswerStore(Path(folder).expanduser(), int(size) << 20)
