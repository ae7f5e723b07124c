"""The provenance tests keep their error rates: a quick measurement, and the committed one."""

from typing import Any

import pytest

from tests.validity import provenance_tables as tables
from tests.validity.report_tables import committed, missing
from workers.stress_tests.provenance import (
    calibrated_match_validity,
    shared_initialisation_validity,
    weights_digest_validity,
)
from workers.stress_tests.provenance.calibrated_match import DISTILLED, calibrated_match
from workers.stress_tests.provenance.calibrated_match import MEASURED as LAUNDERED
from workers.stress_tests.provenance.initialisation_evidence import MEASURED
from workers.stress_tests.provenance.shared_initialisation import (
    shared_initialisation,
    shared_initialisation_1,
    shared_initialisation_2,
)
from workers.stress_tests.provenance.weights_digest import weights_digest

NAME, MATCH = "provenance.shared_initialisation", "provenance.calibrated_match"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return shared_initialisation_validity.validate(quick=True)


def _detected(cells: list[dict[str, Any]]) -> dict[str, float]:
    return {cell["effect"]: cell["detected"] / cell["pairs"] for cell in cells}


def test_independent_seeds_raise_no_more_alarms_than_the_level(quick: dict[str, Any]) -> None:
    assert "more frequent" not in quick["standing"]["said"]
    for arm in quick["false_alarms"]:
        assert [one["family"] for one in arm["counts"]] == [
            family for family in tables.FAMILIES if family != "experts"
        ]
        for one in arm["counts"]:
            assert abs(one["mean_in_place_z"]) < 4
            assert abs(one["share_of_positive_signs_z"]) < 4
    assert quick["screening"]["mean_e"] < 1.0


def test_children_are_found_unless_every_symmetry_was_used(quick: dict[str, Any]) -> None:
    power = _detected(quick["power"])
    assert power["fine-tune 40 steps at 0.001"] == 1.0
    assert power["bfloat16"] == power["prune 50%"] == 1.0
    assert power["merge 50/50 with an unrelated seed"] == 1.0
    assert power["hidden units permuted and signs flipped"] == 1.0
    assert power["residual stream rotated"] == 1.0
    assert power["middle layer dropped"] == 1.0
    assert power["one layer grafted at another place into an unrelated seed"] == 1.0
    assert power["MLPs copied into 4 experts, then 4 steps at 0.001"] == 1.0
    assert power["every symmetry at once"] == 0.0
    assert power["distilled into a fresh seed, 8 steps"] == 0.0


def test_shared_seed_raises_the_alarm_that_the_caveat_names(quick: dict[str, Any]) -> None:
    assert set(_detected(quick["shared_starts"]).values()) == {1.0}


def test_every_flipped_bit_is_found_and_no_unchanged_file_is() -> None:
    report = weights_digest_validity.validate(quick=True)
    assert report["false_alarms"][0]["violating"] == 0
    assert all(cell["violating"] == cell["files"] for cell in report["power"])


def test_match_is_high_behind_every_symmetry_and_not_for_others() -> None:
    report = calibrated_match_validity.validate(quick=True)
    rates = {case["case"]: case["rate"] for case in report["cases"]}
    assert rates["every symmetry at once"] == rates["fine-tuned child"] == 1.0
    assert rates["independent seeds"] < 0.5


@pytest.mark.parametrize("test", [shared_initialisation, weights_digest, calibrated_match])
def test_committed_report_is_of_this_version_and_holds_its_size(test: Any) -> None:
    report = committed(test.identity.name)
    assert (report["test"], report["version"]) == (test.identity.name, test.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True


@pytest.mark.parametrize("test", [shared_initialisation_1, shared_initialisation_2])
def test_an_older_version_keeps_the_report_of_its_own(test: Any) -> None:
    version = test.identity.version
    assert committed(f"{NAME}@{version}")["version"] == version


def test_committed_zoo_has_the_size_it_needs() -> None:
    """Enough disjoint pairs to bound the false-alarm rate at 5% by 2% from above."""
    plain = committed(NAME)["false_alarms"][0]
    assert plain["disjoint_pairs"] == 300
    for level in plain["levels"]:
        assert level["disjoint_upper"] < 0.02


def test_every_way_to_evade_was_tried_on_twenty_parents() -> None:
    assert min(cell["pairs"] for cell in committed(NAME)["power"]) == 20


def test_every_family_was_measured_and_assumptions_were_broken_on_purpose() -> None:
    report = committed(NAME)
    spoke = {one["family"] for arm in report["false_alarms"] for one in arm["counts"]}
    assert spoke == set(tables.FAMILIES)
    assert [arm["arm"] for arm in report["broken_assumptions"]] == [
        "index-wise learning rates",
        "one mask of half the MLP weights",
    ]


def test_smallest_derivation_that_every_verdict_names_was_measured() -> None:
    """Found in all of enough pairs that a power of 95% is exceeded with 95% confidence."""
    cells = {cell["effect"]: cell for cell in committed(NAME)["power"]}
    named = ("merge 15/85 with an unrelated seed", "fine-tune 100 steps at 0.01")
    for effect in named:
        assert (cells[effect]["pairs"], cells[effect]["detected"]) == (60, 60)
        assert cells[effect]["shown_at_95"] > 0.95
    assert "60 merges with 15%" in MEASURED
    assert "half its training" in MEASURED


@pytest.mark.parametrize("table", ["alarms", "chain", "counts", "power", "rivals", "screening"])
def test_the_page_states_the_committed_figures(table: str) -> None:
    assert missing(NAME, tables.TABLES[table](committed(NAME))) == []


def test_the_page_of_match_states_the_committed_figures() -> None:
    assert missing(MATCH, tables.match_rows(committed(MATCH))) == []


def test_what_a_lead_of_laundering_says_was_measured() -> None:
    cases = {row["case"]: row for row in committed(MATCH)["cases"]}
    told = {"independent seeds": LAUNDERED, "student of the accused, controls untaught": DISTILLED}
    for case, said in told.items():
        assert f"{cases[case]['leads']} of {cases[case]['suspects']}" in said
