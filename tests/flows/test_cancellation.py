"""A cancelled run leaves its model alone within five seconds, in the middle of a batch too."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.audits.models import Shard, StressTest
from compliance.audits.services import battery_resolve, run_cancel, run_request_by
from compliance.domain.vocabulary import Access, ShardState
from compliance.registry.models import Version
from compliance.registry.services import version_register
from tests.cast import Cast
from tests.flows.conftest import Processes, Wait
from tests.stress_tests.conftest import write_model

pytestmark = pytest.mark.django_db(transaction=True)
CANCEL_SECONDS = 5
LONG_ANSWERS = {
    "name": "safety.refusal",
    "version": 1,
    "parameters": {"max_new_tokens": 1_000},  # a minute a batch, and no end token
}


@pytest.fixture
def slow(cast: Cast, version: Version, models_root: Path) -> Version:
    """A version whose answers take long."""
    write_model(
        models_root / "slow",
        hidden_size=512,
        intermediate_size=1_024,
        num_hidden_layers=8,
        max_position_embeddings=2_048,
        initializer_range=0.02,
        eos_token_id=None,
    )
    return version_register(
        viewer=cast.viewer(cast.engineer),
        model=version.model,
        name="slow",
        access=Access.WEIGHTS,
        location="slow",
    )


def test_a_cancelled_run_frees_its_worker_in_the_middle_of_a_batch(
    processes: Processes, wait: Wait, cast: Cast, slow: Version
) -> None:
    processes.start_all()
    wait(StressTest.objects.exists, what="a worker to announce its stress tests")
    officer = cast.viewer(cast.officer)
    long = battery_resolve(battery=[LONG_ANSWERS])
    quick = battery_resolve(battery=["provenance.weights_digest"])
    run = run_request_by(viewer=officer, version=slow, battery=long)
    wait(lambda: Shard.objects.get().items_total is not None, what="the shard to begin")
    run_cancel(viewer=officer, run=run, reason="the wrong version")
    behind = run_request_by(viewer=officer, version=slow, battery=quick)
    wait(
        lambda: Shard.objects.get(run=behind).state == ShardState.COMPLETED.value,
        seconds=CANCEL_SECONDS,
        what="the one worker to leave the cancelled run for the next",
    )
    cancelled = Shard.objects.get(run=run)
    assert (cancelled.state, cancelled.items_done) == (ShardState.CANCELLED.value, 0)
    assert "lease lost" in processes.log("cpu")
