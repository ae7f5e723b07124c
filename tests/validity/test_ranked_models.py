"""The tests that rank among controls: small studies again, and the reports as committed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.validity import control_tables as tables
from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance import (
    next_token_agreement_validity,
    output_image_validity,
)
from workers.stress_tests.provenance.next_token_agreement import next_token_agreement
from workers.stress_tests.provenance.output_image import output_image

TESTS = [next_token_agreement, output_image]
NAMES = [test.identity.name for test in TESTS]


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("zoo")


@pytest.mark.parametrize("study", [next_token_agreement_validity, output_image_validity])
def test_a_small_study_keeps_near_its_level_and_knows_copies(
    study: Any, zoo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Models of so few steps all give one next byte, so only the image tells copies."""
    monkeypatch.setenv("ASSAY_ZOO", str(zoo))
    report: dict[str, Any] = study.validate(quick=True)
    found = {row["effect"]: row for row in report["power"]}
    for row in report["size"]:
        assert row["lower"] <= row["alpha"]
    for copy in ("none (the parent itself)", "hidden units permuted", "every symmetry at once"):
        assert found[copy]["closeness_median"] == pytest.approx(1.0, abs=1e-3)
        if study is output_image_validity:
            assert found[copy]["detected"] == found[copy]["pairs"] == 2


@pytest.mark.parametrize("test", TESTS)
def test_committed_report_is_of_this_version_and_holds_its_size(test: Any) -> None:
    report = committed(test.identity.name)
    assert (report["test"], report["version"]) == (test.identity.name, test.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert all(row["lower"] <= row["alpha"] for row in report["size"])
    assert test.defaults["alpha"] == report["design"]["alpha"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rows", [tables.size_rows, tables.broken_rows, tables.power_rows])
def test_the_pages_state_the_committed_figures(name: str, rows: Any) -> None:
    assert missing(name, rows(committed(name))) == []
