"""The docs state the committed measurement row by row (not marked: runs with every test)."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.tally import HEADER, Line

ROOT = Path(__file__).parents[2]
MEASURED = Path(__file__).parent / "measured.json"


def test_the_docs_state_what_was_measured() -> None:
    page = (ROOT / "docs" / "faults.md").read_text()
    measured = json.loads(MEASURED.read_text())
    rows = [HEADER, *(Line.from_json(line).row() for line in measured["lines"])]
    assert not [row for row in rows if row not in page]
    assert f"seed {measured['seed']}" in page
