"""The stress tests this worker can run, by name and version."""

from __future__ import annotations

import importlib
import importlib.util
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import cast

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import StressTestSpec
from compliance.domain.standing import standing_of
from workers import stress_tests
from workers.contract import Procedure, StressTest
from workers.datasets.reading import is_whole

ENTRY_POINT_GROUP = "assay.stress_tests"
VALIDITY_FOLDER = Path(__file__).parent / "validity"


@cache
def catalogue() -> Mapping[tuple[str, int], StressTest]:
    """Every stress test, ours and third parties', sorted by name and version.

    Raises:
        ValueError: two tests share a name and version.
    """
    found: dict[tuple[str, int], StressTest] = {}
    for test in _all():
        key = (test.identity.name, test.identity.version)
        if found.setdefault(key, test) is not test:
            raise ValueError(f"two stress tests are called {key[0]}@{key[1]}")
    return dict(sorted(found.items()))


def find(name: str, version: int | None = None) -> StressTest:
    """The stress test of that name, its newest version unless one is given.

    Raises:
        InvalidInputError: there is none; the message names those there are.
    """
    versions = {v: test for (n, v), test in catalogue().items() if n == name}
    wanted = version if version is not None else max(versions, default=None)
    if wanted is None or wanted not in versions:
        names = ", ".join(f"{n}@{v}" for n, v in catalogue())
        raise InvalidInputError(
            field="test",
            problem=f"there is no stress test '{name if version is None else f'{name}@{version}'}'",
            fix=f"Choose from: {names}",
        )
    return versions[wanted]


def rebuild(spec: StressTestSpec) -> Procedure:
    """The procedure that a spec describes."""
    return find(spec.name, spec.version).build(spec.parameters)


def validity(test: StressTest) -> dict[str, Json] | None:
    """The measured error rates; a test without them can only produce leads.

    A quick report is a smoke test, and one of another version measured another test.
    """
    path = validity_path(test)
    if not path.is_file():
        return None
    report = cast(dict[str, Json], json.loads(path.read_text()))
    current = report.get("version", test.identity.version) == test.identity.version
    return report if current and not report.get("quick") else None


def unmeasured(test: StressTest) -> bool:
    """Whether its error rates are unknown, or not what it promises: then it finds leads alone.

    What its report counted is judged anew, whatever the report says of itself.
    """
    found = standing_of(validity(test) or {})
    return found is None or not found.holds


def validity_path(test: StressTest) -> Path:
    """Where the test's validity report lies; an older version keeps one of its own."""
    name, version = test.identity.name, test.identity.version
    own = VALIDITY_FOLDER / f"{name}@{version}.json"
    return own if own.is_file() else VALIDITY_FOLDER / f"{name}.json"


def study(test: StressTest) -> Callable[[bool], dict[str, Json]]:
    """What measures the test's error rates; True asks for a quick look.

    Raises:
        InvalidInputError: nobody wrote it.
    """
    module = test.factory.__module__ + "_validity"
    if importlib.util.find_spec(module) is None:
        raise InvalidInputError(
            field="name",
            problem=f"{test.identity.name} has no validity study",
            fix=f"Write validate(quick) in the module {module}",
        )
    return cast(Callable[[bool], dict[str, Json]], importlib.import_module(module).validate)


def lacking(test: StressTest) -> tuple[str, ...]:
    """The public data sets that the test reads and that are not whole on this machine."""
    return tuple(one.name for one in test.identity.data_card.datasets if not is_whole(one))


def _all() -> Iterator[StressTest]:
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, StressTest):
                yield value
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        loaded = entry_point.load()
        if isinstance(loaded, StressTest):
            yield loaded


def _modules() -> Iterator[ModuleType]:
    prefix = stress_tests.__name__ + "."
    for found in pkgutil.walk_packages(stress_tests.__path__, prefix):
        # Validity studies train models and are loaded only when asked for.
        if not found.name.endswith("_validity"):
            yield importlib.import_module(found.name)
