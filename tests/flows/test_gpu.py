"""A worker of the queue ``gpu`` executes what is large enough. Skipped where there is no GPU."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from pytest_django import Settings

from compliance.audits.models import Result, Shard, StressTest
from compliance.audits.services import battery_resolve, run_request_by
from compliance.domain.vocabulary import Access, ShardState
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait
from tests.stress_tests.conftest import write_model

pytestmark = [
    pytest.mark.skipif(torch.cuda.device_count() == 0, reason="no GPU here"),
    pytest.mark.django_db(transaction=True),
]
BATTERY = ["bias.counterfactual_pairs", "safety.refusal"]


def test_a_gpu_worker_computes_on_its_gpu(
    processes: Processes,
    wait: Wait,
    cast: Cast,
    version: Version,
    models_root: Path,
    settings: Settings,
) -> None:
    settings.GPU_FROM_BYTES = 1
    write_model(models_root / "large", max_position_embeddings=512)
    large = version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="large",
        access=Access.WEIGHTS,
        location="large",
    )
    celery = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-l", "INFO")
    on_gpu = processes.environment | {"ASSAY_DEVICE": "cuda"}
    processes.start("gpu", *celery, "-Q", "gpu", "-n", "gpu@test", environment=on_gpu)
    processes.start("scheduler", "workers.scheduler")
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    run_request_by(
        viewer=cast.viewer(cast.officer), version=large, battery=battery_resolve(battery=BATTERY)
    )
    wait(lambda: Result.objects.count() == len(BATTERY), seconds=120, what="both results")
    assert {shard.queue for shard in Shard.objects.all()} == {"gpu"}
    assert {shard.state for shard in Shard.objects.all()} == {ShardState.COMPLETED.value}
    for result in Result.objects.all():
        assert result.environment["device"] == torch.cuda.get_device_name()
