"""Trained zoos kept between studies, where ``ASSAY_ZOO`` names a folder for them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import load_file, save_file

from compliance.domain.canonical import Json, digest
from workers.stress_tests.provenance.zoo_validity import Stack

VARIABLE = "ASSAY_ZOO"


def kept(recipe: dict[str, Json], make: Callable[[], Stack]) -> Stack:
    """What ``make`` gives, read from the folder if the same recipe was made before.

    Args:
        recipe: all that the result depends on; its digest names the file.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return make()
    path = Path(folder) / f"{digest(recipe)[:24]}.safetensors"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".tmp")
        save_file({name: one.contiguous() for name, one in make().items()}, str(written))
        written.replace(path)
    return load_file(str(path))
