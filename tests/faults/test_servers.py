"""Broker and database killed, flushed, shut down."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.faults.conftest import Record
from tests.faults.plant import Plant
from tests.faults.storm import Storm
from tests.faults.workload import Batch, mixed_works, undisturbed

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

SCENARIOS = {
    "broker killed": (Plant.kill_broker, 10, (4.0, 8.0)),
    "broker flushed": (Plant.flush_broker, 10, (4.0, 8.0)),
    "database shut down": (Plant.shut_database, 10, (6.0, 12.0)),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_server_fails(
    scenario: str, running: Plant, cast: Cast, models_root: Path, record: Record
) -> None:
    fault, rounds, pause = SCENARIOS[scenario]
    works = mixed_works(cast, models_root)
    reference = undisturbed(running, cast, works)
    batch = Batch(running, cast, works, size=100)
    storm = Storm(running, [fault.__get__(running)], rounds=rounds, pause=pause)
    assert record(storm.survived(batch, scenario, reference)).holds
