"""A scheduler and a worker show life while they live, and no longer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.flows.conftest import Processes, Wait
from workers.health import trouble

pytestmark = pytest.mark.django_db(transaction=True)
MAX_AGE_SECONDS = 6  # a worker shows life every two seconds, a scheduler every one


@pytest.fixture
def heartbeat(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What processes that are started after this touch."""
    file = tmp_path / "alive"
    monkeypatch.setenv("ASSAY_HEARTBEAT_FILE", str(file))
    return file


WORKER = ("celery", "-A", "workers.celery", "worker", "-c", "1", "-Q", "events")


@pytest.mark.parametrize("command", [("workers.scheduler",), WORKER], ids=["scheduler", "worker"])
def test_signs_of_life(
    heartbeat: Path, processes: Processes, wait: Wait, command: tuple[str, ...]
) -> None:
    def alive() -> bool:
        return not trouble(heartbeat, now=time.time(), max_age=MAX_AGE_SECONDS)

    processes.start("it", *command)
    wait(alive, what="a sign of life")
    time.sleep(MAX_AGE_SECONDS + 1)
    assert alive(), "it lives and shows it no more"
    processes.kill("it")
    wait(lambda: not alive(), seconds=MAX_AGE_SECONDS + 5, what="its silence to be noticed")
