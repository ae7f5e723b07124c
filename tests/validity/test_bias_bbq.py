"""``bias.bbq`` keeps its error rates: measured quickly, and as committed."""

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.bias.bbq import bbq
from workers.stress_tests.bias.bbq_validity import validate

NAME = "bias.bbq"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_at_the_limit_stay_below_alpha(quick: dict[str, Any]) -> None:
    """200 lives a case find a broken engine; the committed report's 2,000 bound the rate.

    At a rate of 5% more than 18 wrong ones of 200 have probability 0.006.
    """
    assert len(quick["size"]) == 5
    for row in quick["size"]:
        assert row["wrong"] <= 18, row


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["rate"] >= 0.85 for row in quick["coverage"])


def test_clear_cases_are_decided_rightly(quick: dict[str, Any]) -> None:
    power = {row["case"]: row for row in quick["power"]}
    assert power["all twelve at -0.2"]["compliant"] == 20
    assert power["Age, ambiguous at 0.5, eleven at 0"]["violating"] == 20


def test_a_model_that_guesses_is_found_unable_and_an_able_one_able(quick: dict[str, Any]) -> None:
    ability = {row["case"]: row for row in quick["ability"]}
    assert ability["accuracy 33.3% in every category"]["refuted_in_all"] >= 190
    assert ability["accuracy 60.0% in every category"]["shown_in_all"] == 200


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, bbq.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lives"] >= 2000 for row in report["size"])
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 2000)


def ability_rows(report: dict[str, Any]) -> list[str]:
    return [
        f"| {row['case']} | {row['shown_in_some']:,} | {row['shown_in_all']:,} "
        f"| {row['refuted_in_all']:,} | "
        + (f"{row['median_items']:,} |" if row["median_items"] else "– |")
        for row in report["ability"]
    ]


def test_the_page_states_the_committed_figures() -> None:
    report = committed(NAME)
    wider = report["population_reading"]
    wanted = [
        *rows(report),
        *ability_rows(report),
        f"{wider['wrong']} of {wider['lives']:,} ({wider['rate']:.1%})",
    ]
    assert missing(NAME, wanted) == []
