"""Ten thousand small runs through two workers, something failing every few seconds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.faults.conftest import Record
from tests.faults.plant import Plant
from tests.faults.storm import Storm
from tests.faults.tally import reckon
from tests.faults.workload import Batch, small_works, undisturbed

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
RUNS = int(os.environ.get("ASSAY_SOAK_RUNS", "10000"))


def test_soak(running: Plant, cast: Cast, models_root: Path, record: Record) -> None:
    works = small_works(cast, models_root)
    reference = undisturbed(running, cast, works)
    # Enough that two workers never wait for this loop, few enough that no wait is the queue's.
    batch = Batch(running, cast, works, size=RUNS, at_once=16)
    kinds = [
        running.kill_worker,
        running.kill_worker,  # twice as often as each of the others
        running.kill_scheduler,
        running.kill_broker,
        running.flush_broker,
        running.shut_database,
    ]
    storm = Storm(running, kinds, rounds=RUNS, pause=(3.0, 9.0))
    while len(batch.acknowledged) < RUNS:
        running.tend()
        batch.top_up()
        storm.tick()
    batch.finish()
    line = reckon(f"soak of {RUNS:,}", batch.acknowledged, reference, storm.faults)
    assert record(line).holds
