"""``provenance.shared_initialisation`` by what hidden units do: real models on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from tests.stress_tests.conftest import write_model
from tests.stress_tests.held import held
from workers.backends.kept import KeptModels
from workers.backends.transformers_local import TransformersLocal
from workers.scoring.matching import active_units, match_units
from workers.stress_tests.provenance import unit_families
from workers.stress_tests.provenance.derivations_validity import (
    reshuffle_residual,
    reshuffle_units,
    rotate_residual,
)
from workers.stress_tests.provenance.gated_units import NotComparableError
from workers.stress_tests.provenance.unit_families import (
    Family,
    common_rows,
    compare,
    families,
    log10_e_family,
)

Tensors = dict[str, np.ndarray]
KEPT = KeptModels()
SHAPE: dict[str, object] = {"initializer_range": 0.1, "max_position_embeddings": 256}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with untied embeddings, as its rotation needs."""
    return write_model(tmp_path_factory.mktemp("activations") / "own", **SHAPE)


def _changed(folder: Path, target: Path, change: Callable[[Tensors], Tensors]) -> Path:
    """The folder with its weights changed."""
    target.mkdir()
    for file in folder.iterdir():
        if file.suffix != ".safetensors":
            (target / file.name).write_bytes(file.read_bytes())
    changed = change(load_file(folder / "model.safetensors"))
    whole = {name: np.ascontiguousarray(one) for name, one in changed.items()}
    save_file(whole, target / "model.safetensors", metadata={"format": "pt"})
    return target


def _log10_e(subject: Path, reference: Path, *wanted: Family) -> dict[Family, float]:
    other = held("other", reference)
    backend = TransformersLocal(Subject("subject", str(subject)), [other], kept=KEPT)
    detail: dict[str, Json] = compare(backend, other.weights_digest, wanted or tuple(Family))
    return {family: log10_e_family(found) for family, found in families(detail).items()}


def test_a_rotated_copy_is_found_by_activations_alone(folder: Path, tmp_path: Path) -> None:
    copy = _changed(
        folder, tmp_path / "copy", lambda m: rotate_residual(m, np.random.default_rng(1))
    )
    found = _log10_e(copy, folder)
    assert found[Family.ACTIVATIONS] > 50
    # Value rows and hidden units are seen in other coordinates, so nothing is left of them.
    assert max(value for one, value in found.items() if one is not Family.ACTIVATIONS) < 3


def test_activations_keep_the_signs_of_relabelled_units(folder: Path, tmp_path: Path) -> None:
    """Relabelled and rotated at once: no label is left, and the signs still tell."""

    def change(model: Tensors) -> Tensors:
        rng = np.random.default_rng(2)
        return reshuffle_residual(reshuffle_units(model, rng, permute=True, flip=False), rng)

    copy = _changed(folder, tmp_path / "copy", change)
    assert _log10_e(copy, folder, Family.ACTIVATIONS)[Family.ACTIVATIONS] > 20


def test_every_sign_and_label_used_up_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    def change(model: Tensors) -> Tensors:
        rng = np.random.default_rng(3)
        return reshuffle_units(model, rng, permute=True, flip=True)

    copy = _changed(folder, tmp_path / "copy", change)
    assert _log10_e(copy, folder, Family.ACTIVATIONS)[Family.ACTIVATIONS] < 1


def test_independent_models_of_another_width_are_compared(folder: Path, tmp_path: Path) -> None:
    wide = write_model(
        tmp_path / "wide", seed=7, **SHAPE | {"hidden_size": 48, "intermediate_size": 96}
    )
    found = _log10_e(wide, folder)
    assert set(found) == {Family.ACTIVATIONS}
    assert found[Family.ACTIVATIONS] < 1


def test_a_backend_without_a_view_inside_says_so() -> None:
    class Closed:
        pass

    with pytest.raises(NotComparableError, match="cannot look into a model"):
        compare(Closed(), "aa", [Family.ACTIVATIONS])  # type: ignore[arg-type]


def test_texts_that_do_not_fit_are_not_cut(tmp_path: Path) -> None:
    short = write_model(tmp_path / "short", max_position_embeddings=16)
    with pytest.raises(NotComparableError):
        _log10_e(short, short, Family.ACTIVATIONS)


def test_tokens_are_set_side_by_side_where_both_end(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [(0, 0), (0, 3), (0, 5), (0, 9), (1, 2), (1, 4)]
    other = [(0, 5), (0, 9), (0, 9), (1, 0), (1, 4)]
    assert common_rows(own, other) == [(2, 0), (3, 1), (5, 4)]
    monkeypatch.setattr(unit_families, "POSITIONS", 2)
    assert common_rows(own, other) == [(2, 0), (3, 1)]


def test_what_all_units_share_does_not_match_them() -> None:
    rng = np.random.default_rng(0)
    gate, up = rng.standard_normal((2, 60, 8)).astype(np.float32)
    shifted = active_units(gate + 100, up - 100)
    assert match_units(active_units(gate, up), shifted).in_place == 8
    with pytest.raises(ValueError, match="are not activations of one MLP"):
        active_units(gate, up[:, :4])


def test_infinite_activations_are_refused(folder: Path, tmp_path: Path) -> None:
    def change(model: Tensors) -> Tensors:
        name = "model.layers.0.mlp.up_proj.weight"
        return {**model, name: np.full_like(model[name], 3e38)}

    broken = _changed(folder, tmp_path / "broken", change)
    backend = TransformersLocal(Subject("subject", str(broken)), [], kept=KEPT)
    with pytest.raises(NotTestableError, match="not finite"):
        backend.mlp_activations(unit_families.TEXTS)
