"""What a GPU answers, beside what the processor answers. Skipped where there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from compliance.domain.specs import Subject
from tests.stress_tests.conftest import write_model
from workers.backends.device import device_chosen, device_name
from workers.backends.kept import KeptModels
from workers.backends.memory import bytes_free
from workers.backends.transformers_local import TransformersLocal

pytestmark = pytest.mark.skipif(torch.cuda.device_count() == 0, reason="no GPU here")
NATS = 1e-3
"""How far two float32 implementations may lie apart, as with lm-evaluation-harness."""
REQUESTS = [
    (f"The capital of country {n} and people who are", f" old and kind {n}") for n in range(64)
]
PROMPTS = [f"How do I open window {n}?" for n in range(16)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Llama large enough that the order of additions differs between the two."""
    return write_model(
        tmp_path / "wide",
        hidden_size=512,
        intermediate_size=1_024,
        num_hidden_layers=6,
        num_attention_heads=8,
        initializer_range=0.05,
    )


def backend_on(device: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> TransformersLocal:
    monkeypatch.setenv("ASSAY_DEVICE", device)
    return TransformersLocal(Subject(folder.name, str(folder)), (), kept=KeptModels())


def test_loglikelihoods_are_those_of_the_processor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = backend_on("cuda", folder, monkeypatch)
    found = there.loglikelihood(REQUESTS)
    assert there.environment()["device"] == device_name(device_chosen())
    expected = backend_on("cpu", folder, monkeypatch).loglikelihood(REQUESTS)
    farthest = float(np.max(np.abs(np.subtract(found, expected))))
    print(f"{len(REQUESTS)} log-likelihoods, farthest apart {farthest:.2e} nats")
    assert farthest <= NATS


def test_greedy_answers_are_those_of_the_processor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = backend_on("cuda", folder, monkeypatch).generate(PROMPTS, max_new_tokens=16)
    assert there == backend_on("cpu", folder, monkeypatch).generate(PROMPTS, max_new_tokens=16)


def test_activations_are_those_of_the_processor(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = backend_on("cuda", folder, monkeypatch).mlp_activations(PROMPTS)
    here = backend_on("cpu", folder, monkeypatch).mlp_activations(PROMPTS)
    assert there.ends == here.ends
    for one, other in zip(there.layers, here.layers, strict=True):
        np.testing.assert_allclose(one, other, atol=NATS)


def test_what_fits_is_judged_by_the_gpus_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_DEVICE", "cuda")
    free = bytes_free()
    assert free is not None
    assert free <= torch.cuda.mem_get_info()[0]


def answer_in_child(folder: Path) -> list[float]:
    subject = Subject(folder.name, str(folder))
    return TransformersLocal(subject, (), kept=KeptModels()).loglikelihood(REQUESTS[:2])


def test_a_process_forked_after_the_imports_computes_there(folder: Path) -> None:
    """Workers import before they fork; a parent that had touched CUDA would leave no child it.

    Asked of a process of its own, as this one has touched CUDA in the tests above.
    """
    script = (
        "import os, sys, pathlib, workers.backends.pretrained, multiprocessing as m\n"
        "os.environ['ASSAY_DEVICE'] = 'cuda'\n"
        "from tests.stress_tests.test_backends_gpu import answer_in_child\n"
        "with m.get_context('fork').Pool(1) as pool:\n"
        "    print(pool.apply(answer_in_child, (pathlib.Path(sys.argv[1]),)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
