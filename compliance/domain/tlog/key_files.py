"""Private keys in files that their owner alone may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.note_keys import MAX_VKEY_CHARACTERS, PrivateKey, parse_private_key

OWNER_ONLY = 0o600


def write_private_keys(path: Path, *keys: PrivateKey) -> None:
    """Write keys to a new file of mode 0600, one a line, and wait until they are on the disk.

    Raises:
        FileExistsError: there is a file already; a key is never overwritten.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{key.encode()}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_private_keys(path: Path) -> list[PrivateKey]:
    """The keys of a file.

    Raises:
        FormatError: others may read the file, or it holds something else.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise FormatError(f"{path} is open to others (mode {mode:o}); give it mode 600")
        lines = file.read(MAX_VKEY_CHARACTERS).splitlines()
    keys = [parse_private_key(line) for line in lines if line]
    if not keys:
        raise FormatError(f"{path} holds no key")
    return keys
