"""``docs/results/``: pages say what the record said, and nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.verdicts import Estimate, judge
from launcher import results_models
from launcher.results_models import MODELS, model_prepare
from launcher.results_pages import FOLDER, page

RECORDED = sorted(FOLDER.glob("*.json"))


def found(path: Path) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(path.read_text())
    return recorded


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_page_is_drawn_from_the_results_beside_it(path: Path) -> None:
    assert path.with_suffix(".md").read_text() == page(found(path)), (
        "draw it again: python -m launcher.results_pages"
    )


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_verdicts_are_those_that_the_evidence_supports(path: Path) -> None:
    for row in found(path)["tests"].values():
        if "estimate" in row:
            estimate = Estimate.from_json(row["estimate"])
            assert judge(estimate).value == row["verdict"]
            assert estimate.lower <= estimate.value <= estimate.upper


def test_both_models_are_there_and_hold_no_item_and_no_answer() -> None:
    assert {path.stem for path in RECORDED} == set(MODELS)
    for path in RECORDED:
        text = path.read_text()
        assert '"answer"' not in text and '"payload"' not in text and '"/' not in text


def test_what_has_no_result_says_why() -> None:
    row = {"spec": {"version": 1}, "state": "not_testable", "trouble": "no reference"}
    drawn = page({"model": "m", "title": "M", "origin": "O.", "tests": {"safety.refusal": row}})
    assert "| not_testable: no reference | | | | | | |" in drawn


def test_a_package_that_is_absent_or_changed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results_models, "GEMMA_PACKAGE", "no_such_package")
    with pytest.raises(InvalidInputError, match="no-such-package is not installed"):
        model_prepare(tmp_path, "gemma-3-270m", lambda _: None)
    for number in range(results_models.GEMMA_PARTS):
        data = tmp_path / f"changed_part{number + 1}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("")
        (data / f"gemma.gguf.part{number:02}").write_bytes(b"part")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(results_models, "GEMMA_PACKAGE", "changed")
    with pytest.raises(InvalidInputError, match="holds another file"):
        model_prepare(tmp_path, "gemma-3-270m", lambda _: None)
    assert hashlib.sha256(b"part" * 4).hexdigest() != results_models.GEMMA_SHA256
