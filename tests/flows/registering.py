"""``assay`` as an install with the extra ``register`` has it: nothing else can be imported."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT: dict[str, Any] = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())[
    "project"
]


class Absent(MetaPathFinder):
    """Refuses every module that the extra does not bring."""

    def __init__(self, there: set[str]) -> None:
        """Take the canonical names of the distributions that are there."""
        self.modules = {
            module
            for module, names in packages_distributions().items()
            if not there & {canonicalize_name(name) for name in names}
        }

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in self.modules:
            raise ModuleNotFoundError(f"the extra register does not bring {name}", name=name)


def brought_by(extra: str) -> set[str]:
    """Every distribution that an install of this project with an extra brings."""
    found: set[str] = set()
    wanted = [*_asked(PROJECT["dependencies"]), *_asked(_extra(extra))]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted.extend(_asked(requires(name) or []))
    return found


def _extra(name: str) -> Iterator[str]:
    """What an extra asks for; it may name others of this project."""
    for text in PROJECT["optional-dependencies"][name]:
        one = Requirement(text)
        if one.name == PROJECT["name"]:
            for inner in one.extras:
                yield from _extra(inner)
        else:
            yield text


def _asked(texts: Iterable[str]) -> list[str]:
    asked = [Requirement(text) for text in texts]
    return [
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or one.marker.evaluate({"extra": ""})
    ]


if __name__ == "__main__":
    sys.meta_path.insert(0, Absent(brought_by("register")))
    from workers.cli import main

    main()
