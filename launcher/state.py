"""Where the demo keeps what must outlive it: folders, secrets, and the lock of the one launcher."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.domain.errors import InvalidInputError

ROOT_HOME = Path("/var/lib/assay")
NEEDED_BYTES = 500_000_000
"""A new PostgreSQL cluster, the copied servers, logs; the record of some hundred runs."""
MADE_ONCE = ("secret_key", "postgres_superuser", "postgres_assay", "postgres_service", "valkey")


@dataclass(frozen=True, slots=True)
class State:
    """Folders outside the source tree: ``home`` is the record, ``cache`` can be made again."""

    home: Path
    cache: Path

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def static(self) -> Path:
        return self.home / "static"

    @property
    def evidence(self) -> Path:
        return self.home / "evidence"

    @property
    def answers(self) -> Path:
        return self.home / "answers"

    @property
    def log_key(self) -> Path:
        return self.home / "log" / "key"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets.json"

    @property
    def ports(self) -> Path:
        return self.home / "ports.json"

    @property
    def models(self) -> Path:
        return self.cache / "models"

    @property
    def datasets(self) -> Path:
        return self.cache / "datasets"


def state_locate(environ: Mapping[str, str], *, root: bool) -> State:
    """The folders that the environment names, or the usual ones of root and of other people."""
    user_home = Path(environ.get("HOME") or Path.home())
    state_home = Path(environ.get("XDG_STATE_HOME") or user_home / ".local" / "state")
    cache_home = Path(environ.get("XDG_CACHE_HOME") or user_home / ".cache")
    home = environ.get("ASSAY_HOME") or (ROOT_HOME if root else state_home / "assay")
    cache = environ.get("ASSAY_CACHE") or cache_home / "assay"
    return State(home=Path(home).expanduser().resolve(), cache=Path(cache).expanduser().resolve())


def state_open(state: State) -> None:
    """Make the folders.

    Raises:
        InvalidInputError: a folder cannot be made or written to, or its disk is full.
    """
    for field, folder in (("ASSAY_HOME", state.home), ("ASSAY_CACHE", state.cache)):
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            writable = os.access(folder, os.W_OK | os.X_OK)
        except OSError:
            writable = False
        if not writable:
            raise InvalidInputError(
                field=field,
                problem=f"{folder} cannot be made or written to",
                fix=f"Set {field} to a folder that you may write to",
            )
        space_check(field, folder, NEEDED_BYTES)
    for private in (state.logs, state.mail):
        private.mkdir(mode=0o700, exist_ok=True)
    state.static.mkdir(exist_ok=True)
    state.models.mkdir(exist_ok=True)


def space_check(field: str, folder: Path, needed_bytes: int) -> None:
    """Refuse to begin on a disk that is as good as full."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise InvalidInputError(
            field=field,
            problem=f"{folder} has {free / 1e6:.0f} MB free and {needed_bytes / 1e6:.0f} MB are"
            " needed",
            fix=f"Free some space, or set {field} to a folder on another disk",
        )


def lock_take(state: State) -> int:
    """The descriptor of the lock; whoever holds it open is the one launcher of this state.

    Raises:
        InvalidInputError: another launcher holds it.
    """
    descriptor = os.open(state.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise InvalidInputError(
            field="ASSAY_HOME",
            problem=f"an Assay already runs, or is still stopping, on {state.home}",
            fix="Stop it with Ctrl-C in its terminal, or set ASSAY_HOME (and ASSAY_PORT) to start"
            " a second one beside it",
        ) from None
    return descriptor


def secrets_keep(path: Path) -> dict[str, str]:
    """The random secrets of this installation, made at the first start and kept readable to its
    owner alone. Sign-ins join them in the same file when the demo is seeded."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in MADE_ONCE if name not in kept]
    if missing:
        kept |= {name: secrets.token_urlsafe(36) for name in missing}
        write_private(path, json.dumps(kept, indent=1))
    return {name: str(kept[name]) for name in MADE_ONCE}


def write_private(path: Path, text: str) -> None:
    """Replace a file whole; nobody but its owner ever can read it."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    temporary.replace(path)
