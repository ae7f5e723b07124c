"""Private keys of the tests, from seeds that everybody knows."""

from __future__ import annotations

import hashlib

from compliance.domain.tlog.note_keys import PrivateKey, SignatureType

LOG = SignatureType.ED25519
WITNESS = SignatureType.COSIGNATURE_ED25519
QUANTUM = SignatureType.COSIGNATURE_MLDSA44


def private(name: str, kind: SignatureType = LOG) -> PrivateKey:
    return PrivateKey(name, kind, hashlib.sha256(f"{name} {kind}".encode()).digest())
