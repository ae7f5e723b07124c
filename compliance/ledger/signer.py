"""The log's signer: its keys, and its own memory of the last head that it signed.

The memory lies beside the keys and outside the database, so that a database restored from a
backup, or turned back by somebody, meets a signer that remembers more than it does. A log must
never sign two heads without a consistency proof between them (c2sp.org/tlog-checkpoint).
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from compliance.domain.errors import AssayError
from compliance.domain.tlog.checkpoint import Checkpoint, SignedCheckpoint
from compliance.domain.tlog.cosignature import sign_checkpoint
from compliance.domain.tlog.errors import ProofError
from compliance.domain.tlog.key_files import read_key_lines
from compliance.domain.tlog.merkle import EMPTY_ROOT, verify_consistency
from compliance.domain.tlog.note_keys import Signer, parse_private_key
from compliance.ledger.hardware import SCHEME, hardware_key_open

Prove: TypeAlias = Callable[[int], Sequence[bytes]]
"""The consistency proof from a smaller size to the one that is to be signed."""


class ForkError(AssayError):
    """What is to be signed does not extend what was signed before."""


@dataclass(frozen=True, slots=True)
class Head:
    """A tree size and its root of 32 bytes."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class LogSigner:
    """Signs heads that extend every head it signed before, and no other.

    Attributes:
        signers: of one name, which is the log's origin.
        memory: the file that holds the last head; made at the first signature.
    """

    signers: Sequence[Signer]
    memory: Path

    @property
    def origin(self) -> str:
        return self.signers[0].key.name

    @property
    def verifier_keys(self) -> list[str]:
        return [str(signer.key) for signer in self.signers]

    def last(self) -> Head:
        """The last head that was signed.

        Raises:
            ForkError: the memory is not what a signer wrote: better no signature than a fork.
        """
        if not self.memory.exists():
            return Head()
        try:
            kept = json.loads(self.memory.read_text())
            return Head(size=int(kept["size"]), root=bytes.fromhex(kept["root"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ForkError(f"{self.memory} is damaged: {error}") from error

    def check_not_older(self, size: int) -> None:
        """Refuse a record that is older than what was signed, before anything is added to it.

        Raises:
            ForkError: it is.
        """
        signed = self.last().size
        if size < signed:
            raise ForkError(
                f"the record has {size} entries and {signed} were signed: it is older than its own"
                " log. Restore a newer backup, or close this log (docs/operations.md)"
            )

    def sign(self, head: Head, prove: Prove) -> SignedCheckpoint:
        """Sign a head, once it is remembered.

        Raises:
            ForkError: it is smaller than the last one, of its size with another root, or no
                proof leads from the last one to it.
        """
        with self._alone():
            self.check_not_older(head.size)
            _extends(self.last(), head, prove)
            self._remember(head)
        checkpoint = Checkpoint(origin=self.origin, size=head.size, root=head.root)
        return sign_checkpoint(checkpoint, self.signers, time=int(time.time()))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of two signers on one memory, one waits."""
        with self.memory.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _remember(self, head: Head) -> None:
        written = self.memory.with_suffix(".new")
        with written.open("w") as file:
            json.dump({"size": head.size, "root": head.root.hex()}, file)
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.memory)
        folder = os.open(self.memory.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def signer_open(key: Path) -> LogSigner:
    """The signer whose keys a file holds or names.

    Each line is a private key, or ``<origin> pkcs11:…`` for one in a hardware security module.
    While a key is replaced there are the old ones and the new, and each signs every head.

    Raises:
        FormatError: the file holds something else, others may read it, or a module has no such key.
        ForkError: its keys are of several logs.
    """
    signers = [_signer(line) for line in read_key_lines(key)]
    if len({signer.key.name for signer in signers}) != 1:
        raise ForkError(f"{key} holds the keys of several logs")
    return LogSigner(signers=signers, memory=key.with_suffix(".signed"))


def _signer(line: str) -> Signer:
    name, _, uri = line.partition(" ")
    if uri.startswith(SCHEME):
        return hardware_key_open(name=name, uri=uri)
    return parse_private_key(line)


def _extends(last: Head, head: Head, prove: Prove) -> None:
    if last.size == 0:
        return
    try:
        verify_consistency(
            old=last.size,
            new=head.size,
            proof=prove(last.size),
            old_root=last.root,
            new_root=head.root,
        )
    except ProofError as error:
        raise ForkError(
            f"the record of {head.size} entries does not extend the {last.size} that were signed:"
            " an entry was changed (run manage.py fsck)"
        ) from error
