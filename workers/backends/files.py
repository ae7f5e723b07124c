"""A model's files on disk: found, checked before any library reads them, never executed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import cast

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.weights import check_stream, refuse_unsafe_name, sha256_of

FIELD = "model"
MAX_CONFIG_BYTES = 1 << 20
FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder of safetensors or one GGUF file.

    Attributes:
        folder: where the files lie.
        weights: the weights files, sorted.
        parameters: number of weights as the headers declare it; 0 where unknown (GGUF).
    """

    folder: Path
    weights: tuple[Path, ...]
    parameters: int

    @property
    def is_gguf(self) -> bool:
        return self.weights[0].suffix == ".gguf"

    def config(self) -> dict[str, Json]:
        """``config.json`` without anything that could name code (see ``safe_config``)."""
        path = self.folder / "config.json"
        if not path.is_file():
            return {}
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise _bad(f"config.json is over {MAX_CONFIG_BYTES} bytes", "Use the model's own file")
        try:
            return safe_config(json.loads(path.read_text()))
        except (ValueError, RecursionError, AttributeError) as error:
            raise _bad(f"config.json cannot be read ({error})", "Download it again") from error

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of the folder as it lies there now, by relative path."""
        paths = self.weights if self.is_gguf else sorted(self.folder.rglob("*"))
        found: dict[str, str] = {}
        for path in paths:
            if path.is_file():
                with path.open("rb") as stream:
                    found[str(path.relative_to(self.folder))] = sha256_of(stream)
        return found


def safe_config(raw: Mapping[str, Json]) -> dict[str, Json]:
    """The keys of a config that describe shapes and no code.

    CVE-2026-4372 and CVE-2026-22807 ran code named in ``config.json`` although
    ``trust_remote_code`` was False: the flag is no boundary, so the keys go.
    """
    return {
        key: value
        for key, value in raw.items()
        if not key.startswith(("_", "custom_")) and key not in {"auto_map", "quantization_config"}
    }


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
    path = path.resolve()
    if path.is_file():
        refuse_unsafe_name(path.name, field=FIELD)
        if path.suffix != ".gguf":
            raise _bad(f"'{path.name}' is not a GGUF file", "Give the folder of safetensors files")
        return ModelFiles(path.parent, (path,), _parameters((path,)))
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
    return ModelFiles(path, weights, _parameters(weights))


def memory_check(files: ModelFiles) -> None:
    """Refuse a model that cannot fit, before it is loaded.

    Raises:
        InvalidInputError: with the estimate and what is free, in GiB.
    """
    if files.is_gguf:  # its tensors are expanded to float32: at most eight times four bits
        needed = 8 * sum(path.stat().st_size for path in files.weights)
    else:
        needed = files.parameters * FLOAT32_BYTES
    free = memory_available()
    if free is not None and needed > free:
        raise _bad(
            f"it needs about {needed / 2**30:.1f} GiB and {free / 2**30:.1f} GiB are free",
            "Run it on a worker with more memory",
        )


def memory_available() -> int | None:
    """Free memory in bytes, or None where the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as stream:
            rows = dict(line.split(":", 1) for line in stream)
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pages = getattr(os, "sysconf", lambda _: -1)("SC_AVPHYS_PAGES")
        return cast(int, pages) * os.sysconf("SC_PAGE_SIZE") if pages > 0 else None


def _parameters(weights: tuple[Path, ...]) -> int:
    count = 0
    for path in weights:
        with path.open("rb") as stream:
            entries = check_stream(
                stream, name=path.name, file_size=path.stat().st_size, field=FIELD
            )
        count += sum(prod(entry.shape) for entry in entries)
    return count


def _bad(problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=FIELD, problem=problem, fix=fix)
