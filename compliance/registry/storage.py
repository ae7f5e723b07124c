"""Where registered weights lie: one folder, read but never executed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from compliance.domain.errors import InvalidInputError
from compliance.domain.weights import check_stream, refuse_unsafe_name, sha256_of


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it lies there now; ``path`` is relative to its version's folder."""

    path: str
    size_bytes: int
    sha256: str


def weights_folder(*, location: str) -> Path:
    """The folder that ``location`` names below the models root.

    Raises:
        InvalidInputError: it is absolute, leaves the root, or is not there.
    """
    root: Path = settings.MODELS_ROOT
    folder = (root / location).resolve()
    if not location or folder == root or root not in folder.parents:
        raise InvalidInputError(
            field="location",
            problem=f"'{location}' is not a folder below the models root",
            fix="Give the path of a folder relative to ASSAY_MODELS_ROOT",
        )
    if not folder.is_dir():
        raise InvalidInputError(
            field="location",
            problem=f"there is no folder '{location}' below the models root",
            fix="Copy the weights there first, or correct the path",
        )
    return folder


def weights_files(*, location: str) -> list[StoredFile]:
    """Every file of the folder with its digest, after refusing what must never be loaded.

    Raises:
        InvalidInputError: a pickle or code file, a malformed safetensors header, or no weights.
    """
    folder = weights_folder(location=location)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        refuse_unsafe_name(path.name, field="location")
    weights = [path for path in paths if path.suffix in {".safetensors", ".gguf"}]
    if not weights:
        raise InvalidInputError(
            field="location",
            problem=f"'{location}' holds no .safetensors or .gguf file",
            fix="Save the model with save_pretrained(..., safe_serialization=True)",
        )
    for path in weights:
        with path.open("rb") as stream:
            size = path.stat().st_size
            check_stream(stream, name=path.name, file_size=size, field="location")
    return [
        StoredFile(
            path=str(path.relative_to(folder)),
            size_bytes=path.stat().st_size,
            sha256=_sha256(path),
        )
        for path in paths
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return sha256_of(stream)
