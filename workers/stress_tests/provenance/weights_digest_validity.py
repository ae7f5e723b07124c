"""How often ``provenance.weights_digest`` is wrong: single-bit flips in real files on disk."""

from __future__ import annotations

import hashlib
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.standing import Claims, Family, Null
from compliance.domain.statistics.binomial import clopper_pearson, wilson
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Need, Verdict
from workers.model_contents import WeightsReader
from workers.stress_tests.provenance.weights_digest import weights_digest
from workers.stress_tests.provenance.zoo_families_validity import stands

LARGEST_FILE = 65_536
ALPHA = 0.001


class FolderDigests:
    """Reader and backend in one: the files of a folder, by name, hashed as they lie there."""

    offers = frozenset((Need.WEIGHTS,))
    tokens = 0

    def __init__(self, folder: Path) -> None:
        self.label, self._folder = folder.name, folder

    def file_digests(self) -> Mapping[str, str]:
        return {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self._folder.iterdir())
        }

    def weights(self, digest: str | None = None) -> WeightsReader:
        del digest
        return self

    def config(self) -> Mapping[str, Json]:
        return {}

    def environment(self) -> Mapping[str, Json]:
        return {"python": platform.python_version()}

    def names(self) -> Sequence[str]:
        return []

    def rows(self, name: str, count: int) -> np.ndarray:
        raise NotTestableError(f"{self.label} holds no tensors ({name}, {count})")

    def tensor(self, name: str) -> np.ndarray:
        raise NotTestableError(f"{name} is not read here, only hashed")

    def loglikelihood(self, requests: Sequence[tuple[str, str]]) -> list[float]:
        raise NotTestableError("files answer no requests")

    def generate(self, prompts: Sequence[str], *, max_new_tokens: int) -> list[str]:
        raise NotTestableError("files answer no requests")


def validate(quick: bool) -> dict[str, Json]:
    """Register random files, alter each in turn, and count the verdicts."""
    number, started = (20 if quick else 3000), time.monotonic()
    counts = _count_violating(number, np.random.default_rng(0))
    return {
        "test": "provenance.weights_digest",
        "version": 1,
        "quick": quick,
        "command": "python -m workers validate provenance.weights_digest",
        "design": {
            "files": number,
            "bytes": f"1 to {LARGEST_FILE}, uniform, random content",
            "seed": 0,
            "interval": "95% Clopper-Pearson (false alarms), 95% Wilson (power)",
        },
        "environment": {"python": platform.python_version(), "numpy": np.__version__},
        "seconds": round(time.monotonic() - started, 1),
        **stands(Null.EXACT, ALPHA, [_unchanged(counts["unchanged"], number)]),
        "false_alarms": [_share("unchanged", counts.pop("unchanged"), number, clopper_pearson)],
        "power": [_share(effect, count, number, wilson) for effect, count in counts.items()],
    }


def _count_violating(number: int, rng: np.random.Generator) -> Counter[str]:
    """How many of ``number`` registered files are called violating after each change."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        backend = FolderDigests(Path(folder))
        file = Path(folder) / "model.safetensors"
        added = Path(folder) / "model-00002.safetensors"
        for _ in range(number):
            content = rng.bytes(int(rng.integers(1, LARGEST_FILE + 1)))
            file.write_bytes(content)
            registered = backend.file_digests()
            counts["unchanged"] += _violating(backend, registered)
            file.write_bytes(_flip_one_bit(content, rng))
            counts["one bit flipped"] += _violating(backend, registered)
            file.unlink()
            counts["file removed"] += _violating(backend, registered)
            file.write_bytes(content)
            added.write_bytes(b"\0")
            counts["weight file added"] += _violating(backend, registered)
            added.unlink()
    return counts


def _unchanged(violating: int, number: int) -> Family:
    return Family("unchanged files", Claims.DRAWN, number, {ALPHA: violating})


def _violating(backend: FolderDigests, registered: Mapping[str, str]) -> bool:
    procedure = weights_digest.build({"registered": dict(registered)})
    items = procedure.items(np.random.default_rng(0))
    estimate = procedure.conclude(procedure.score(backend, items))
    return judge(estimate) is Verdict.VIOLATING


def _flip_one_bit(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    changed[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _share(
    effect: str, violating: int, number: int, interval: Callable[[int, int], tuple[float, float]]
) -> dict[str, Json]:
    lower, upper = interval(violating, number)
    return {
        "effect": effect,
        "alpha": ALPHA,
        "files": number,
        "violating": violating,
        "lower": round(lower, 5),
        "upper": round(upper, 5),
    }
