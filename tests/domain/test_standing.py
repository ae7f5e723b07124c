"""The one rule of demotion: what a study counted carries a test's verdicts, or does not."""

from __future__ import annotations

import pytest

from compliance.domain.standing import Claims, Family, Null, standing, standing_of


def family(
    alarms: tuple[int, int, int], tried: int, claims: Claims = Claims.MODELS, setting: str = ""
) -> Family:
    at = dict(zip((0.05, 0.01, 0.001), alarms, strict=True))
    return Family("some", claims, tried, at, setting)


QUIET = (0, 0, 0)


@pytest.mark.parametrize(
    ("null", "families", "level", "holds"),
    [
        # 0 of 299 bound 1% and not 0.1%: enough for a proof, too few without one.
        (Null.EXACT, [family(QUIET, 299)], 0.01, True),
        (Null.CALIBRATED, [family(QUIET, 299)], 0.01, False),
        (Null.CALIBRATED, [family(QUIET, 2_995)], 0.001, True),
        # 58 bound no level at all, and a proof alone is no measurement.
        (Null.EXACT, [family(QUIET, 58)], None, False),
        (Null.EXACT, [family(QUIET, 59)], 0.05, True),
        # What is drawn anew stands alone and at alpha, whatever trained models say.
        (Null.EXACT, [family(QUIET, 2_994, Claims.DRAWN)], 0.001, False),
        (Null.EXACT, [family(QUIET, 2_995, Claims.DRAWN)], 0.001, True),
        (Null.EXACT, [family(QUIET, 9_999), family(QUIET, 9, Claims.DRAWN)], 0.001, False),
        # One family or part above its level is enough, however many others are not.
        (Null.EXACT, [family((9, 0, 0), 40), family(QUIET, 9_999)], 0.001, False),
        (Null.EXACT, [family((9, 0, 0), 40, Claims.PART), family(QUIET, 9_999)], 0.001, False),
        (Null.EXACT, [family((2, 0, 0), 40, Claims.PART), family(QUIET, 9_999)], 0.001, True),
        # Settings are no padding for each other.
        (Null.EXACT, [family(QUIET, 58, setting="a"), family(QUIET, 9_999)], None, False),
        (Null.EXACT, [], 0.001, False),
        (Null.EXACT, [family(QUIET, 400, Claims.PART)], 0.001, False),
    ],
)
def test_a_study_bears_a_level_out_or_not(
    null: Null, families: list[Family], level: float | None, holds: bool
) -> None:
    found = standing(null, 0.001, families)
    assert (found.level, found.holds) == (level, holds)
    assert found.said.startswith("A lead alone: ") is not holds
    assert standing_of({"standing": found.to_json()}) == found


def test_a_report_is_judged_by_its_counts_and_not_by_its_word() -> None:
    told = standing(Null.CALIBRATED, 0.05, [family((24, 0, 0), 462)]).to_json()
    again = standing_of({"size_holds": True, "standing": told | {"holds": True}})
    assert again is not None
    assert not again.holds
    assert "24 of 462" in again.said
    assert standing_of({"size_holds": True}) is None


def test_simulated_lives_stand_each_by_itself() -> None:
    rows = [{"case": "edge", "lives": 2_000, "wrong": wrong} for wrong in (59, 0)]
    held = standing_of({"size": rows, "design": {"alpha": 0.05}})
    assert held is not None
    assert held.holds
    worse = standing_of({"size": [*rows, rows[0] | {"wrong": 90}], "design": {"alpha": 0.05}})
    assert worse is not None
    assert not worse.holds
