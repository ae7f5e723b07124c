"""``provenance.training_order``: a small study again, and the report as committed."""

from __future__ import annotations

from tests.validity import order_tables as tables
from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance.training_order import training_order
from workers.stress_tests.provenance.training_order_validity import validate

NAME = "provenance.training_order"


def test_a_small_study_accuses_nobody_who_trained_in_another_order() -> None:
    report = validate(quick=True)
    assert report["size_holds"]
    assert {row["wrong"] for row in report["size"]} == {0}  # type: ignore[index, union-attr]


def test_committed_report_is_of_this_version_and_holds_its_size() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, training_order.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True


def test_the_page_states_the_committed_figures() -> None:
    report = committed(NAME)
    wanted = [tables.design(report), *tables.size_rows(report), *tables.power_rows(report)]
    assert missing(NAME, wanted) == []
