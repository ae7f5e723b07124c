"""The right edge of a tree: all that is needed to append leaves and to know the root.

A tree of ``size`` leaves is cut into whole aligned subtrees, one for every bit set in ``size``,
the largest first; their roots are the state (at most 63 hashes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from compliance.domain.tlog.encoding import HASH_BYTES, MAX_SIZE
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import EMPTY_ROOT, HashReader, node_hash

Visit: TypeAlias = Callable[[int, int, bytes], None]
_SIZE_BYTES = 8


class CompactRange:
    """Grows leaf by leaf; keeps O(log n) hashes.

    Args:
        size: leaves so far.
        hashes: the roots of its whole subtrees, largest first.

    Raises:
        FormatError: their number does not fit the size.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if not 0 <= size <= MAX_SIZE or len(hashes) != size.bit_count():
            raise FormatError(f"{len(hashes)} hashes are not the right edge of {size} leaves")
        if any(len(one) != HASH_BYTES for one in hashes):
            raise FormatError(f"a hash has not {HASH_BYTES} bytes")
        self._size = size
        self._hashes = list(hashes)

    @classmethod
    def read(cls, size: int, read: HashReader) -> CompactRange:
        """The right edge of a tree whose hashes are stored."""
        levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        return cls(size, [read(level, (size >> level) - 1) for level in levels])

    @classmethod
    def from_bytes(cls, data: bytes) -> CompactRange:
        """What ``to_bytes`` wrote.

        Raises:
            FormatError: it did not.
        """
        size = int.from_bytes(data[:_SIZE_BYTES], "big")
        rest = data[_SIZE_BYTES:]
        if len(data) < _SIZE_BYTES or len(rest) % HASH_BYTES:
            raise FormatError("the state of a compact range is cut off")
        cut = range(0, len(rest), HASH_BYTES)
        return cls(size, [rest[at : at + HASH_BYTES] for at in cut])

    def to_bytes(self) -> bytes:
        """Size (8 bytes, big-endian), then the hashes, largest subtree first."""
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._hashes)

    @property
    def size(self) -> int:
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    @property
    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._hashes:
            return EMPTY_ROOT
        found = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            found = node_hash(left, found)
        return found

    def append(self, leaf: bytes, visit: Visit | None = None) -> None:
        """Add one leaf hash; see ``extend``."""
        self.extend([leaf], visit)

    def extend(self, leaves: Iterable[bytes], visit: Visit | None = None) -> None:
        """Add leaf hashes of 32 bytes, in order.

        Args:
            visit: is told level, index and hash of every subtree that became whole, the leaves
                themselves (level 0) included, each after those it is made of.

        Raises:
            FormatError: a hash has another length, or the tree would be too large.
        """
        for leaf in leaves:
            if len(leaf) != HASH_BYTES or self._size == MAX_SIZE:
                raise FormatError(f"leaf {self._size} has {len(leaf)} bytes, or one too many")
            found, level, index = leaf, 0, self._size
            if visit:
                visit(level, index, found)
            while index & 1:
                found = node_hash(self._hashes.pop(), found)
                level, index = level + 1, index >> 1
                if visit:
                    visit(level, index, found)
            self._hashes.append(found)
            self._size += 1
