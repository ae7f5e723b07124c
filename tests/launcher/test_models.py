"""The demo's models: made whole or not at all, and used again while they are whole."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from compliance.domain.errors import InvalidInputError
from launcher import models


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def make(cache: Path, name: str = "one", content: bytes = b"weights") -> Path:
    folder = cache / name
    with models.in_the_making(folder) as making:
        (making / "model.safetensors").write_bytes(content)
    return folder


def test_a_folder_takes_its_name_when_everything_in_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    with models.in_the_making(folder) as making:
        (making / "model.safetensors").write_bytes(b"weights")
        assert not folder.exists()
    assert models.is_whole(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one.json"]
    assert [path.name for path in folder.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_disk_that_fills_up_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, error: Exception
) -> None:
    with (
        pytest.raises(InvalidInputError, match=r"GB free and the models need") as caught,
        models.in_the_making(tmp_path / "one") as making,
    ):
        (making / "model.safetensors").write_bytes(b"half")
        raise error
    assert caught.value.field == "ASSAY_CACHE"
    assert list(tmp_path.iterdir()) == []


def test_another_failure_is_not_called_a_full_disk_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a bug"), models.in_the_making(tmp_path / "one"):
        raise ValueError("a bug")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 0))
    steps: list[str] = []
    with pytest.raises(InvalidInputError, match=r"0\.0 GB free"):
        models.prepare_models(tmp_path / "cache", steps.append)
    assert steps == []
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("damage", ["a changed byte", "a missing file", "no list", "half a list"])
def test_what_is_not_whole_is_made_again(tmp_path: Path, damage: str) -> None:
    folder = make(tmp_path)
    listing = tmp_path / "one.json"
    if damage == "a changed byte":
        (folder / "model.safetensors").write_bytes(b"weightz")
    elif damage == "a missing file":
        (folder / "model.safetensors").unlink()
    elif damage == "no list":
        listing.unlink()
    else:
        listing.write_text('{"model.safe')
    assert not models.is_whole(folder)
    assert models.is_whole(make(tmp_path))


def test_models_that_are_there_are_used_without_loading_a_library(tmp_path: Path) -> None:
    for name in models.NAMES:
        make(tmp_path, name)
    steps: list[str] = []
    prepared = models.prepare_models(tmp_path, steps.append)
    assert steps == []
    assert prepared.tuned == tmp_path / models.NAMES[1]
