"""The file of a log's keys: made, added to and retired from.

A key is replaced in two steps, so that every head of the log is signed by a key that the head
before it had: first old and new sign together, then the old one goes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.key_files import read_key_lines, replace_key_lines, write_key_lines
from compliance.domain.tlog.note_keys import SEED_BYTES, PrivateKey, SignatureType
from compliance.ledger.hardware import hardware_key_open
from compliance.ledger.signer import signer_open

MAX_KEYS = 8
"""Of the 16 lines that every reader of a signed note accepts, half are left to witnesses."""


def keys_make(path: Path, *, origin: str, hardware: str = "") -> list[str]:
    """The keys of a new log, in a new file; returns its verifier keys.

    Args:
        origin: the log's name, for ever.
        hardware: URI of the Ed25519 key in a module; empty to make one here.

    Raises:
        FileExistsError: there is a file already.
        FormatError: no name of a key, or the module has no such key.
    """
    lines = _fresh(origin, hardware)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_key_lines(path, lines)
    return signer_open(path).verifier_keys


def keys_add(path: Path, *, hardware: str = "") -> list[str]:
    """New keys beside those that are there; returns the verifier keys of all.

    Raises:
        FormatError: there are too many keys already, or the module has no such key.
    """
    lines, origin = read_key_lines(path), signer_open(path).origin
    lines += _fresh(origin, hardware)
    if len(lines) > MAX_KEYS:
        raise FormatError(f"{path} would hold {len(lines)} keys; retire old ones first")
    replace_key_lines(path, lines)
    return signer_open(path).verifier_keys


def keys_retire(path: Path, key_id: str) -> list[str]:
    """The keys without the one of an ID; returns the verifier keys of the others.

    Raises:
        FormatError: no key has the ID, or it is the last one.
    """
    lines, signers = read_key_lines(path), signer_open(path).signers
    kept = [
        line
        for line, signer in zip(lines, signers, strict=True)
        if signer.key.key_id.hex() != key_id
    ]
    if len(kept) == len(lines):
        raise FormatError(f"{path} holds no key with the ID {key_id}")
    if not kept:
        raise FormatError("a log without a key signs nothing: add new keys before (--rotate)")
    replace_key_lines(path, kept)
    return signer_open(path).verifier_keys


def _fresh(origin: str, hardware: str) -> Sequence[str]:
    """Lines of an Ed25519 and an ML-DSA-44 key."""
    kinds = [SignatureType.COSIGNATURE_MLDSA44]
    if hardware:
        hardware_key_open(name=origin, uri=hardware)
    else:
        kinds.insert(0, SignatureType.ED25519)
    made = [PrivateKey(origin, kind, secrets.token_bytes(SEED_BYTES)).encode() for kind in kinds]
    return [f"{origin} {hardware}", *made] if hardware else made
