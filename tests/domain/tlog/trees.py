"""RFC 6962, section 2.1, written down as it stands there: slow, recursive, without shortcuts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: Sequence[bytes]) -> list[bytes]:
    return subproof(0, m, entries, True)


def subproof(start: int, end: int, entries: Sequence[bytes], whole: bool) -> list[bytes]:
    """Of draft-ietf-plants-merkle-tree-certs, section 4.4; RFC 6962's where start is 0."""
    n = len(entries)
    if (start, end) == (0, n):
        return [] if whole else [mth(entries)]
    k = largest_power_below(n)
    if end <= k:
        return [*subproof(start, end, entries[:k], whole), mth(entries[k:])]
    if k <= start:
        return [*subproof(start - k, end - k, entries[k:], whole), mth(entries[:k])]
    return [*subproof(0, end - k, entries[k:], False), mth(entries[:k])]


class Tree:
    """Entries of one's own, with a reader of their hashes."""

    def __init__(self, size: int, entries: Sequence[bytes] = ()) -> None:
        self.entries = list(entries) or [b"entry %d" % index for index in range(size)]
        self.kept: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int, /) -> bytes:
        assert (index + 1) << level <= len(self.entries)
        if (level, index) not in self.kept:
            self.kept[level, index] = mth(self.entries[index << level : (index + 1) << level])
        return self.kept[level, index]
