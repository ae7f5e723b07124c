"""``provenance.resemblance``: a small study again, and the report as committed."""

from __future__ import annotations

from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance.resemblance import MEASURED, resemblance

NAME = resemblance.identity.name


def test_committed_report_is_of_this_version_and_its_page_states_it() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, resemblance.identity.version)
    assert report["quick"] is False
    rows = [
        f"| {row['case']} | {row['found']} of {row['models']} |"
        f" {100 * row['lower']:.0f}% to {100 * row['upper']:.0f}% | {row['by_norms']} |"
        for row in report["power"]
    ]
    assert missing(NAME, rows) == []


def test_what_every_result_says_was_found_is_what_was_measured() -> None:
    found = {row["case"]: f"{row['found']} of {row['models']}" for row in committed(NAME)["power"]}
    for case, words in {
        "merge 50/50": "merges by half",
        "hidden units relabelled": "copies with relabelled units",
        "fine-tune 300 steps": "fine-tunes",
        "residual stream rotated": "copies with a rotated",
        "distilled into a fresh seed": "students",
    }.items():
        assert f"{found[case]} {words}" in MEASURED
