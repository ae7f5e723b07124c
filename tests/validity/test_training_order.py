"""``provenance.training_order``: a small study again, and the report as committed."""

from __future__ import annotations

from typing import Any

from tests.validity import order_tables as tables
from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance import training_order_validity
from workers.stress_tests.provenance.training_order import MEASURED, training_order

NAME = "provenance.training_order"


def test_a_small_study_accuses_nobody_who_trained_in_another_order() -> None:
    report: dict[str, Any] = training_order_validity.validate(quick=True)
    assert {row["wrong"] for row in report["size"]} == {0}
    assert {row["reference"] for row in report["power"]} == {True, False}


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, training_order.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True


def test_enough_trained_models_were_accused_wrongly() -> None:
    """Beside the many claims by orders drawn anew."""
    rows = [row for row in committed(NAME)["size"] if row["reference"]]
    trained = [row["claims"] for row in rows if row["case"] != "an order drawn anew"]
    assert sum(trained) >= 300


def test_what_every_result_says_was_found_is_what_was_measured() -> None:
    found = {row["case"]: row for row in committed(NAME)["power"] if row["reference"]}
    for steps in (10, 50, 200):
        row = found[f"fine-tuned for {steps} steps"]
        assert f"{row['found']} of {row['suspects']} fine-tunes by {steps} steps" in MEASURED
    alone = [row for row in committed(NAME)["power"] if not row["reference"]]
    assert {row["found"] for row in alone if "fine-tuned" in row["case"]} == {0}


def test_the_page_states_the_committed_figures() -> None:
    report = committed(NAME)
    rows = tables.order_size_rows(report) + tables.order_broken_rows(report)
    assert missing(NAME, rows + tables.order_power_rows(report)) == []
