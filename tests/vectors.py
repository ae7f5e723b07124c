"""Public test vectors, read where ``ASSAY_VECTORS`` says they lie; never part of the project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "ASSAY_VECTORS"


def vectors(*parts: str) -> list[tuple[str, Any]]:
    """Name and content of every JSON file below a folder, or of the one file named.

    Skips the test, and says why, where they are absent.
    """
    root = Path(os.environ.get(VARIABLE, "")).joinpath(*parts)
    if VARIABLE not in os.environ or not root.exists():
        pytest.skip(f"{VARIABLE} names no folder with {'/'.join(parts)}")
    files = sorted(root.rglob("*.json")) if root.is_dir() else [root]
    return [(str(file.relative_to(root.parent)), json.loads(file.read_text())) for file in files]
