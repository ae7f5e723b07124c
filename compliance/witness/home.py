"""The witness's folder: its keys, its state, the forks it saw."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.key_files import read_private_keys, write_private_keys
from compliance.domain.tlog.note_keys import SEED_BYTES, PrivateKey, SignatureType
from compliance.witness.state import State, create_state

KEYS, STATE, FORKS = "keys", "state.sqlite", "forks"
KINDS = (SignatureType.COSIGNATURE_ED25519, SignatureType.COSIGNATURE_MLDSA44)
"""Both: new cosigners should sign by ML-DSA-44, and those there are understand Ed25519."""


@dataclass(frozen=True, slots=True)
class Home:
    """An opened folder."""

    keys: list[PrivateKey]
    state: State
    forks: Path

    @property
    def vkeys(self) -> list[str]:
        return [str(one.key) for one in self.keys]


def home_create(folder: Path, *, name: str, random: Callable[[int], bytes]) -> None:
    """Make the folder of a new witness, whole or not at all.

    Args:
        name: of its keys, as a URL without scheme.
        random: gives so many unpredictable bytes.

    Raises:
        FormatError: no name of a key.
        OSError: the folder cannot be made, or is there already.
    """
    keys = [PrivateKey(name, kind, random(SEED_BYTES)) for kind in KINDS]
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        (made / FORKS).mkdir(mode=0o700)
        create_state(made / STATE, vkeys=[str(one.key) for one in keys])
        write_private_keys(made / KEYS, *keys)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    _sync(folder.parent)


def home_open(folder: Path) -> Home:
    """Open what ``home_create`` made.

    Raises:
        FormatError: something is missing, open to others, or does not belong together.
        OSError: it cannot be read.
    """
    keys = read_private_keys(folder / KEYS)
    if [one.kind for one in keys] != list(KINDS) or len({one.name for one in keys}) != 1:
        raise FormatError(f"{folder / KEYS} holds other keys than a witness has")
    state = State(folder / STATE, vkeys=[str(one.key) for one in keys])
    return Home(keys, state, folder / FORKS)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
