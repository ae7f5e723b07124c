"""Sketches of real files: only the rows they need are read, and what they find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from compliance.domain.specs import Subject
from compliance.domain.statistics.sketches import screen
from tests.stress_tests.conftest import write_model
from workers.backends.files import model_files
from workers.backends.weights import open_weights
from workers.sketching import subject_sketch
from workers.stress_tests.provenance.sketches import sketch


def test_rows_are_the_first_of_the_tensor(tiny: Path) -> None:
    reader = open_weights(model_files(str(tiny)), label="tiny")
    name = "model.layers.1.mlp.up_proj.weight"
    assert np.array_equal(reader.rows(name, 5), reader.tensor(name)[:5])
    assert len(reader.rows(name, 1000)) == 64


def test_a_fine_tune_is_found_by_its_sketch_and_another_seed_is_not(
    tiny: Path, tmp_path: Path
) -> None:
    own = sketch(open_weights(model_files(str(tiny)), label="tiny"))
    assert own.key == (1, 32, 2, 64)
    tuned = tmp_path / "tuned"
    tuned.mkdir()
    rng = np.random.default_rng(0)
    moved = {
        name: one + 0.5 * one.std() * rng.standard_normal(one.shape).astype(np.float32)
        for name, one in load_file(tiny / "model.safetensors").items()
    }
    save_file(moved, tuned / "model.safetensors")
    (tuned / "config.json").write_bytes((tiny / "config.json").read_bytes())
    other = write_model(tmp_path / "other", seed=9)
    found = [
        sketch(open_weights(model_files(str(folder)), label="other")).words
        for folder in (tuned, other)
    ]
    log10_e = screen(own.words, np.stack(found))
    assert log10_e[0] > 20
    assert log10_e[1] < 1


@pytest.mark.parametrize("damage", ["missing", "pickle", "no gates"])
def test_what_cannot_be_sketched_says_why(own: Path, damage: str) -> None:
    if damage == "missing":
        (own / "model.safetensors").unlink()
    elif damage == "pickle":
        (own / "model.bin").write_bytes(b"\x80\x04.")
    else:
        kept = {k: v for k, v in load_file(own / "model.safetensors").items() if "mlp" not in k}
        save_file(kept, own / "model.safetensors")
    found, reason = subject_sketch(Subject("own", str(own)))
    assert found is None
    assert {"missing": "holds no", "pickle": "pickle", "no gates": "no gated MLP"}[damage] in reason
