"""Rates carry the interval that their page names: exact ones of what is wrong, scores of power."""

from __future__ import annotations

from typing import Any

import pytest

from compliance.domain.standing import standing_of
from compliance.domain.statistics.binomial import clopper_pearson, clopper_pearson_upper, wilson
from launcher.plots import names
from tests.validity.report_tables import committed, missing

COUNTED = ("detected", "violating", "found", "leads", "wrong")
OF = ("pairs", "files", "streams", "lives", "suspects", "models", "claims")


def counts(row: dict[str, Any]) -> tuple[int, int]:
    """How many of how many."""
    hits = next(row[key] for key in COUNTED if key in row)
    return int(hits), int(next(row[key] for key in OF if key in row))


def bounds(row: dict[str, Any]) -> Any:
    return pytest.approx((row["lower"], row["upper"]), abs=1e-4)


NO_NULL = ("provenance.phylogeny", "provenance.resemblance")
JUDGED = [name for name in names() if name not in ("engines", *NO_NULL)]


@pytest.mark.parametrize("name", JUDGED)
def test_what_was_counted_is_judged_by_the_one_rule_and_its_page_says_so(name: str) -> None:
    report = committed(name)
    found = standing_of(report)
    assert found is not None
    assert report["size_holds"] is found.holds
    if "standing" in report:
        assert report["standing"] == found.to_json()
        assert missing(name, [found.said]) == []


@pytest.mark.parametrize("name", names())
def test_what_was_found_has_wilsons_interval(name: str) -> None:
    report = committed(name)
    derived = [row for row in report.get("cases", ()) if row["derives"]]
    for row in [*report.get("power", ()), *derived]:
        if "lower" in row:
            assert wilson(*counts(row)) == bounds(row), row


@pytest.mark.parametrize("name", names())
def test_what_was_wrong_has_an_exact_bound(name: str) -> None:
    report = committed(name)
    others = [row for row in report.get("cases", ()) if not row["derives"]]
    for row in [*others, *(row for row in report.get("false_alarms", ()) if "files" in row)]:
        assert clopper_pearson(*counts(row)) == bounds(row), row
    for row in report.get("size", ()):
        assert clopper_pearson_upper(*counts(row)) == pytest.approx(row["upper"], abs=1e-4), row
