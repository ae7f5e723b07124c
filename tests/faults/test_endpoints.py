"""An OpenAI-compatible endpoint in front of a real model that misbehaves for some seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.faults.conftest import Record
from tests.faults.endpoint import WAYS, Gate, gate_to
from tests.faults.plant import Plant
from tests.faults.storm import Storm
from tests.faults.tally import reckon
from tests.faults.workload import (
    Batch,
    Work,
    batched_specs,
    model_of,
    undisturbed,
    version_of,
    write_llama,
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TROUBLE_SECONDS = 6.0
ROUNDS = 4


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_to(tmp_path / write_llama(tmp_path, "served", seed=3)) as standing:
        yield standing


@pytest.mark.parametrize("way", WAYS)
def test_an_endpoint_misbehaves_and_recovers(
    way: str, gate: Gate, running: Plant, cast: Cast, record: Record
) -> None:
    version = version_of(cast, model_of(cast), "served", gate.url)
    works = [Work(version, spec) for spec in batched_specs()]
    reference = undisturbed(running, cast, works)
    batch = Batch(running, cast, works, size=12, at_once=3)

    def misbehave() -> None:
        gate.begin(way)
        time.sleep(TROUBLE_SECONDS)
        gate.end()

    storm = Storm(running, [misbehave], rounds=ROUNDS, pause=(2.0, 5.0))
    storm.rage(batch)
    batch.finish()
    line = reckon(f"endpoint {way}", batch.acknowledged, reference, storm.faults)
    assert record(line).holds
