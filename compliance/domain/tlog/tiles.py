"""The tree and its entries as static files, by c2sp.org/tlog-tiles.

A tile of level L holds up to 256 hashes of subtrees of 256^L leaves. What lies between two levels
of tiles is hashed again by whoever reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from compliance.domain.tlog.encoding import HASH_BYTES, MAX_SIZE, shown
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import node_hash

TILE_HEIGHT = 8
TILE_WIDTH = 256
MAX_LEVEL = 63
MAX_ENTRY_BYTES = 65_535
"""An entry's length is written in two bytes."""
_LENGTH_BYTES = 2
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class HashTile:
    """Hashes ``index * 256`` and after of a level; partial where ``width`` is below 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_index_path(self.index)}{_partial(self.width)}"


@dataclass(frozen=True, slots=True)
class EntryBundle:
    """Entries ``index * 256`` and after; partial where ``width`` is below 256."""

    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        return f"tile/entries/{_index_path(self.index)}{_partial(self.width)}"


def parse_path(path: str) -> HashTile | EntryBundle:
    """The tile or bundle that a path names, without the log's prefix.

    Raises:
        FormatError: a path that no tile or bundle has.
    """
    match = _PATH.fullmatch(path)
    if not match:
        raise FormatError(f"{shown(path)} is no path of a tile")
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    entries = match["level"] == "entries"
    found = EntryBundle(index, width) if entries else HashTile(int(match["level"]), index, width)
    level = 0 if isinstance(found, EntryBundle) else found.level
    if found.path != path or level > MAX_LEVEL or width > TILE_WIDTH or index > MAX_SIZE:
        raise FormatError(f"{shown(path)} is no path of a tile")
    return found


def tiles_at(size: int, *, old: int = 0) -> Iterator[HashTile]:
    """The tiles that a tree of ``size`` has and that of ``old`` leaves had not, level by level.

    Of every level the partial tile comes last. Written in this order, all are there before a
    checkpoint of ``size`` is served.
    """
    level = 0
    while size:
        for index in range(old // TILE_WIDTH, -(-size // TILE_WIDTH)):
            width = min(TILE_WIDTH, size - index * TILE_WIDTH)
            if index * TILE_WIDTH + width > old:
                yield HashTile(level, index, width)
        level, size, old = level + 1, size // TILE_WIDTH, old // TILE_WIDTH


def bundles_at(size: int, *, old: int = 0) -> Iterator[EntryBundle]:
    """The entry bundles that a log of ``size`` has and that of ``old`` entries had not."""
    for tile in tiles_at(size, old=old):
        if tile.level:
            return
        yield EntryBundle(tile.index, tile.width)


def encode_hashes(hashes: Sequence[bytes]) -> bytes:
    """A tile's bytes.

    Raises:
        FormatError: none or more than 256 hashes, or one of another length.
    """
    if not 1 <= len(hashes) <= TILE_WIDTH or any(len(one) != HASH_BYTES for one in hashes):
        raise FormatError(f"{len(hashes)} hashes make no tile")
    return b"".join(hashes)


def decode_hashes(data: bytes, *, width: int) -> list[bytes]:
    """The hashes of a tile of ``width``.

    Raises:
        FormatError: it has another length.
    """
    if len(data) != width * HASH_BYTES or not 1 <= width <= TILE_WIDTH:
        raise FormatError(f"a tile of width {width} has {len(data)} bytes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """A bundle's bytes: each entry after its length in two bytes, big-endian.

    Raises:
        FormatError: none or more than 256 entries, or one beyond 65,535 bytes.
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise FormatError(f"{len(entries)} entries make no bundle")
    if any(len(one) > MAX_ENTRY_BYTES for one in entries):
        raise FormatError(f"an entry has over {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(one).to_bytes(_LENGTH_BYTES, "big") + one for one in entries)


def decode_entries(data: bytes, *, width: int) -> list[bytes]:
    """The entries of a bundle of ``width``.

    Raises:
        FormatError: it is cut off, or has more or fewer entries.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < TILE_WIDTH:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise FormatError(f"entry {len(entries)} of a bundle is cut off")
        entries.append(data[start:at])
    if at != len(data) or len(entries) != width or not entries:
        raise FormatError(f"a bundle of width {width} has {len(entries)} entries")
    return entries


FetchTile: TypeAlias = Callable[[str], bytes | None]
"""Gives the bytes at a path, None where there are none."""


class TileReader:
    """Reads the hashes of a tree of ``size`` from its tiles; a ``HashReader``.

    What it reads is not verified: a proof made from it is, by whoever verifies the proof against
    a signed root. Tiles are kept, so a reader lives as long as one tree size is asked about.
    """

    def __init__(self, size: int, fetch: FetchTile) -> None:
        self._size = size
        self._fetch = fetch
        self._kept: dict[HashTile, list[bytes]] = {}

    def __call__(self, level: int, index: int, /) -> bytes:
        """The hash of a whole aligned subtree of the tree.

        Raises:
            FormatError: the tree has no such subtree, or its tile is missing or malformed.
        """
        if level < 0 or index < 0 or (index + 1) << level > self._size:
            raise FormatError(f"a tree of {self._size} has no subtree {index} of level {level}")
        row, height = divmod(level, TILE_HEIGHT)
        first = index << height
        tile_index, at = divmod(first, TILE_WIDTH)
        hashes = self._tile(row, tile_index)[at : at + (1 << height)]
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [node_hash(left, right) for left, right in pairs]
        return hashes[0]

    def _tile(self, level: int, index: int) -> list[bytes]:
        there = (self._size >> level * TILE_HEIGHT) - index * TILE_WIDTH
        tile = HashTile(level, index, min(TILE_WIDTH, there))
        if tile not in self._kept:
            self._kept[tile] = self._read(tile)
        return self._kept[tile]

    def _read(self, tile: HashTile) -> list[bytes]:
        data = self._fetch(tile.path)
        if data is not None:
            return decode_hashes(data, width=tile.width)
        # A log may delete a partial tile once the full one is there.
        full = HashTile(tile.level, tile.index)
        data = self._fetch(full.path) if tile != full else None
        if data is None:
            raise FormatError(f"the log has no {tile.path}")
        return decode_hashes(data, width=TILE_WIDTH)[: tile.width]


def _index_path(index: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def _partial(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"
