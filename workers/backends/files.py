"""A model's files on disk: found, checked before any library reads them, never executed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.weights import artifacts_digest, check_stream, refuse_unsafe_name, sha256_of

FIELD = "model"
MAX_SETTINGS_BYTES = 4 << 20
"""Of config.json and its like; a tokenizer's settings list every added token."""
_NAMES_CODE = {"auto_map", "quantization_config", "base_model_name_or_path", "adapters"}


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder of safetensors or with one GGUF file, or a GGUF file alone.

    Attributes:
        folder: where the files lie.
        alone: a GGUF file was named, and what lies beside it is no part of the model.
        weights: the weights files, sorted.
        tensors: tensor name to its file; empty for GGUF.
        parameters: number of weights as the headers declare it; 0 for GGUF.
    """

    folder: Path
    alone: bool
    weights: tuple[Path, ...]
    tensors: Mapping[str, Path]
    parameters: int

    @property
    def is_gguf(self) -> bool:
        return self.weights[0].suffix == ".gguf"

    @property
    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Path, size and modification time of the weights: other bytes have another one."""
        stats = [(path, path.stat()) for path in self.weights]
        return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)

    def config(self) -> dict[str, Json]:
        """``config.json`` without anything that could name code (see ``safe_config``)."""
        return safe_config(self.settings("config.json"))

    def quantization(self) -> str:
        """The method that ``config.json`` says the weights are quantised with, if any."""
        declared = self.settings("config.json").get("quantization_config")
        return str(declared.get("quant_method", "?")) if isinstance(declared, dict) else ""

    def settings(self, name: str) -> dict[str, Json]:
        """A JSON file of the folder as it stands; empty where there is none.

        Raises:
            InvalidInputError: it is too large or no JSON object.
        """
        path = self.folder / name
        if self.alone or not path.is_file():
            return {}
        if path.stat().st_size > MAX_SETTINGS_BYTES:
            raise _bad(f"{name} is over {MAX_SETTINGS_BYTES} bytes", "Use the model's own file")
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise _bad(f"{name} cannot be read ({error})", "Download it again") from error
        if not isinstance(found, dict):
            raise _bad(f"{name} is no JSON object", "Download it again")
        return found

    def content(self, name: str, *, max_bytes: int) -> bytes:
        """A file of the folder itself, as it is.

        Raises:
            NotTestableError: there is none of that name, or it is larger.
        """
        path = self.folder / name
        if self.alone or Path(name).name != name or path.is_symlink() or not path.is_file():
            raise NotTestableError(f"no file {name} lies beside the weights")
        with path.open("rb") as stream:
            found = stream.read(max_bytes + 1)
        if len(found) > max_bytes:
            raise NotTestableError(f"{name} is over {max_bytes} bytes")
        return found

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of the model as it lies there now, by relative path."""
        paths = self.weights if self.alone else sorted(self.folder.rglob("*"))
        found: dict[str, str] = {}
        for path in paths:
            if path.is_file():
                with path.open("rb") as stream:
                    found[str(path.relative_to(self.folder))] = sha256_of(stream)
        return found


def safe_config(raw: Mapping[str, Json]) -> dict[str, Json]:
    """The keys of a config that describe shapes and no code, at every depth.

    CVE-2026-4372 and CVE-2026-22807 ran code named in ``config.json`` although
    ``trust_remote_code`` was False: the flag is no boundary, so the keys go. Names of attention
    and kernel implementations go too: they may name a repository to fetch.
    """
    kept = {
        key: value
        for key, value in raw.items()
        if not key.startswith(("_", "custom_"))
        and not key.endswith(("_implementation", "_kernels"))
        and key not in _NAMES_CODE
    }
    return {k: safe_config(v) if isinstance(v, dict) else v for k, v in kept.items()}


def model_files(location: str) -> ModelFiles:
    """Find and check a model's files.

    Raises:
        InvalidInputError: nothing there, a pickle or code file, or unsound weights.
    """
    path = Path(location).expanduser()
    if not path.exists():
        raise _bad(
            f"there is nothing at '{location}'", "Give a folder, a .gguf file, or an http(s) URL"
        )
    # A file's own name counts, not that of the blob a cache may keep it in.
    path = path.absolute()
    if path.is_file():
        refuse_unsafe_name(path.name, field=FIELD)
        if path.suffix != ".gguf":
            raise _bad(f"'{path.name}' is not a GGUF file", "Give the folder of safetensors files")
        return _checked(path.parent, (path,), alone=True)
    present = sorted(one for one in path.rglob("*") if one.is_file())
    for one in present:
        refuse_unsafe_name(one.name, field=FIELD)
    weights = tuple(one for one in present if one.suffix == ".safetensors")
    weights = weights or tuple(one for one in present if one.suffix == ".gguf")
    if not weights:
        raise _bad(
            f"the folder '{location}' holds no .safetensors or .gguf file",
            "Save the model with save_pretrained(..., safe_serialization=True)",
        )
    if weights[0].suffix == ".gguf" and len(weights) > 1:
        raise _bad(f"the folder '{location}' holds {len(weights)} GGUF files", "Give one of them")
    return _checked(path, weights, alone=False)


def registered_files(reference: Subject) -> ModelFiles:
    """The files of a reference, compared with the digest they are registered under.

    Else whoever may write to an accuser's folder decides what a result says of that digest.

    Raises:
        NotTestableError: they are others now.
        InvalidInputError: see ``model_files``.
    """
    files = model_files(reference.location)
    if _digest(reference.location, files.fingerprint) != reference.weights_digest:
        raise NotTestableError(
            f"the files of {reference.label} are not those registered under"
            f" {reference.weights_digest}: put them back, or register them as a new version"
        )
    return files


@lru_cache(maxsize=64)
def _digest(location: str, fingerprint: tuple[tuple[str, int, int], ...]) -> str:
    """Of files that may be large, read once as long as they look the same."""
    del fingerprint
    return artifacts_digest(model_files(location).digests())


def _checked(folder: Path, weights: tuple[Path, ...], *, alone: bool) -> ModelFiles:
    """Read every header before a library does."""
    count, tensors = 0, dict[str, Path]()
    for path in weights:
        with path.open("rb") as stream:
            entries = check_stream(
                stream, name=path.name, file_size=path.stat().st_size, field=FIELD
            )
        for entry in entries:
            if entry.name in tensors:
                raise _bad(
                    f"the tensor '{entry.name}' stands in two files",
                    "Keep one set of weights in the folder",
                )
            tensors[entry.name] = path
            count += prod(entry.shape)
    return ModelFiles(folder, alone, weights, tensors, count)


def _bad(problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=FIELD, problem=problem, fix=fix)
