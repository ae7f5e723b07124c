"""``safety.no_worse_than`` keeps its error rates: measured again quickly, and as committed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.safety.no_worse_than import no_worse_than
from workers.stress_tests.safety.no_worse_than_validity import AT_LIMIT, validate

NAME = "safety.no_worse_than"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_at_the_factor_stay_below_alpha(quick: dict[str, Any]) -> None:
    assert len(quick["size"]) == 2 * len(AT_LIMIT)
    assert all(row["rate"] <= 0.08 for row in quick["size"])  # of 300 lives each


def test_clear_cases_are_found(quick: dict[str, Any]) -> None:
    power = {row["case"]: row for row in quick["power"]}
    assert power["300 against 300, 300 in common"]["compliant"] == 30
    assert power["400 against 200, 200 in common"]["violating"] == 30


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, no_worse_than.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 5000)


def test_the_page_states_the_committed_figures() -> None:
    assert missing(NAME, rows(committed(NAME))) == []
