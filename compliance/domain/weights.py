"""What weights may look like: file names, and the safetensors header, read strictly.

The safetensors library (0.8.0) accepts a header that names a tensor twice and lets the last
one win: a scanner that reads the first sees another model than the one that is loaded. This
parser stands in front of it. Format: https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import BinaryIO

from compliance.domain.canonical import digest
from compliance.domain.errors import InvalidInputError
from compliance.domain.gguf_header import MAX_HEADER_BYTES as MAX_GGUF_HEADER_BYTES
from compliance.domain.gguf_header import GgufError, gguf_header

HEADER_LENGTH_BYTES = 8
MAX_HEADER_BYTES = 16 << 20
MAX_TENSORS = 100_000
_CHUNK_BYTES = 1 << 20
MAX_DIMENSIONS = 8
DTYPE_BYTES: Mapping[str, int] = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1,
    "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
}  # fmt: skip

GGUF_MAGIC = b"GGUF"
_PICKLE_SUFFIXES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy", ".npz")
_CODE_SUFFIXES = (".py", ".pyc", ".so", ".dll", ".sh")
_PICKLE_MAGICS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """A tensor as the header declares it; offsets are bytes from the header's end."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


def refuse_unsafe_name(name: str, *, field: str) -> None:
    """Refuse a file that could carry code, by its name.

    Raises:
        InvalidInputError: a pickle-based checkpoint or a code file.
    """
    lowered = name.lower()
    if lowered.endswith(_PICKLE_SUFFIXES):
        raise InvalidInputError(
            field=field,
            problem=f"'{name}' is a pickle-based file, which can run code when it is opened",
            fix="Convert the weights to safetensors and remove the file",
        )
    if lowered.endswith(_CODE_SUFFIXES):
        raise InvalidInputError(
            field=field,
            problem=f"'{name}' is a code file, and Assay never runs a repository's code",
            fix="Remove the file; models of architectures in transformers need none",
        )


def check_stream(
    stream: BinaryIO, *, name: str, file_size: int, field: str
) -> Sequence[TensorEntry]:
    """Check a weights file from its start; the tensors of a safetensors file, none of a GGUF.

    Raises:
        InvalidInputError: the file is not what its name promises.
    """
    start = stream.read(HEADER_LENGTH_BYTES)
    refuse_unsafe_start(name, start, field=field)
    if name.lower().endswith(".gguf"):
        _check_gguf(start + stream.read(MAX_GGUF_HEADER_BYTES), name, file_size, field)
    if not name.lower().endswith(".safetensors"):
        return []
    length = header_length(start, name=name, file_size=file_size, field=field)
    return parse_header(stream.read(length), name=name, file_size=file_size, field=field)


def sha256_of(stream: BinaryIO) -> str:
    """Lowercase hex SHA-256 of the rest of a stream, read in pieces."""
    accumulator = hashlib.sha256()
    while chunk := stream.read(_CHUNK_BYTES):
        accumulator.update(chunk)
    return accumulator.hexdigest()


def artifacts_digest(files: Mapping[str, str]) -> str:
    """One digest for a set of files: canonical JSON of relative path to SHA-256."""
    return digest(dict(files))


def refuse_unsafe_start(name: str, start: bytes, *, field: str) -> None:
    """Refuse a weights file that is a pickle or an archive under another name.

    Args:
        start: the file's first bytes, at least four.

    Raises:
        InvalidInputError: the bytes are not those of the format the name promises.
    """
    if start.startswith(_PICKLE_MAGICS):
        raise InvalidInputError(
            field=field,
            problem=f"'{name}' is a pickle or an archive under another name",
            fix="Save the weights as safetensors",
        )
    if name.lower().endswith(".gguf") and not start.startswith(GGUF_MAGIC):
        raise InvalidInputError(
            field=field, problem=f"'{name}' is not a GGUF file", fix="Download it again"
        )


def _check_gguf(start: bytes, name: str, file_size: int, field: str) -> None:
    try:
        gguf_header(start, file_size=file_size)
    except GgufError as error:
        raise InvalidInputError(
            field=field,
            problem=f"'{name}' is not a sound GGUF file: {error}",
            fix="Download it again",
        ) from error


def header_length(first: bytes, *, name: str, file_size: int, field: str) -> int:
    """Length of the JSON header in bytes, from the file's first eight bytes.

    Raises:
        InvalidInputError: it is absurd for a file of ``file_size`` bytes.
    """
    length = int.from_bytes(first[:HEADER_LENGTH_BYTES], "little")
    if len(first) < HEADER_LENGTH_BYTES or not 2 <= length <= min(
        MAX_HEADER_BYTES, file_size - HEADER_LENGTH_BYTES
    ):
        raise _malformed(name, f"its header claims {length} bytes of {file_size}", field)
    return length


def parse_header(header: bytes, *, name: str, file_size: int, field: str) -> Sequence[TensorEntry]:
    """The tensors of a safetensors header, in order of their bytes.

    Raises:
        InvalidInputError: duplicate names, unknown dtypes, shapes that do not fit their bytes,
            holes, overlaps, or bytes beyond the last tensor.
    """
    try:
        # Decoded here: given bytes, json would also accept UTF-16, which the library refuses.
        raw = json.loads(
            header.decode(), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise _malformed(name, f"its header cannot be read ({error})", field) from error
    if not isinstance(raw, dict) or len(raw) > MAX_TENSORS:
        raise _malformed(name, "its header is no object of tensors", field)
    metadata = raw.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _malformed(name, "its metadata is no object of texts", field)
    try:
        found = [_entry(key, value) for key, value in raw.items()]
    except (KeyError, TypeError, ValueError) as error:
        raise _malformed(name, f"a tensor is declared wrongly ({error})", field) from error
    entries = sorted(found, key=lambda one: (one.start, one.end))
    _check_cover(
        entries, total=file_size - HEADER_LENGTH_BYTES - len(header), name=name, field=field
    )
    return entries


def _entry(name: str, value: Mapping[str, object]) -> TensorEntry:
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if dtype not in DTYPE_BYTES or set(value) != {"dtype", "shape", "data_offsets"}:
        raise ValueError(f"{name}: dtype {dtype!r} or an unknown key")
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS or not _naturals(shape):
        raise ValueError(f"{name}: shape {shape!r}")
    if not isinstance(offsets, list) or len(offsets) != 2 or not _naturals(offsets):
        raise ValueError(f"{name}: offsets {offsets!r}")
    start, end = offsets
    if end - start != prod(shape) * DTYPE_BYTES[str(dtype)]:
        raise ValueError(f"{name}: {end - start} bytes do not hold shape {shape}")
    return TensorEntry(name, str(dtype), tuple(shape), start, end)


def _check_cover(entries: Sequence[TensorEntry], *, total: int, name: str, field: str) -> None:
    position = 0
    for entry in entries:
        if entry.start != position:
            raise _malformed(name, f"a hole or an overlap before {entry.name}", field)
        position = entry.end
    if position != total:
        raise _malformed(name, f"tensors end at byte {position} of {total}", field)


def _naturals(values: list[object]) -> bool:
    return all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in values)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _malformed(name: str, problem: str, field: str) -> InvalidInputError:
    return InvalidInputError(
        field=field,
        problem=f"'{name}' is not a sound safetensors file: {problem}",
        fix="Save or download the weights again",
    )
