"""Answers that somebody recorded, folded into a test's claim without a model.

A file holds one JSON object a line: ``{"item": "Age/12", "answer": "The grandson"}``. ``item`` is
the id that the test gives the item, ``answer`` the model's whole answer; what else stands in
the object is not read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import ShardSpec
from workers.catalogue import find
from workers.contract import Item, Score
from workers.execution import Execution, concluded

FIELD = "--answers"


def fold(spec: ShardSpec, path: Path) -> Execution:
    """The execution that these answers would have been, without stopping early.

    The file answers every item, or those that ``spec``'s seed puts first: a subset that somebody
    chose says nothing about a bank.

    Raises:
        InvalidInputError: the test is not scored from answers, the file cannot be read, or its
            answers are not those of all items or of the first ones.
        NotTestableError: the test cannot speak.
    """
    test = find(spec.test.name, spec.test.version)
    procedure = test.build(spec.test.parameters)
    if procedure.read_answer is None:
        raise InvalidInputError(
            field="name",
            problem=f"{test.identity.name} is not scored from answers in words",
            fix="Run it on the model itself: python -m workers run",
        )
    content = _content(path)
    answers = parse_answers(content)
    items = procedure.items(np.random.Generator(np.random.PCG64(spec.seed)))
    answered = _first_answered(items, answers, procedure.batch_size)
    scores = _scored(procedure.read_answer, answered, answers)
    environment: dict[str, Json] = {
        "backend": "recorded answers",
        "answers_sha256": hashlib.sha256(content).hexdigest(),
    }
    return replace(concluded(spec, procedure, items, scores), environment=environment)


def _scored(
    read_answer: Callable[[Item, str], Score], items: Sequence[Item], answers: Mapping[str, str]
) -> list[Score]:
    return [read_answer(item, answers[item.id]) for item in items]


def _first_answered(
    items: Sequence[Item], answers: Mapping[str, str], batch_size: int
) -> Sequence[Item]:
    """The items that are answered: all, or whole batches of the first.

    Raises:
        InvalidInputError: others, or answers to no item.
    """
    unknown = sorted(set(answers) - {item.id for item in items})
    if unknown:
        raise _bad(f"there is no item '{unknown[0]}'", f"Use ids like '{items[0].id}'")
    first = items[: len(answers)]
    missing = next((item.id for item in first if item.id not in answers), None)
    whole = len(first) == len(items) or len(first) % batch_size == 0
    if missing is not None or not whole or not first:
        raise _bad(
            f"it answers {len(answers)} of {len(items)} items"
            + (f", and not '{missing}'" if missing is not None else ""),
            f"Answer all, or the first in the order of --seed, {batch_size} at a time",
        )
    return first


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _bad(f"'{path}' cannot be read ({error.strerror})", "Name a file") from error


def parse_answers(content: bytes) -> dict[str, str]:
    """Item id to answer, of one JSON object a line; blank lines are left out.

    Raises:
        InvalidInputError: a line that is none, or one item with two answers.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        item, answer = _line(line, number)
        if found.setdefault(item, answer) != answer:
            raise _bad(f"line {number} answers '{item}' once more", "Answer each item once")
    return found


def _line(line: bytes, number: int) -> tuple[str, str]:
    fix = 'Write one {"item": "…", "answer": "…"} a line'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _bad(f"line {number} is no JSON", fix) from error
    item, answer = (row.get(key) if isinstance(row, dict) else None for key in ("item", "answer"))
    if not isinstance(item, str) or not isinstance(answer, str):
        raise _bad(f"line {number} names no item and answer", fix)
    return item, answer


def _bad(problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=FIELD, problem=problem, fix=fix)
