"""The tests of published texts: small studies again, and the reports as committed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validity import rank_tables as tables
from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance import canaries_validity, contamination_validity
from workers.stress_tests.provenance.canaries import MEASURED as CANARIES_MEASURED
from workers.stress_tests.provenance.canaries import canaries
from workers.stress_tests.provenance.contamination import MEASURED as CONTAMINATION_MEASURED
from workers.stress_tests.provenance.contamination import contamination


@pytest.mark.parametrize("study", [contamination_validity, canaries_validity])
def test_a_small_study_accuses_nobody_who_never_read_what_was_published(study: Any) -> None:
    report: dict[str, Any] = study.validate(quick=True)
    assert {row["wrong"] for row in report["size"]} == {0}
    assert len(report["power"]) == 1


@pytest.mark.parametrize("test", [contamination, canaries])
def test_committed_report_is_of_this_version_and_holds_its_size(test: Any) -> None:
    report = committed(test.identity.name)
    assert (report["test"], report["version"]) == (test.identity.name, test.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert sum(row["claims"] for row in report["size"]) >= 1_000


@pytest.mark.parametrize("name", ["provenance.contamination", "provenance.canaries"])
def test_the_pages_state_the_committed_figures(name: str) -> None:
    report = committed(name)
    assert missing(name, tables.rank_size_rows(report) + tables.rank_power_rows(report)) == []


@pytest.mark.parametrize(
    ("test", "said"), [(canaries, CANARIES_MEASURED), (contamination, CONTAMINATION_MEASURED)]
)
def test_what_every_result_says_was_found_is_what_was_measured(test: Any, said: str) -> None:
    power = committed(test.identity.name)["power"]
    told = [row for row in power if f"{row['copies']} times" in said]
    assert len(told) == 3
    assert all(f"in {row['found']} of {row['models']}" in said for row in told)
