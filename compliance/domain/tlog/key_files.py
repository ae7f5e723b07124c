"""Private keys in files that their owner alone may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import MAX_VKEY_CHARACTERS, PrivateKey, parse_private_key

OWNER_ONLY = 0o600


def write_private_keys(path: Path, *keys: PrivateKey) -> None:
    """Write keys to a new file of mode 0600, one a line, and wait until they are on the disk.

    Raises:
        FileExistsError: there is a file already; a key is never overwritten.
    """
    write_key_lines(path, [key.encode() for key in keys])


def write_key_lines(path: Path, lines: Sequence[str]) -> None:
    """Write lines to a new file as ``write_private_keys`` does.

    Raises:
        FileExistsError: there is a file already.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)


def replace_key_lines(path: Path, lines: Sequence[str]) -> None:
    """Put other lines into a key file, all at once: a crash leaves the old file or the new one.

    Raises:
        OSError: it cannot be written.
    """
    made = path.with_suffix(".new")
    made.unlink(missing_ok=True)
    write_key_lines(made, lines)
    made.replace(path)
    _sync(path.parent)


def read_key_lines(path: Path) -> list[str]:
    """The lines of a key file that its owner alone may read.

    Raises:
        FormatError: others may read the file, or it is empty.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise FormatError(f"{path} is open to others (mode {mode:o}); give it mode 600")
        lines = [line for line in file.read(MAX_VKEY_CHARACTERS).splitlines() if line]
    if not lines:
        raise FormatError(f"{path} holds no key")
    return lines


def read_private_keys(path: Path) -> list[PrivateKey]:
    """The keys of a file.

    Raises:
        FormatError: others may read the file, or it holds something else.
        OSError: it cannot be read.
    """
    return [parse_private_key(line) for line in read_key_lines(path)]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
