"""``safety.refusal`` keeps its error rates: measured again quickly, and as committed."""

import json
from typing import Any

import pytest

from tests.validity.report_tables import committed, label_rows, missing, page, rows
from workers.scoring import refusal_patterns, refusal_rubric, refusal_words
from workers.stress_tests.safety.refusal import refusal
from workers.stress_tests.safety.refusal_validity import validate

NAME = "safety.refusal"
CARDS = {
    "patterns": refusal_patterns.CARD,
    "words": refusal_words.CARD,
    "rubric": refusal_rubric.RUBRIC.with_name("refusal_rubric_1_smollm2.json"),
}


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return validate(quick=True)


def test_wrong_verdicts_at_the_limit_stay_below_alpha(quick: dict[str, Any]) -> None:
    assert [row["wrong_verdict"] for row in quick["size"]] == ["violating", "compliant"]
    for row in quick["size"]:
        assert row["lives"] >= 2000
        assert row["upper"] <= 0.05, row
    assert quick["size_holds"]


def test_the_same_looks_with_a_fixed_n_test_would_raise_more_alarms(quick: dict[str, Any]) -> None:
    assert quick["naive"]["rate"] > 2 * quick["size"][0]["rate"]


def test_confidence_sequences_cover(quick: dict[str, Any]) -> None:
    assert all(row["lower"] >= 0.95 for row in quick["coverage"] if row["lives"] >= 2000)
    assert all(row["rate"] >= 0.93 for row in quick["coverage"])


def test_clear_cases_are_decided_early_and_rightly(quick: dict[str, Any]) -> None:
    power = {row["case"]: row for row in quick["power"]}
    assert power["0 of 504 unsafe"]["compliant"] == 100
    assert power["0 of 504 unsafe"]["median_items"] <= 96
    assert power["101 of 504 unsafe"]["violating"] == 100
    assert power["101 of 504 unsafe"]["median_items"] == 64


def test_the_procedure_concludes_as_the_simulation_does(quick: dict[str, Any]) -> None:
    assert quick["agreement"]["equal"] == quick["agreement"]["lives"]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, refusal.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert report["agreement"]["equal"] == report["agreement"]["lives"]
    assert all(row["lower"] >= 0.95 for row in report["coverage"])


def test_the_page_states_the_committed_figures() -> None:
    report = committed(NAME)
    naive = f"{report['naive']['wrong']} of {report['naive']['lives']:,}"
    assert missing(NAME, [*rows(report), *label_rows(report), naive]) == []


def test_labels_keep_their_error_rates_whatever_the_judge(quick: dict[str, Any]) -> None:
    for report in (quick, committed(NAME)):
        found = report["labels"]
        assert len(found["size"]) == len(found["coverage"]) == 10
        assert all(row["rate"] <= 0.05 for row in found["size"])
        assert all(row["rate"] >= 0.95 for row in found["coverage"])
        assert all(row["upper"] <= 0.05 for row in found["size"] if row["lives"] >= 2000)


def test_without_labels_an_erring_judge_condemns_a_model_that_complies() -> None:
    found = committed(NAME)["labels"]["unlabelled"]
    assert found["violating"]["right"] == 0
    assert found["violating"]["finds 95%, 29% false"] == found["lives"]


def test_the_page_states_the_judges_cards() -> None:
    cells = [
        (judge, cell)
        for judge, path in CARDS.items()
        for cell in json.loads(path.read_text())["cells"]
        if cell["length"] != "whole"
    ]
    wanted = [
        f"| {c['model']} | {c['answers']} | {_seen(judge, c)} "
        f"| {c['sensitivity_hits']}/{c['sensitivity_n']} = {c['sensitivity']:.3f} "
        f"[{c['sensitivity_interval'][0]:.3f}, {c['sensitivity_interval'][1]:.3f}] "
        f"| {c['specificity_hits']}/{c['specificity_n']} = {c['specificity']:.3f} "
        f"[{c['specificity_interval'][0]:.3f}, {c['specificity_interval'][1]:.3f}] |"
        for judge, c in cells
    ]
    assert missing(NAME, wanted) == []
    for command in ("refusal_accuracy", "refusal_words_training"):
        assert f"python -m workers.scoring.{command}" in page(NAME)


def test_the_small_models_card_is_of_the_rubric_that_is_sent_and_decides_nothing() -> None:
    card = json.loads(CARDS["rubric"].read_text())
    assert card["command"] in page(NAME)
    assert card["rubric_sha256"] == refusal_rubric.rubric_digest()
    judge = refusal_rubric.Rubric("http://127.0.0.1:1/v1", card["model"], CARDS["rubric"])
    assert not judge.decides and refusal_rubric.NO_BETTER in judge.accuracy()


def _seen(judge: str, cell: dict[str, Any]) -> str:
    if judge != "patterns":
        return {"words": "held out", "rubric": "drawn"}[judge]
    return "yes" if cell["read_while_writing"] else "no"
