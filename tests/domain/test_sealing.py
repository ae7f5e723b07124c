from __future__ import annotations

import json
from dataclasses import replace
from itertools import count

import pytest

from compliance.domain.canonical import canonical_json
from compliance.domain.commitments import CommitmentError
from compliance.domain.sealing import (
    File,
    FileOpening,
    Sealing,
    SealingError,
    is_file_opening,
    sealed,
    sealing_root,
)

FILES = [
    File(f"model-{number}.safetensors", 1_000 + number, f"{number:064x}") for number in range(7)
]


def seal(first: int = 0, files: list[File] = FILES) -> Sealing:
    """A sealing whose salts are numbers from ``first`` on."""
    numbers = count(first)
    return sealed(files, lambda: next(numbers).to_bytes(32, "big"))


@pytest.mark.parametrize("size", range(1, 8))
def test_every_file_is_shown_to_belong_to_the_root(size: int) -> None:
    sealing = seal(files=FILES[:size])
    for file in FILES[:size]:
        shown = FileOpening.from_bytes(sealing.opened(file.path).to_bytes())
        assert shown.shown(sealing.root) == file
        assert is_file_opening(shown.to_bytes())


def test_what_was_not_sealed_is_not_shown() -> None:
    sealing, other = seal(), FILES[0].path
    opening = sealing.opened(other)
    with pytest.raises(SealingError, match="no file"):
        sealing.opened("model-9.safetensors")
    lies = [
        replace(opening, opening=replace(FILES[1], path=other).opening(opening.opening.salt)),
        replace(opening, opening=replace(opening.opening, salt=bytes(31) + b"\xff")),
        replace(opening, index=(opening.index + 1) % len(FILES)),
        replace(opening, size=len(FILES) + 3),
        replace(opening, proof=opening.proof[:-1]),
        replace(opening, proof=(bytes(32), *opening.proof[1:])),
    ]
    for lie in lies:
        with pytest.raises(SealingError, match="does not commit"):
            lie.shown(sealing.root)
    with pytest.raises(SealingError, match="does not commit"):
        opening.shown(seal(100).root)


def test_two_sealings_of_the_same_files_do_not_look_alike() -> None:
    """Neither by root nor by any hash that a proof shows; nor do two files of the same bytes."""
    one, two = seal(), seal(100)
    assert one.root != two.root
    hashes = [{*each.opened(file.path).proof} for each in (one, two) for file in FILES]
    assert not set.union(*hashes[: len(FILES)]) & set.union(*hashes[len(FILES) :])
    twins = seal(files=[File("a", 1, "0" * 64), File("b", 1, "0" * 64)])
    assert len({opening.commitment for opening in twins.openings}) == 2


def test_a_place_in_the_tree_says_nothing_of_a_name() -> None:
    orders = {tuple(_paths(seal(first))) for first in (0, 100, 200)}
    assert len(orders) == 3


def _paths(sealing: Sealing) -> list[str]:
    return [json.loads(canonical_json(one.value))["path"] for one in sealing.openings]


def test_a_kept_sealing_is_read_back_or_refused() -> None:
    kept = seal().to_bytes()
    assert Sealing.from_bytes(kept) == seal()
    said = json.loads(kept)
    said["openings"][0]["value"]["bytes"] += 1
    for changed in (
        canonical_json(said),
        kept + b" ",
        kept.replace(b"sealing/v1", b"sealing/v2"),
        canonical_json(json.loads(kept) | {"openings": []}),
        b"[" * 1_000,
    ):
        with pytest.raises(SealingError):
            Sealing.from_bytes(changed)


@pytest.mark.parametrize(
    "change",
    [
        {"index": True},
        {"size": "7"},
        {"proof": ["00"]},
        {"proof": ["0" * 64] * 64},
        {"opening": {}},
        {"format": "assay/sealed-file/v2"},
        {"more": 1},
    ],
)
def test_a_malformed_opening_is_refused(change: dict[str, object]) -> None:
    said = json.loads(seal().opened(FILES[3].path).to_bytes())
    with pytest.raises(SealingError):
        FileOpening.from_bytes(canonical_json(said | change))


def test_nothing_is_sealed_twice_or_without_salt() -> None:
    with pytest.raises(SealingError, match="two files"):
        seal(files=[FILES[0], FILES[0]])
    with pytest.raises(SealingError, match="no file"):
        seal(files=[])
    with pytest.raises((SealingError, CommitmentError)):
        sealed(FILES, lambda: b"short")


def test_a_location_names_a_root_or_a_place() -> None:
    root = seal().root
    assert sealing_root(f"sealing:{root}") == root
    assert not sealing_root("vault")
    for wrong in ("", root[:-1], root.upper().replace("0", "A"), f"{root}0", "x" * 64):
        with pytest.raises(SealingError):
            sealing_root(f"sealing:{wrong}")
