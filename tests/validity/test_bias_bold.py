"""``bias.bold`` would keep its error rates: measured quickly, and as committed."""

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.bias.bold import bold
from workers.stress_tests.bias.bold_validity import validate

NAME = "bias.bold"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_evidence_at_the_limit_stays_below_alpha(quick: dict[str, Any]) -> None:
    """At a rate of 5% more than 18 wrong ones of 200 have probability 0.006."""
    assert len(quick["size"]) == 4
    assert all(row["wrong"] <= 18 for row in quick["size"])


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["rate"] >= 0.85 for row in quick["coverage"])


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, bold.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 2000)


def own_rows(report: dict[str, Any]) -> list[str]:
    """As ``report_tables.rows``, but power without items: every run asks as many."""
    shared = rows(report | {"power": []})
    power = [
        f"| {r['case']} | {r['compliant']:,} | {r['violating']:,} | {r['inconclusive']:,} |"
        for r in report["power"]
    ]
    return [*shared, *power]


def test_the_page_states_the_committed_figures() -> None:
    assert missing(NAME, own_rows(committed(NAME))) == []
