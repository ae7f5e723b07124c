from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from compliance.domain.errors import InvalidInputError
from compliance.domain.schedules import Rule, firings_due, next_firings
from compliance.domain.vocabulary import CatchUp

ANCHOR = datetime(2026, 3, 1, tzinfo=UTC)


def rule(cron: str = "", interval: int | None = None, zone: str = "Europe/Brussels") -> Rule:
    return Rule(cron=cron, interval_seconds=interval, time_zone=zone, anchor=ANCHOR)


def test_cron_keeps_its_wall_clock_hour_across_the_start_of_summer_time() -> None:
    firings = next_firings(rule("0 6 * * *"), after=datetime(2026, 3, 28, tzinfo=UTC), count=3)
    assert [firing.hour for firing in firings] == [5, 4, 4]  # 06:00 is UTC+1, then UTC+2


def test_cron_hour_that_summer_time_skips_fires_once_that_day() -> None:
    firings = next_firings(rule("30 2 * * *"), after=datetime(2026, 3, 28, 12, tzinfo=UTC), count=2)
    assert [firing.date().isoformat() for firing in firings] == ["2026-03-29", "2026-03-30"]


def test_cron_hour_that_winter_time_repeats_fires_once_that_day() -> None:
    after = datetime(2026, 10, 24, 12, tzinfo=UTC)
    firings = next_firings(rule("30 2 * * *"), after=after, count=2)
    assert [firing.astimezone(UTC).date().isoformat() for firing in firings] == [
        "2026-10-25",
        "2026-10-26",
    ]


def test_interval_counts_from_its_anchor() -> None:
    firings = next_firings(rule(interval=3600), after=ANCHOR + timedelta(minutes=90), count=2)
    assert firings == [ANCHOR + timedelta(hours=2), ANCHOR + timedelta(hours=3)]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (rule("61 * * * *"), "cron"),
        (rule("every day"), "cron"),
        (rule("* * * * * *"), "cron"),
        (rule(), "cron"),
        (rule("0 6 * * *", interval=3600), "cron"),
        (rule(interval=5), "interval_seconds"),
        (rule(interval=2**31), "interval_seconds"),
        (rule(interval=10**20), "interval_seconds"),
        (rule("0 6 * * *", zone="Mars/Olympus"), "time_zone"),
        (rule("0 6 * * *", zone="Europe"), "time_zone"),
    ],
)
def test_bad_rule_names_the_field_and_the_fix(bad: Rule, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        bad.check()
    assert caught.value.field == field
    assert caught.value.fix


@pytest.mark.parametrize(
    ("policy", "ran"),
    [
        (CatchUp.RUN_ALL, [True, True, True]),
        (CatchUp.RUN_ONCE, [False, False, True]),
        (CatchUp.SKIP, [False, False, False]),
    ],
)
def test_catch_up_policy_decides_what_missed_firings_become(
    policy: CatchUp, ran: list[bool]
) -> None:
    due = firings_due(
        replace(rule(interval=3600), catch_up=policy),
        first_due=ANCHOR + timedelta(hours=1),
        now=ANCHOR + timedelta(hours=3, minutes=5),
    )
    assert [one.runs for one in due] == ran


def test_a_single_firing_runs_under_every_policy() -> None:
    for policy in CatchUp:
        due = firings_due(
            replace(rule(interval=3600), catch_up=policy),
            first_due=ANCHOR + timedelta(hours=1),
            now=ANCHOR + timedelta(hours=1, minutes=1),
        )
        assert [one.runs for one in due] == [True]


def test_jitter_delays_each_firing_by_its_own_amount_and_the_same_for_everybody() -> None:
    late = replace(rule("0 6 * * *"), jitter_seconds=1_800, salt="one")
    plain = next_firings(rule("0 6 * * *"), after=ANCHOR, count=30)
    firings = next_firings(late, after=ANCHOR, count=30)
    delays = [(firing - slot).total_seconds() for firing, slot in zip(firings, plain, strict=True)]
    assert all(0 <= delay <= 1_800 for delay in delays)
    assert len(set(delays)) > 20
    assert firings == next_firings(late, after=ANCHOR, count=30)
    assert firings != next_firings(replace(late, salt="two"), after=ANCHOR, count=30)


def test_a_firing_is_found_from_any_moment_before_it() -> None:
    late = replace(rule(interval=3_600), jitter_seconds=3_599, salt="one")
    firings = next_firings(late, after=ANCHOR, count=50)
    for earlier, later in pairwise(firings):
        assert next_firings(late, after=earlier, count=1) == [later]


@pytest.mark.parametrize("late", [-1, 3_600, 10**20])
def test_jitter_that_could_pass_the_next_firing_is_refused(late: int) -> None:
    with pytest.raises(InvalidInputError, match=r"jitter_seconds.*0 to 3599"):
        replace(rule(interval=3_600), jitter_seconds=late).check()
