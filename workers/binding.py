"""Parameters of a stress test from what the terminal gives: settings, references, digests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import Subject
from compliance.domain.weights import artifacts_digest
from workers.contract import Score, StressTest


def parse_settings(test: StressTest, settings: Sequence[str]) -> dict[str, Json]:
    """``KEY=VALUE`` pairs, each value as JSON or, where it is none, as text.

    A value ``@PATH`` is what a file holds.

    Raises:
        InvalidInputError: a pair without ``=``, a key the test does not know, or a file that
            cannot be read.
    """
    found: dict[str, Json] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or key not in test.defaults:
            raise InvalidInputError(
                field="--set",
                problem=f"'{setting}' sets no parameter of {test.identity.name}",
                fix=f"Write KEY=VALUE with one of: {', '.join(sorted(test.defaults))}",
            )
        text = _held(value.removeprefix("@")) if value.startswith("@") else value
        try:
            found[key] = json.loads(text)
        except ValueError:
            found[key] = text
    return found


def _held(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            field="--set", problem=f"'{path}' cannot be read ({error})", fix="Name a text file"
        ) from error


def bind(
    test: StressTest, *, parents: Sequence[str], others: Sequence[str], registered: str | None
) -> tuple[dict[str, Json], tuple[Subject, ...]]:
    """The parameters a registry would bind, and the references to open.

    Raises:
        InvalidInputError: an option the test has no use for, or a path with no weights.
    """
    bound: dict[str, Json] = {}
    named = ("parent", "claimant", "references", "reference")
    asked = next((one for one in named if one in test.defaults), "references")
    if parents or others:
        _require(test, asked, "--reference")
    subjects = {path: _reference(path) for path in (*parents, *others)}
    if subjects and asked == "parent":
        first = next(iter(subjects.values()))
        bound["parent"] = {"label": first.label, "digest": first.weights_digest}
    elif subjects and asked == "reference":
        bound["reference"] = next(iter(subjects.values())).weights_digest
    elif subjects and asked == "claimant":
        found = [one.weights_digest for one in subjects.values()]
        bound |= dict(zip(("claimant", "reference"), found, strict=False))
    elif subjects:
        bound["references"] = [
            {"label": one.label, "digest": one.weights_digest, "declared_parent": path in parents}
            for path, one in subjects.items()
        ]
    if registered is not None:
        _require(test, "registered", "--registered")
        bound["registered"] = _registered(registered)
    return bound, tuple(subjects.values())


def _reference(path: str) -> Subject:
    from workers.backends.files import model_files

    location = str(Path(path).expanduser().absolute())
    try:
        files = model_files(location)
    except InvalidInputError as error:
        raise InvalidInputError(
            field="--reference", problem=error.problem, fix=error.fix
        ) from error
    return Subject(path, location, artifacts_digest(files.digests()))


def earlier_looks(test: StressTest, paths: Sequence[Path]) -> tuple[tuple[Score, ...], ...]:
    """The scores of earlier runs as ``run --json`` printed them.

    Raises:
        InvalidInputError: the test follows nothing over time, or a file is no such run.
    """
    if paths:
        _require(test, "earlier", "--earlier")
    return tuple(_scores(test, path) for path in paths)


def _scores(test: StressTest, path: Path) -> tuple[Score, ...]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        name, found = record["test"]["name"], [Score.from_json(one) for one in record["scores"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _no_look(path, test, str(error)) from error
    if name != test.identity.name:
        raise _no_look(path, test, f"it is of {name}")
    return tuple(found)


def _no_look(path: Path, test: StressTest, why: str) -> InvalidInputError:
    return InvalidInputError(
        field="--earlier",
        problem=f"'{path}' is no earlier run of {test.identity.name} ({why})",
        fix="Give what python -m workers run --json printed",
    )


def _registered(path: str) -> dict[str, Json]:
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _bad_digests(f"'{path}' cannot be read as JSON ({error})") from error
    if not isinstance(found, dict):
        raise _bad_digests(f"'{path}' holds no JSON object")
    return found


def _bad_digests(problem: str) -> InvalidInputError:
    fix = 'Write {"model.safetensors": "<sha256>"} into it'
    return InvalidInputError(field="--registered", problem=problem, fix=fix)


def _require(test: StressTest, parameter: str, option: str) -> None:
    if parameter not in test.defaults:
        raise InvalidInputError(
            field=option,
            problem=f"{test.identity.name} has no use for it",
            fix="Leave the option out",
        )
