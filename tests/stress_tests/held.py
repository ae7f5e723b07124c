"""Models held here, as a registry names them: by the digest of their files."""

from __future__ import annotations

from pathlib import Path

from compliance.domain.specs import Subject
from compliance.domain.weights import artifacts_digest
from workers.backends.files import model_files


def held(label: str, folder: Path) -> Subject:
    """The subject for a folder whose files are digested as they lie there now."""
    return Subject(label, str(folder), artifacts_digest(model_files(str(folder)).digests()))
