"""Where public files lie on this machine, and the one way to read them: with their digest."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from compliance.domain.errors import NotTestableError
from workers.datasets.registry import DataFile, Dataset

VARIABLE = "ASSAY_DATASETS"


def folder() -> Path:
    """The folder that ``ASSAY_DATASETS`` names, else ``datasets`` in the operator's cache."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ASSAY_CACHE") or Path(cache_home) / "assay") / "datasets"


def path_of(dataset: Dataset, file: DataFile) -> Path:
    """Where a file is looked for."""
    return folder() / dataset.name / file.name


def read(dataset: Dataset, name: str) -> str:
    """The text of one file, if its bytes are those that the registry names.

    Raises:
        NotTestableError: it is not there or is another; the message says how to fetch it.
    """
    file = dataset.file(name)
    try:
        content = path_of(dataset, file).read_bytes()
    except OSError as error:
        raise _lacking(dataset, file, f"cannot be read ({error.strerror})") from error
    if not is_genuine(file, content):
        raise _lacking(dataset, file, f"does not have the digest {file.sha256}")
    return content.decode("utf-8")


def is_whole(dataset: Dataset) -> bool:
    """Whether every file is there with its digest."""
    for file in dataset.files:
        try:
            read(dataset, file.name)
        except NotTestableError:
            return False
    return True


def is_genuine(file: DataFile, content: bytes) -> bool:
    """Whether these are the bytes that the registry names."""
    return hashlib.sha256(content).hexdigest() == file.sha256


def fetch_command(*names: str) -> str:
    """What an operator types to get data sets."""
    return f"python -m workers datasets fetch {' '.join(names)}"


def _lacking(dataset: Dataset, file: DataFile, problem: str) -> NotTestableError:
    return NotTestableError(
        f"the public file {path_of(dataset, file)} {problem}. "
        f"Get it with: {fetch_command(dataset.name)}"
    )
