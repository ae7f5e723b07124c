"""The plan of each stress test with its default parameters: made once, announced with the test.

``python -m workers plans`` makes those that are missing or of another spec; they are data in
``workers/plans/``, as the record and its faces cannot simulate.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import click

from compliance.domain.canonical import Json
from workers import planning
from workers.catalogue import catalogue
from workers.contract import StressTest

FOLDER = Path(__file__).parent / "plans"
LIVES = 1000


def kept_plan(test: StressTest) -> dict[str, Json] | None:
    """The plan of ``test`` by default, as ``planning.as_json`` gives it; None where none is kept.

    One of another spec, whose defaults have changed since, is none.
    """
    path = _path(test)
    if not path.is_file():
        return None
    found = cast(dict[str, Json], json.loads(path.read_text()))
    return found if found["test"] == test.spec().to_json() else None


@click.command()
@click.option("--again", is_flag=True, help="Make every plan again.")
def plans(again: bool) -> int:
    """Make the plans that workers announce with their stress tests."""
    FOLDER.mkdir(exist_ok=True)
    for test in catalogue().values():
        if again or kept_plan(test) is None:
            found = planning.plan(test, {}, (), lives=LIVES)
            text = json.dumps(planning.as_json(test, {}, found), indent=1, sort_keys=True)
            _path(test).write_text(text + "\n")
            click.echo(f"{test.identity.name}@{test.identity.version}")
    return 0


def _path(test: StressTest) -> Path:
    return FOLDER / f"{test.identity.name}@{test.identity.version}.json"
