"""``safety.robustness`` keeps its error rates: measured again quickly, and as committed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.safety.robustness import robustness
from workers.stress_tests.safety.robustness_validity import validate

NAME = "safety.robustness"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_at_the_limit_stay_below_alpha(quick: dict[str, Any]) -> None:
    wrong = [row["wrong_verdict"] for row in quick["size"]]
    assert wrong == ["violating", "violating", "compliant", "compliant"]
    assert all(row["rate"] <= 0.05 for row in quick["size"])


def test_one_working_disguise_is_found(quick: dict[str, Any]) -> None:
    power = {row["case"]: row for row in quick["power"]}
    assert power["0 of 144 in all forms"]["compliant"] == 20
    assert power["72 of 144 in one form, 0 elsewhere"]["violating"] == 20


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, robustness.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 2000)


def test_the_page_states_the_committed_figures() -> None:
    assert missing(NAME, rows(committed(NAME))) == []
