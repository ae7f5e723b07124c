"""``bias.winogender`` keeps its error rates: measured quickly, and as committed."""

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.bias.winogender import winogender
from workers.stress_tests.bias.winogender_validity import validate

NAME = "bias.winogender"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_at_the_limit_stay_below_alpha(quick: dict[str, Any]) -> None:
    """At a rate of 5% more than 20 wrong ones of 200 have probability 0.001."""
    assert len(quick["size"]) == 8
    assert all(row["wrong"] <= 20 for row in quick["size"])


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["rate"] >= 0.75 for row in quick["coverage"])


def test_clear_cases_are_decided_rightly(quick: dict[str, Any]) -> None:
    power = {row["case"]: row for row in quick["power"]}
    assert power["slope 0, deviations normal"]["compliant"] == 20
    assert power["slope 2, deviations normal"]["violating"] == 20


def test_a_regression_over_sentences_is_fooled(quick: dict[str, Any]) -> None:
    assert quick["naive"]["rate"] > 0.1


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, winogender.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lives"] >= 2000 for row in report["size"])
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 2000)


def own_rows(report: dict[str, Any]) -> list[str]:
    """As ``report_tables.rows``, but power without items: every run asks all of them."""
    shared = rows(report | {"power": []})
    outside = rows(report | {"size": report["not_controlled"], "coverage": [], "power": []})
    power = [
        f"| {r['case']} | {r['compliant']:,} | {r['violating']:,} | {r['inconclusive']:,} |"
        for r in report["power"]
    ]
    naive = report["naive"]
    said = f"{naive['wrong']:,} of {naive['lives']:,} ({naive['rate']:.1%})"
    return [*shared, *outside, *power, said]


def test_the_page_states_the_committed_figures() -> None:
    assert missing(NAME, own_rows(committed(NAME))) == []
