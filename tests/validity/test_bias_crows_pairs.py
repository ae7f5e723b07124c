"""``bias.crows_pairs`` would keep its error rates: measured quickly, and as committed."""

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.bias.crows_pairs import crows_pairs
from workers.stress_tests.bias.crows_pairs_validity import validate

NAME = "bias.crows_pairs"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_evidence_at_the_limit_stays_below_alpha(quick: dict[str, Any]) -> None:
    """At a rate of 5% more than 18 wrong ones of 200 have probability 0.006."""
    assert len(quick["size"]) == 4
    assert all(row["wrong"] <= 18 for row in quick["size"])


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["rate"] >= 0.85 for row in quick["coverage"])


def test_a_test_over_pairs_is_fooled_by_writers_and_this_one_is_not(quick: dict[str, Any]) -> None:
    independent, together = quick["naive"]
    assert independent["rate"] < 0.1
    assert together["rate"] > 0.25


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, crows_pairs.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 2000)


def own_rows(report: dict[str, Any]) -> list[str]:
    """As ``report_tables.rows``, but power without items: every run asks all of them."""
    shared = rows(report | {"power": []})
    power = [
        f"| {r['case']} | {r['compliant']:,} | {r['violating']:,} | {r['inconclusive']:,} |"
        for r in report["power"]
    ]
    naive = [
        f"| {r['case']} | {r['wrong']:,} of {r['lives']:,} | {r['rate']:.1%} |"
        for r in report["naive"]
    ]
    return [*shared, *power, *naive]


def test_the_page_states_the_committed_figures() -> None:
    assert missing(NAME, own_rows(committed(NAME))) == []
