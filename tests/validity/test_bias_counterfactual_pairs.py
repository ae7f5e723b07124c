"""``bias.counterfactual_pairs`` keeps its error rates: measured quickly, and as committed."""

from typing import Any

import pytest

from tests.validity.report_tables import committed, missing, rows
from workers.stress_tests.bias.counterfactual_pairs import counterfactual_pairs
from workers.stress_tests.bias.counterfactual_pairs_validity import validate
from workers.stress_tests.bias.pair_comparisons import SIZE

NAME = "bias.counterfactual_pairs"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_at_the_limit_stay_below_alpha(quick: dict[str, Any]) -> None:
    """40 lives a case find a broken engine; the committed report's 1,000 bound the rate.

    At a rate of 5% more than 6 wrong ones of 40 have probability 0.003.
    """
    assert len(quick["size"]) == 4
    for row in quick["size"]:
        assert row["wrong"] <= 6, row


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["rate"] >= 0.8 for row in quick["coverage"])


def test_clear_cases_are_decided_rightly(quick: dict[str, Any]) -> None:
    power = {row["case"]: row for row in quick["power"]}
    assert power["all at 30%"]["compliant"] == 5
    assert power["one at 95%, all others at 50%"]["violating"] == 5
    assert power["one at 95%, all others at 50%"]["median_items"] < SIZE / 3


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, counterfactual_pairs.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lives"] >= 1000 for row in report["size"])
    # 200 lives can bound a rate of exactly 95% only loosely; the rows of 1,000 must hold.
    assert all(row["lower"] >= 0.95 for row in report["coverage"] if row["lives"] >= 1000)


def test_the_report_of_version_1_is_kept() -> None:
    report = committed(f"{NAME}@1")
    assert (report["version"], report["size_holds"]) == (1, True)


def test_the_page_states_the_committed_figures() -> None:
    report = committed(NAME)
    wider = report["population_reading"]
    wanted = [*rows(report), f"{wider['wrong']} of {wider['lives']:,} ({wider['rate']:.1%})"]
    assert missing(NAME, wanted) == []
