"""``provenance.phylogeny``: the report as committed, and that its page states it."""

from __future__ import annotations

from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance.phylogeny import MEASURED, phylogeny

NAME = phylogeny.identity.name


def test_committed_report_is_of_this_version_and_its_page_states_it() -> None:
    report = committed(NAME)
    assert (report["test"], report["version"]) == (NAME, phylogeny.identity.version)
    assert report["quick"] is False
    rows = [
        f"| {row['case']} | {row['found']} of {row['models']} |"
        f" {100 * row['lower']:.0f}% to {100 * row['upper']:.0f}% | {row['drawn_beside']} |"
        f" {row['median_own']:.3f} | {row['median_largest_other']:.3f} |"
        for row in report["power"]
    ]
    assert missing(NAME, rows) == []


def test_what_every_result_says_was_found_is_what_was_measured() -> None:
    found = {row["case"]: f"{row['found']} of {row['models']}" for row in committed(NAME)["power"]}
    for case, words in {
        "residual stream rotated": "copies with a rotated residual stream",
        "4-bit blocks": "copies in 4-bit blocks",
        "merge 50/50": "merges by half",
        "fine-tune 300 steps": "fine-tunes",
        "distilled into a fresh seed": "students",
    }.items():
        assert f"{found[case]} {words}" in MEASURED
