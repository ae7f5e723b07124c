"""A log in memory that grows, signs, and can lie."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.domain.tlog.checkpoint import Checkpoint, SignedCheckpoint
from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.cosignature import sign_checkpoint
from compliance.domain.tlog.merkle import leaf_hash
from compliance.domain.tlog.note_keys import PrivateKey
from compliance.domain.tlog.witness_client import request_from
from tests.domain.tlog.keys import LOG, QUANTUM, private

ORIGIN = "log.example/assay"


class GrowingLog:
    """Keeps every hash, and the root of every size.

    Args:
        flavour: two logs of other flavours have other entries under the same keys.
    """

    def __init__(self, flavour: str = "honest", origin: str = ORIGIN) -> None:
        self.origin = origin
        self.flavour = flavour
        self.keys: list[PrivateKey] = [private(origin, LOG), private(origin, QUANTUM)]
        self.hashes: dict[tuple[int, int], bytes] = {}
        self.edge = CompactRange()
        self.roots = [self.edge.root]

    def __call__(self, level: int, index: int, /) -> bytes:
        return self.hashes[level, index]

    def grow(self, size: int) -> GrowingLog:
        entries = (f"{self.flavour} {index}".encode() for index in range(self.edge.size, size))
        return self.append(map(leaf_hash, entries))

    def append(self, leaves: Iterable[bytes]) -> GrowingLog:
        for leaf in leaves:
            self.edge.append(leaf, lambda level, at, one: self.hashes.update({(level, at): one}))
            self.roots.append(self.edge.root)
        return self

    @property
    def checkpoint(self) -> Checkpoint:
        """Of all that was appended, signed by nobody."""
        return Checkpoint(self.origin, self.edge.size, self.edge.root)

    def head(self, size: int, *, keys: list[PrivateKey] | None = None) -> SignedCheckpoint:
        self.grow(size)
        checkpoint = Checkpoint(self.origin, size, self.roots[size])
        return sign_checkpoint(checkpoint, keys or self.keys, time=1_700_000_000)

    def request(self, old: int, size: int) -> bytes:
        return request_from(self.head(size), old=old, read=self).encode()
