"""A small disk that can be filled."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CHUNK = bytes(64 << 10)


@dataclass(frozen=True)
class Disk:
    """A mounted tmpfs."""

    folder: Path

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            try:
                while ballast.write(CHUNK):
                    pass
            except OSError:
                return

    def clear(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A tmpfs over ``folder``; skips the test where none may be mounted."""
    folder.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    options = f"size={megabytes}m,mode=0755"
    argv = (mount or "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    done = subprocess.run(argv, capture_output=True, text=True, check=False) if mount else None
    if done is None or done.returncode:
        pytest.skip(f"no small disk: mounting a tmpfs needs root ({done.stderr if done else ''})")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)  # noqa: S607 (as mount's)
