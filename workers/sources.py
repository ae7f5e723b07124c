"""Which source files made a result: the test's own, what they import, and what executes it.

A digest of the test's file alone would stay the same while the items, the scoring or the statistic
changed in a file that it imports. Libraries are not in it: the environment names their versions.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import compliance
import workers
from compliance.domain.canonical import digest
from workers.contract import StressTest

OURS = {package.__name__: Path(package.__path__[0]) for package in (compliance, workers)}
EXECUTING = ("execution.py", "backends/**/*.py")
"""Below ``workers``: what runs every test, and backends, which are chosen by the model."""


def code_digest(test: StressTest) -> str:
    """Lowercase hex SHA-256 of the canonical JSON of ``sources(test)``."""
    return digest(dict(sources(test)))


def sources(test: StressTest) -> Mapping[str, str]:
    """Lowercase hex SHA-256 of each source file, by its path from its outermost package on.

    Every module that an ``import`` names, at whatever place, is followed within the test's own
    package and ours. What lies beside a followed module and is no Python (word lists, rubrics,
    a judge's weights) counts as well.
    """
    return _of(Path(test.module_file))


@cache
def _of(file: Path) -> Mapping[str, str]:
    own = _outermost(file)
    packages = {**OURS, own.name: own}
    waiting = [file, *(path for one in EXECUTING for path in OURS["workers"].glob(one))]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            names = _imported(path, packages)
            waiting += [one for name in names for one in _files(name, packages)]
    named = {_name(path, packages): path for path in found | _beside(found)}
    return {name: _read(named[name]).sha256 for name in sorted(named)}


@dataclass(frozen=True, slots=True)
class _File:
    """What a file says of itself, read once: tests share most of theirs, and a worker has them all.

    Attributes:
        imports: of a module, how many packages up from its own, the dotted name, and what of it.
    """

    sha256: str
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]


@cache
def _read(path: Path) -> _File:
    content = path.read_bytes()
    tree = ast.walk(ast.parse(content)) if path.suffix == ".py" else ()
    imports: list[tuple[int, str, tuple[str, ...]]] = []
    for node in tree:
        if isinstance(node, ast.Import):
            imports += [(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            of_it = tuple(alias.name for alias in node.names)
            imports.append((node.level, node.module or "", of_it))
    return _File(hashlib.sha256(content).hexdigest(), tuple(imports))


def _outermost(file: Path) -> Path:
    """The outermost package that holds a file; the file itself, without ending, where none does."""
    package = file.with_suffix("")
    while (package.parent / "__init__.py").is_file():
        package = package.parent
    return package


def _name(path: Path, packages: Mapping[str, Path]) -> str:
    """A path from its outermost package on, with slashes."""
    root = next(one.parent for one in packages.values() if path.is_relative_to(one.parent))
    return path.relative_to(root).as_posix()


def _imported(path: Path, packages: Mapping[str, Path]) -> Iterator[str]:
    """The dotted names that a module imports; of ``from a import b`` both ``a`` and ``a.b``."""
    inside = Path(_name(path, packages)).parent.parts
    for level, module, names in _read(path).imports:
        above = inside[: len(inside) + 1 - level] if level else ()
        base = ".".join([*above, *filter(None, [module])])
        yield base
        yield from (f"{base}.{name}" for name in names)


def _files(name: str, packages: Mapping[str, Path]) -> Iterator[Path]:
    """The files that are executed when a dotted name is imported, its packages' included."""
    first, *rest = name.split(".")
    if first not in packages:
        return
    place = packages[first]
    for part in ("", *rest):
        place = place / part
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                yield file


def _beside(modules: set[Path]) -> set[Path]:
    """Files in the modules' packages that are no Python."""
    folders = {path.parent for path in modules if (path.parent / "__init__.py").is_file()}
    beside = {one for folder in folders for one in folder.iterdir()}
    return {one for one in beside if one.is_file() and one.suffix not in {".py", ".pyc"}}
