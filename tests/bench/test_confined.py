"""What it costs that a model lives in a process of its own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.domain.specs import Subject
from tests.stress_tests.conftest import write_model
from workers.backends.confined.backend import Confined
from workers.backends.confined.pool import ModelProcesses
from workers.backends.kept import KeptModels
from workers.backends.transformers_local import TransformersLocal

pytestmark = pytest.mark.bench
ROUNDS = 200
REQUESTS = [(f"The capital of France is number {n}", " Paris") for n in range(16)]


def milliseconds(act: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """The least and the median of some rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1_000)
    return min(taken), statistics.median(taken)


def test_confined(tmp_path: Path) -> None:
    folders = [write_model(tmp_path / str(n), seed=n) for n in range(6)]
    large = write_model(tmp_path / "large", vocab_size=400, hidden_size=2048, num_hidden_layers=1)
    processes = ModelProcesses(budget=8 << 30)
    try:
        subjects = [Subject("t", str(folder), str(n)) for n, folder in enumerate(folders)]
        begun = time.perf_counter()
        confined = Confined(subjects[0], (), processes=processes)
        confined.numerics()
        print(f"\nthe first process, libraries included: {time.perf_counter() - begun:.1f} s")
        waiting = iter(subjects[1:])
        least, middle = milliseconds(
            lambda: Confined(next(waiting), (), processes=processes).numerics(), rounds=5
        )
        print(f"another process: least {least:.0f} ms, median {middle:.0f} ms of 5")
        own = TransformersLocal(subjects[0], (), kept=KeptModels())
        confined.loglikelihood(REQUESTS), own.loglikelihood(REQUESTS)
        here = milliseconds(lambda: own.loglikelihood(REQUESTS))
        there = milliseconds(lambda: confined.loglikelihood(REQUESTS))
        print(f"a batch of 16 in the worker: least {here[0]:.2f}, median {here[1]:.2f} ms")
        print(f"the same in its process: least {there[0]:.2f}, median {there[1]:.2f} ms")
        empty = milliseconds(lambda: confined._process.ask("environment"))
        print(f"a question and its answer alone: least {empty[0]:.2f}, median {empty[1]:.2f} ms")
        reader = Confined(Subject("l", str(large), "l"), (), processes=processes).weights()
        name = max(reader.names(), key=lambda one: reader.tensor(one).nbytes)
        size = reader.tensor(name).nbytes / 2**20
        least, middle = milliseconds(lambda: reader.tensor(name), rounds=20)
        print(f"a tensor of {size:.1f} MiB: least {least:.1f} ms, median {middle:.1f} ms")
    finally:
        processes.close()
