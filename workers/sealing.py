"""``python -m workers weights``: commits to weights that stay here, and shows one file of them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from compliance.domain.commitments import SALT_BYTES
from compliance.domain.errors import InvalidInputError
from compliance.domain.sealing import MAX_SEALING_BYTES, PREFIX, File, Sealing, sealed
from compliance.domain.weights import sha256_of

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def weights() -> None:
    """Commit to weights that nobody else may open, and show one file of them later."""


@weights.command()
@click.argument("folder", type=_FOLDER)
@click.option(
    "--keep", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file."
)
def seal(folder: Path, keep: Path) -> int:
    """Commit to every file below FOLDER, and print what to register as the version's location.

    What opens the files is written to --keep. It never leaves you: who has it can tell which files
    you sealed, and without it none can ever be shown.
    """
    files = [_digested(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    sealing = sealed(files, lambda: secrets.token_bytes(SALT_BYTES))
    _write_new(keep, sealing.to_bytes())
    click.echo(PREFIX + sealing.root)
    return 0


@weights.command("open")
@click.argument("kept", type=_FILE)
@click.argument("path")
def open_(kept: Path, path: str) -> int:
    """Print what shows the file PATH, and it alone, to whoever is given the file.

    KEPT is what seal wrote. They check it by assay-verify OPENING --sealing ROOT --weights FILE.
    """
    with kept.open("rb") as file:
        sealing = Sealing.from_bytes(file.read(MAX_SEALING_BYTES + 1))
    click.echo(sealing.opened(path).to_bytes(), nl=False)
    return 0


def _digested(path: Path, folder: Path) -> File:
    with path.open("rb") as file:
        return File(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(file))


def _write_new(path: Path, content: bytes) -> None:
    """Nobody but its owner ever can read it, and no earlier one is lost."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InvalidInputError(
            field="--keep",
            problem=f"{path} is there already, and what it opens would be lost",
            fix="Name a new file",
        ) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
