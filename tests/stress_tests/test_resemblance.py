"""``provenance.resemblance``: whom it ranks first, and that it never gives a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import NotTestableError
from compliance.domain.specs import Subject
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from tests.stress_tests.held import held
from workers.backends.loading import open_backend
from workers.stress_tests.provenance.derivations_validity import (
    merge,
    reshuffle_residual,
    reshuffle_units,
)
from workers.stress_tests.provenance.resemblance import resemblance
from workers.stress_tests.provenance.resemblances import (
    cka,
    same_tokens,
    shared_tokens,
    vocabulary,
)
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Shape,
    initial,
    member,
)

SHAPE = Shape(width=16, hidden=32, layers=3)
CONFIG: dict[str, Json] = {"model_type": "llama", "num_attention_heads": SHAPE.heads}
Tensors = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def models() -> list[Tensors]:
    stack = initial(range(6), SHAPE)
    return [member(stack, k) for k in range(6)]


def _run(subject: Tensors, models: Sequence[Tensors], *, parent: int | None = None) -> Estimate:
    names = [f"model {k}" for k in range(len(models))]
    backend = HeldBackend(
        HeldWeights("subject", subject, CONFIG),
        {n: HeldWeights(n, one, CONFIG) for n, one in zip(names, models, strict=True)},
    )
    references: list[Json] = [
        {"label": n, "digest": n, "declared_parent": k == parent} for k, n in enumerate(names)
    ]
    procedure = resemblance.build({**resemblance.defaults, "references": references})
    items = procedure.items(np.random.default_rng(0))
    return procedure.conclude([procedure.score(backend, [one])[0] for one in items])


def test_a_copy_with_every_relabelling_is_ranked_first(models: list[Tensors]) -> None:
    rng = np.random.default_rng(1)
    copy = reshuffle_units(models[3], rng, permute=True, flip=True)
    found = _run(reshuffle_residual(copy, rng), models)
    assert found.parts[0].name == "model 3"
    assert found.value == pytest.approx(1.0, abs=1e-3)
    assert found.value > 5 * found.claim.limit
    assert "1. of all; undeclared" in found.parts[0].note


def test_a_merge_stands_out_less(models: list[Tensors]) -> None:
    found = _run(merge(models[2], models[5], 0.7), models[:5])
    assert found.parts[0].name == "model 2"
    assert found.claim.limit < found.value < 0.95


def test_it_is_always_a_lead(models: list[Tensors]) -> None:
    for subject in (models[0], models[5]):
        found = _run(subject, models[:5])
        assert found.lead
        assert judge(found) is Verdict.INCONCLUSIVE
        assert (found.log10_e_violating, found.log10_e_compliant) == (0.0, 0.0)


def test_a_declared_parent_is_no_suspect(models: list[Tensors]) -> None:
    found = _run(models[1], models, parent=1)
    assert found.parts[0].name == "model 1"
    assert found.value < 0.5


def test_what_cannot_be_compared_is_told(models: list[Tensors]) -> None:
    wide = member(initial([9], Shape(width=8, hidden=32, layers=3)), 0)
    found = _run(models[0], [models[0], {"x": np.zeros((2, 2))}, wide])
    assert any("model 1 could not be compared" in one for one in found.caveats)
    with pytest.raises(NotTestableError, match="could not be compared"):
        _run(models[0], [{"x": np.zeros((2, 2))}])
    with pytest.raises(NotTestableError, match="no other model is registered"):
        _run(models[0], [])


def test_cka_is_one_of_equals_and_about_nought_of_strangers() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.normal(size=(2, 60, 30))
    rotated = one @ np.linalg.qr(rng.normal(size=(30, 30)))[0]
    assert cka(one, rotated) == pytest.approx(1.0, abs=1e-4)
    assert cka(one, -rotated) == pytest.approx(1.0, abs=1e-4)
    assert abs(np.mean([cka(one, rng.normal(size=(60, 30))) for _ in range(20)])) < 0.05
    assert abs(cka(one, other)) < 0.2


def test_tokens_are_read_beside_the_weights(tiny: Path, own: Path) -> None:
    reference = held("own", own)
    backend = open_backend(Subject("tiny", str(tiny)), [reference])
    words = vocabulary(backend)
    assert len(words) > 100
    assert same_tokens(words, words) == 1.0
    assert same_tokens(words, {}) is None
    weights = backend.weights()
    few = dict(list(words.items())[:10])
    assert len(shared_tokens((weights, words), (weights, few))) == 10


def test_a_tokenizer_that_is_none_is_none(tiny: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((tiny / name).read_bytes())
    (tmp_path / "tokenizer.json").write_text("[1, 2")
    assert vocabulary(open_backend(Subject("broken", str(tmp_path)))) == {}
    (tmp_path / "tokenizer.json").write_text('{"model": {"vocab": [["a", 0.1]]}}')
    assert vocabulary(open_backend(Subject("unigram", str(tmp_path)))) == {}
