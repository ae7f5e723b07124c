"""Where registered weights lie: one folder, read but never executed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from compliance.domain.errors import InvalidInputError
from compliance.domain.model_signatures import (
    KEY_FILE,
    MAX_BYTES,
    SIGNATURE_FILE,
    ManifestError,
    VerifiedManifest,
    manifest_verified,
)
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


def manifest_check(*, location: str, files: Sequence[StoredFile]) -> VerifiedManifest | None:
    """What a ``model.sig`` in the folder proves of these files; None where there is none.

    Raises:
        InvalidInputError: its signature does not verify, or a file is not the one it names.
    """
    folder = weights_folder(location=location)
    if not any(file.path == SIGNATURE_FILE for file in files):
        return None
    key = folder / KEY_FILE
    try:
        found = manifest_verified(
            _start(folder / SIGNATURE_FILE), _start(key) if key.is_file() else None
        )
        found.check({file.path: file.sha256 for file in files})
    except ManifestError as error:
        raise InvalidInputError(
            field="location",
            problem=str(error),
            fix=f"Sign the folder as it is, or remove {SIGNATURE_FILE}",
        ) from error
    return found


def _start(path: Path) -> bytes:
    """A small file, or one byte more than it may have."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return sha256_of(stream)
