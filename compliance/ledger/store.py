"""Where large evidence lies: a directory, or a bucket of any store that speaks S3, by digest.

Evidence is encrypted under a key of its own (AES-256-GCM) before it leaves the database: whoever
destroys the key has erased it from every copy of the store as well.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from compliance.domain.errors import DamagedError

STORE_TROUBLE = (BaseError, OSError)
"""What a store raises that is away, or that refuses."""
DATA_KEY_BYTES = 32
_NONCE = bytes(12)
"""A key encrypts one thing once, so that the nonce may be constant (NIST SP 800-38D, 8.2)."""


class EvidenceStore:
    """Encrypted evidence by the id of its row."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self._objects: ObjectStore = (
            LocalStore(self._folder, mkdir=True) if self._folder else from_url(url)
        )

    def put(self, evidence_id: UUID, content: bytes, data_key: bytes) -> None:
        """Store evidence; what is there already stays, for it can only be the same."""
        sealed = AESGCM(data_key).encrypt(_NONCE, content, evidence_id.bytes)
        try:
            obstore.put(self._objects, _name(evidence_id), sealed, mode="create")
        except AlreadyExistsError:
            return
        if self._folder:
            _flush(self._folder / _name(evidence_id))

    def get(self, evidence_id: UUID, data_key: bytes) -> bytes:
        """The evidence as it was put.

        Raises:
            DamagedError: it is missing, or was changed.
        """
        try:
            sealed = bytes(obstore.get(self._objects, _name(evidence_id)).bytes())
            return AESGCM(data_key).decrypt(_NONCE, sealed, evidence_id.bytes)
        except FileNotFoundError as error:
            raise DamagedError(f"the store has no evidence {evidence_id}") from error
        except InvalidTag as error:
            raise DamagedError(f"evidence {evidence_id} was changed in the store") from error

    def delete(self, evidence_id: UUID) -> None:
        """Remove what is left of erased evidence, if anything is; nothing depends on it."""
        with suppress(FileNotFoundError):
            obstore.delete(self._objects, _name(evidence_id))


@cache
def evidence_store() -> EvidenceStore:
    """The store that ``ASSAY_EVIDENCE_URL`` names."""
    return EvidenceStore(settings.EVIDENCE_URL)


def data_key_make() -> bytes:
    """A fresh key for one piece of evidence."""
    return secrets.token_bytes(DATA_KEY_BYTES)


def _name(evidence_id: UUID) -> str:
    return f"evidence/{evidence_id.hex[:2]}/{evidence_id}"


def _flush(path: Path) -> None:
    """Onto the disk: the database forgets its own copy next."""
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
