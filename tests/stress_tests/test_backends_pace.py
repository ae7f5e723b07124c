"""No faster than an endpoint may be asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from workers.backends.pace import Pace


def test_requests_begin_at_the_pace_whatever_number_of_threads_ask() -> None:
    slept: list[float] = []
    pace = Pace(0.5, clock=lambda: 100.0, sleep=slept.append)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(pace.wait)
    assert sorted(slept) == [0.5 * n for n in range(8)]


def test_without_a_pace_nobody_waits() -> None:
    slept: list[float] = []
    Pace(0.0, sleep=slept.append).wait()
    assert slept == []


def test_time_that_has_passed_is_not_waited_for_again() -> None:
    slept: list[float] = []
    moments = iter([0.0, 0.0, 10.0])
    pace = Pace(1.0, clock=lambda: next(moments), sleep=slept.append)
    pace.wait()
    pace.wait()
    assert slept == [0.0, 0.0]
