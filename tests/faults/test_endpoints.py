"""An OpenAI-compatible endpoint in front of a real model that misbehaves for some seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.domain.specs import StressTestSpec
from tests.cast import Cast
from tests.faults.conftest import Record
from tests.faults.endpoint import WAYS, Gate, gate_to
from tests.faults.plant import Plant
from tests.faults.storm import Storm
from tests.faults.workload import (
    REFUSAL,
    Batch,
    Work,
    model_of,
    undisturbed,
    version_of,
    write_llama,
)

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TROUBLE_SECONDS = 6.0
ROUNDS = 4
# A few batches each: every question is a request of its own.
SPECS = [StressTestSpec(REFUSAL, 1, {"max_new_tokens": tokens}) for tokens in (2, 3)]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with gate_to(tmp_path / write_llama(tmp_path, "served", seed=3)) as standing:
        yield standing


@pytest.mark.parametrize("way", WAYS)
def test_an_endpoint_misbehaves_and_recovers(
    way: str, gate: Gate, running: Plant, cast: Cast, record: Record
) -> None:
    version = version_of(cast, model_of(cast), "served", gate.url)
    works = [Work(version, spec) for spec in SPECS]
    reference = undisturbed(running, cast, works)
    # An endpoint takes one shard at a time: a second would wait for the first, not for the fault.
    batch = Batch(running, cast, works, size=12, at_once=1)

    def misbehave() -> None:
        gate.begin(way)
        time.sleep(TROUBLE_SECONDS)
        gate.end()

    storm = Storm(running, [misbehave], rounds=ROUNDS, pause=(1.0, 4.0))
    assert record(storm.survived(batch, f"endpoint {way}", reference)).holds
