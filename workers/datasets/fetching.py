"""Downloads public files from their origins; only the terminal does, never a stress test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from compliance.domain.errors import AssayError
from compliance.outbound.client import Limits, OutboundClient
from workers.datasets.reading import is_genuine, path_of
from workers.datasets.registry import DataFile, Dataset


class FetchError(AssayError):
    """A file could not be had, or is not the one that the registry names."""


def fetch(dataset: Dataset, *, allow_internal: bool = False) -> Iterator[tuple[DataFile, bool]]:
    """Get every file that is not there with its digest.

    Yields:
        each file, and whether it had to be downloaded.

    Raises:
        FetchError: a refusal, other bytes than the registry names, or a folder that takes none.
        OutboundError: the origin gives no answer.
    """
    for file in dataset.files:
        path = path_of(dataset, file)
        wanted = not (path.is_file() and is_genuine(file, path.read_bytes()))
        if wanted:
            _keep(path, _download(file, allow_internal=allow_internal))
        yield file, wanted


def _download(file: DataFile, *, allow_internal: bool) -> bytes:
    limits = Limits(body_bytes=file.size)
    with OutboundClient(
        file.url, field="url", allow_internal=allow_internal, limits=limits
    ) as client:
        answer = client.get(file.url)
    if not answer.ok:
        raise FetchError(f"{file.url} answers with status {answer.status}")
    if not is_genuine(file, answer.body):
        raise FetchError(f"{file.url} serves another file than the one of digest {file.sha256}")
    return answer.body


def _keep(path: Path, content: bytes) -> None:
    """Write the file whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as written:
            written.write(content)
        whole = Path(written.name)
        whole.chmod(0o644)  # workers may run as somebody else
        whole.replace(path)
    except OSError as error:
        raise FetchError(f"{path} cannot be written ({error.strerror})") from error
