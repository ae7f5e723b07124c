"""The tests of keyed data: small studies again, and the reports as committed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validity import keyed_tables as tables
from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance import paraphrases_validity, radioactivity_validity
from workers.stress_tests.provenance.distillation import distillation
from workers.stress_tests.provenance.paraphrases import MEASURED as PARAPHRASES_MEASURED
from workers.stress_tests.provenance.paraphrases import paraphrases
from workers.stress_tests.provenance.radioactivity import MEASURED as RADIOACTIVITY_MEASURED
from workers.stress_tests.provenance.radioactivity import radioactivity


@pytest.mark.parametrize("study", [paraphrases_validity, radioactivity_validity])
def test_a_small_study_accuses_nobody_who_never_read_what_was_keyed(study: Any) -> None:
    report: dict[str, Any] = study.validate(quick=True)
    assert {row["wrong"] for row in report["size"]} == {0}
    assert report["power"]


@pytest.mark.parametrize("test", [paraphrases, radioactivity])
def test_committed_report_is_of_this_version_and_holds_its_size(test: Any) -> None:
    report = committed(test.identity.name)
    assert (report["test"], report["version"]) == (test.identity.name, test.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True
    assert sum(row["claims"] for row in report["size"]) >= 1_000


@pytest.mark.parametrize("name", ["provenance.paraphrases", "provenance.radioactivity"])
def test_the_pages_state_the_committed_figures(name: str) -> None:
    report = committed(name)
    assert missing(name, tables.size_rows(report) + tables.power_rows(report)) == []


def test_the_report_on_distillation_is_of_this_version_and_its_page_states_it() -> None:
    report = committed("provenance.distillation")
    assert report["version"] == distillation.identity.version
    assert (report["quick"], report["size_holds"]) == (False, False)  # ranks use their level up
    assert missing("provenance.distillation", tables.taught_rows(report)) == []


def test_what_every_result_says_was_found_is_what_was_measured() -> None:
    for row in committed(paraphrases.identity.name)["power"]:
        if not row["reference"] and row["copies_read"] in (2.9, 5.7, 14.4):
            assert f"{row['copies_read']} times" in PARAPHRASES_MEASURED
            assert f"in {row['found']} of {row['models']}" in PARAPHRASES_MEASURED
    shares = {row["share"]: row for row in committed(radioactivity.identity.name)["power"]}
    for share in (0.25, 0.5):
        assert f"{share:.0%}" in RADIOACTIVITY_MEASURED
        found = f"in {shares[share]['found']} of {shares[share]['models']}"
        assert found in RADIOACTIVITY_MEASURED
