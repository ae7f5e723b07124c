"""Workers and schedulers killed at random moments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.faults.conftest import Record
from tests.faults.plant import Plant
from tests.faults.storm import Storm
from tests.faults.workload import Batch, mixed_works, undisturbed

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
KILLS = 50


def test_a_worker_killed_fifty_times(
    running: Plant, cast: Cast, models_root: Path, record: Record
) -> None:
    works = mixed_works(cast, models_root)
    reference = undisturbed(running, cast, works)
    batch = Batch(running, cast, works, size=100)
    storm = Storm(
        running, [running.kill_worker], KILLS, pause=(2.0, 8.0), when=running.workers_at_work
    )
    assert record(storm.survived(batch, "worker killed", reference)).holds


def test_two_schedulers_one_of_them_killed_at_random(
    running: Plant, cast: Cast, models_root: Path, record: Record
) -> None:
    works = mixed_works(cast, models_root)
    reference = undisturbed(running, cast, works)
    running.start("scheduler-2")
    batch = Batch(running, cast, works, size=100)
    storm = Storm(running, [running.kill_scheduler], rounds=20, pause=(0.5, 3.0))
    assert record(storm.survived(batch, "two schedulers, killed in turn", reference)).holds
