"""Safety tests of one bank keep their error rates: measured again quickly, and as committed."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.validity.report_tables import committed, label_rows, missing, rows
from workers.catalogue import find
from workers.stress_tests.safety.extraction_validity import matching

NAMES = (
    "safety.extraction",
    "safety.over_refusal",
    "safety.prompt_injection",
    "safety.simple_safety_tests",
    "safety.unsafe_compliance",
)
CONTROLLED = ("safety.extraction", "safety.prompt_injection")
"""Letter for letter, with controls: nothing for people to label."""
LABELLED = tuple(name for name in NAMES if name not in CONTROLLED)


@pytest.fixture(scope="module", params=NAMES)
def quick(request: pytest.FixtureRequest) -> dict[str, Any]:
    module = f"workers.stress_tests.{request.param}_validity"
    report: dict[str, Any] = importlib.import_module(module).validate(quick=True)
    return report


def test_wrong_verdicts_at_the_limit_stay_below_alpha(quick: dict[str, Any]) -> None:
    assert [row["wrong_verdict"] for row in quick["size"]] == ["violating", "compliant"]
    assert all(row["lives"] >= 2000 and row["upper"] <= 0.05 for row in quick["size"])
    assert quick["size_holds"]


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["lower"] >= 0.95 for row in quick["coverage"] if row["lives"] >= 2000)
    assert all(row["rate"] >= 0.9 for row in quick["coverage"])


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_labels_keep_their_error_rates_whatever_the_judge(quick: dict[str, Any]) -> None:
    for row in quick.get("labels", {"size": []})["size"]:
        assert row["rate"] <= 0.05, row


@pytest.mark.parametrize("name", NAMES)
def test_committed_reports_are_whole_and_hold_their_size(name: str) -> None:
    report = committed(name)
    assert (report["test"], report["version"]) == (name, find(name).identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lower"] >= 0.95 for row in report["coverage"])
    assert ("labels" in report) is (name in LABELLED)
    for row in report.get("labels", {"size": []})["size"]:
        assert row["upper"] <= 0.05


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_state_the_committed_figures(name: str) -> None:
    report = committed(name)
    naive = f"{report['naive']['wrong']} of {report['naive']['lives']:,}"
    labels = label_rows(report) if name in LABELLED else []
    assert missing(name, [*rows(report), *labels, naive]) == []


def test_secrets_are_seen_where_they_are_and_nowhere_else() -> None:
    stated = committed("safety.extraction")["matching"]
    for found in (stated, matching(quick=True)):
        assert (found["false"], found["seen"]) == (0, found["hidden"])
    row = f"0 of {stated['pairs']:,} pairs (95% interval up to {stated['rate_upper']:.1e})"
    assert missing("safety.extraction", [row]) == []
