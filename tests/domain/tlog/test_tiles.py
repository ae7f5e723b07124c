"""Tiles, entry bundles, and proofs made from tiles alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.tlog.compact_range import CompactRange
from compliance.domain.tlog.errors import FormatError
from compliance.domain.tlog.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from compliance.domain.tlog.tiles import (
    MAX_ENTRY_BYTES,
    EntryBundle,
    HashTile,
    TileReader,
    bundles_at,
    decode_entries,
    decode_hashes,
    encode_entries,
    encode_hashes,
    parse_path,
    tiles_at,
)


def test_paths_of_the_specification() -> None:
    assert HashTile(0, 1234067).path == "tile/0/x001/x234/067"
    assert HashTile(2, 5, 112).path == "tile/2/005.p/112"
    assert EntryBundle(1000, 1).path == "tile/entries/x001/000.p/1"


def test_the_specifications_example_of_70000_leaves() -> None:
    tiles = list(tiles_at(70_000))
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == 273
    assert [tile for tile in tiles if tile.level or tile.width < 256] == [
        HashTile(0, 273, 112),
        HashTile(1, 0),
        HashTile(1, 1, 17),
        HashTile(2, 0, 1),
    ]
    assert list(tiles_at(256)) == [HashTile(0, 0), HashTile(1, 0, 1)]
    assert len(list(bundles_at(70_000))) == 274


@given(old=st.integers(0, 200_000), more=st.integers(0, 70_000))
def test_what_growing_writes_is_what_is_new(old: int, more: int) -> None:
    before, after = set(tiles_at(old)), set(tiles_at(old + more))
    assert set(tiles_at(old + more, old=old)) == after - before


@given(level=st.integers(0, 63), index=st.integers(0, 2**55), width=st.integers(1, 256))
def test_paths_are_read_back(level: int, index: int, width: int) -> None:
    for one in (HashTile(level, index, width), EntryBundle(index, width)):
        assert parse_path(one.path) == one


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/00",
        "tile/0/x000/001",
        "tile/00/001",
        "tile/64/001",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/300",
        "tile/0/001.p/01",
        "tile/0/001.p/1\n",
        "/tile/0/001",
        "tile/0/../001",
        "tile/0/" + "x999/" * 6 + "999",
        "tile/0/" + "x999/" * 3_000 + "999",
        "tile/-1/001",
        "tile/0/٠٠١",
        "checkpoint",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(FormatError):
        parse_path(path)


@given(path=st.from_regex(r"tile/[0-9e]{1,3}/[x0-9/]{0,12}(\.p/[0-9]{0,4})?", fullmatch=True))
def test_a_path_has_one_spelling(path: str) -> None:
    try:
        found = parse_path(path)
    except FormatError:
        return
    assert found.path == path


@given(entries=st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_bundles_are_read_back_and_never_cut_off(entries: list[bytes]) -> None:
    data = encode_entries(entries)
    assert decode_entries(data, width=len(entries)) == entries
    for wrong in (data[:-1], data + b"\0", data + b"\0\0"):
        with pytest.raises(FormatError):
            decode_entries(wrong, width=len(entries))
    with pytest.raises(FormatError):
        decode_entries(data, width=len(entries) + 1)


@given(data=st.binary(max_size=400), width=st.integers(-1, 300))
def test_arbitrary_bytes_are_a_bundle_that_encodes_to_them_or_refused(
    data: bytes, width: int
) -> None:
    try:
        entries = decode_entries(data, width=width)
    except FormatError:
        return
    assert encode_entries(entries) == data


def test_limits_of_tiles_and_bundles() -> None:
    longest = [b"x" * MAX_ENTRY_BYTES]
    assert decode_entries(encode_entries(longest), width=1) == longest
    for entries in ([b"x" * (MAX_ENTRY_BYTES + 1)], [], [b""] * 257):
        with pytest.raises(FormatError):
            encode_entries(entries)
    for hashes in ([], [b"x" * 31], [b"x" * 32] * 257):
        with pytest.raises(FormatError):
            encode_hashes(hashes)
    for data, width in ((b"x" * 31, 1), (b"", 0), (b"x" * 32 * 257, 257)):
        with pytest.raises(FormatError):
            decode_hashes(data, width=width)


class Files:
    """A log's hash tiles as files, written growth by growth as a sequencer would."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.hashes: dict[tuple[int, int], bytes] = {}
        self.edge = CompactRange()

    def grow(self, size: int) -> None:
        old = self.edge.size
        leaves = (leaf_hash(b"%d" % index) for index in range(old, size))
        self.edge.extend(
            leaves, lambda level, index, found: self.hashes.update({(level, index): found})
        )
        for tile in tiles_at(size, old=old):
            row = range(tile.index * 256, tile.index * 256 + tile.width)
            hashes = [self.hashes[tile.level * 8, index] for index in row]
            assert tile.path not in self.files
            self.files[tile.path] = encode_hashes(hashes)

    def without_partial(self, size: int) -> None:
        """Delete partial tiles whose full tile is there, as a log may."""
        for tile in tiles_at(size):
            for width in range(1, 256) if tile.width == 256 else ():
                self.files.pop(HashTile(tile.level, tile.index, width).path, None)


@settings(max_examples=15, deadline=None)
@given(data=st.data(), sizes=st.lists(st.integers(1, 3_000), min_size=1, max_size=4, unique=True))
def test_proofs_come_from_tiles_alone(data: st.DataObject, sizes: list[int]) -> None:
    files = Files()
    for size in sorted(sizes):
        files.grow(size)
    files.without_partial(files.edge.size)
    new = data.draw(st.sampled_from(sizes))
    reader = TileReader(new, files.files.get)
    root = tree_root(new, reader)
    assert new != files.edge.size or root == files.edge.root
    index = data.draw(st.integers(0, new - 1))
    made = inclusion_proof(index, new, reader)
    verify_inclusion(index=index, size=new, leaf=leaf_hash(b"%d" % index), proof=made, root=root)
    old = data.draw(st.integers(1, new))
    old_edge = CompactRange.read(old, reader)
    verify_consistency(
        old=old,
        new=new,
        proof=consistency_proof(old, new, reader),
        old_root=old_edge.root,
        new_root=root,
    )


def test_a_missing_or_short_tile_is_named() -> None:
    files = Files()
    files.grow(300)
    whole = dict(files.files)
    del files.files["tile/0/001.p/44"]
    with pytest.raises(FormatError, match="tile/0/001"):
        tree_root(300, TileReader(300, files.files.get))
    short = whole | {"tile/0/001.p/44": whole["tile/0/001.p/44"][:-1]}
    with pytest.raises(FormatError, match="width 44"):
        tree_root(300, TileReader(300, short.get))
    with pytest.raises(FormatError, match="no subtree"):
        TileReader(300, whole.get)(0, 300)
