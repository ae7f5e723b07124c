"""Where models compute. No GPU is at hand here: what is tested is the choice."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import Subject
from workers.backends.device import device_chosen
from workers.backends.loading import open_backend


def test_the_processor_is_the_default_and_the_record_says_so(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSAY_DEVICE", raising=False)
    backend = open_backend(Subject("tiny", str(tiny)))
    backend.loglikelihood([("The capital", " of")])
    assert backend.environment()["device"] == "cpu"


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "tpu"])
def test_a_device_that_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name.startswith("cuda") and torch.cuda.device_count() > 99:
        pytest.skip("this machine has a hundred GPUs")
    monkeypatch.setenv("ASSAY_DEVICE", name)
    with pytest.raises(InvalidInputError, match=name) as caught:
        device_chosen()
    assert caught.value.field == "ASSAY_DEVICE"
