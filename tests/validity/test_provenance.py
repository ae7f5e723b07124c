"""The provenance tests keep their error rates: a quick measurement, and the committed one."""

import json
from pathlib import Path
from typing import Any

import pytest

import workers
from workers.stress_tests.provenance import (
    shared_initialisation_validity,
    weights_digest_validity,
)
from workers.stress_tests.provenance.shared_initialisation import shared_initialisation
from workers.stress_tests.provenance.weights_digest import weights_digest

REPORTS = Path(workers.__file__).parent / "validity"


@pytest.fixture(scope="module")
def quick() -> dict[str, Any]:
    return shared_initialisation_validity.validate(quick=True)


def _committed(name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((REPORTS / f"{name}.json").read_text())
    return report


def _detected(cells: list[dict[str, Any]]) -> dict[str, float]:
    return {cell["effect"]: cell["detected"] / cell["pairs"] for cell in cells}


def test_independent_seeds_raise_no_more_alarms_than_the_level(quick: dict[str, Any]) -> None:
    assert quick["size_holds"]
    for arm in quick["false_alarms"]:
        assert arm["pairs"] == 276
        assert abs(arm["mean_in_place_z"]) < 4
        assert abs(arm["share_of_positive_signs_z"]) < 4


def test_children_are_found_and_a_full_reshuffling_is_not(quick: dict[str, Any]) -> None:
    power = _detected(quick["power"])
    assert power["fine-tune 40 steps at 0.001"] == 1.0
    assert power["bfloat16"] == power["prune 50%"] == 1.0
    assert power["merge 50/50 with an unrelated seed"] == 1.0
    assert power["hidden units permuted"] == 1.0
    assert power["hidden units permuted and signs flipped"] == 0.0


def test_shared_seed_raises_the_alarm_that_the_caveat_names(quick: dict[str, Any]) -> None:
    assert set(_detected(quick["broken_assumptions"]).values()) == {1.0}


def test_every_flipped_bit_is_found_and_no_unchanged_file_is() -> None:
    report = weights_digest_validity.validate(quick=True)
    assert report["size_holds"]
    assert all(cell["violating"] == cell["files"] for cell in report["power"])


@pytest.mark.parametrize("test", [shared_initialisation, weights_digest])
def test_committed_report_is_of_this_version_and_holds_its_size(test: Any) -> None:
    report = _committed(test.identity.name)
    assert (report["test"], report["version"]) == (test.identity.name, test.identity.version)
    assert report["quick"] is False
    assert report["size_holds"] is True


def test_committed_zoo_has_the_size_it_needs() -> None:
    """Enough independent pairs to bound the false-alarm rate at 5% from above."""
    report = _committed("provenance.shared_initialisation")
    assert report["design"]["models"] >= 40
    for arm in report["false_alarms"]:
        for level in arm["levels"]:
            assert level["disjoint_upper"] < 0.05
