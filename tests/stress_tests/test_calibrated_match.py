"""``provenance.calibrated_match``: what it finds where every symmetry was used, and its ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from compliance.domain.canonical import Json
from compliance.domain.errors import InvalidInputError, NotTestableError
from compliance.domain.verdicts import Estimate, judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Score
from workers.model_contents import Activations
from workers.scoring.assignment import alike
from workers.stress_tests.provenance.calibrated_match import LAUNDERING, calibrated_match
from workers.stress_tests.provenance.derivations_validity import (
    reshuffle_residual,
    reshuffle_units,
    reshuffle_values,
)
from workers.stress_tests.provenance.zoo_units_validity import activations
from workers.stress_tests.provenance.zoo_validity import (
    HeldBackend,
    HeldWeights,
    Shape,
    initial,
    member,
)

SHAPE = Shape(width=16, hidden=32, layers=2)
CONFIG: dict[str, Json] = {"num_attention_heads": SHAPE.heads}
CONTROLS = 19
Tensors = dict[str, np.ndarray]


class Transparent(HeldBackend):
    """Weights in memory that can be looked into while they read bytes of the standard library."""

    def mlp_activations(self, texts: Sequence[str], digest: str | None = None) -> Activations:
        held = self.weights(digest)
        tensors = {name: held.tensor(name) for name in held.names()}
        layers = activations(tensors, SHAPE)
        ends = tuple((0, position + 1) for position in range(len(layers[0][0])))
        return Activations(ends, tuple(layers))


@pytest.fixture(scope="module")
def models() -> list[Tensors]:
    stack = initial(range(CONTROLS + 2), SHAPE)
    return [member(stack, k) for k in range(CONTROLS + 2)]


def _run(
    subject: Tensors, models: Sequence[Tensors], **parameters: Json
) -> tuple[Estimate, list[Score]]:
    """The first model is accused, the others are controls."""
    names = ["accused", *(f"control {k}" for k in range(1, len(models)))]
    backend = Transparent(
        HeldWeights("subject", subject, CONFIG),
        {name: HeldWeights(name, one, CONFIG) for name, one in zip(names, models, strict=True)},
    )
    references: list[Json] = [
        {"label": name, "digest": name, "declared_parent": False} for name in names
    ]
    given: Mapping[str, Json] = {"references": references, "accused": "accused"} | parameters
    procedure = calibrated_match.build(given)
    scores = procedure.score(backend, procedure.items(np.random.default_rng(0)))
    return procedure.conclude(scores), scores


def _laundered(model: Tensors) -> Tensors:
    rng = np.random.default_rng(5)
    hidden = reshuffle_units(model, rng, permute=True, flip=True)
    return reshuffle_residual(reshuffle_values(hidden, rng, heads=SHAPE.heads), rng)


def test_a_copy_behind_every_symmetry_is_a_lead_of_laundering(models: list[Tensors]) -> None:
    estimate, scores = _run(_laundered(models[0]), models[:-1])
    assert judge(estimate) is Verdict.INCONCLUSIVE
    assert estimate.lead
    assert scores[0].value == 1.0
    assert scores[0].detail["exact_log10_e"] < 3
    assert estimate.value > 5 * estimate.claim.limit
    assert any(one.startswith(LAUNDERING) for one in estimate.caveats)
    assert "Rank p-value among 19 controls: 0.050." in estimate.caveats
    assert 0.5 < estimate.log10_e_violating < 1.31  # n + 1 = 20 is the most that ranks can say


def test_a_plain_copy_is_no_laundering(models: list[Tensors]) -> None:
    estimate, _ = _run(models[0], models[:-1])
    assert not any(one.startswith(LAUNDERING) for one in estimate.caveats)
    assert estimate.lead


def test_an_independent_model_is_one_among_its_controls(models: list[Tensors]) -> None:
    estimate, scores = _run(models[-1], models[:-1])
    assert estimate.n == len(scores) == CONTROLS + 1
    assert estimate.value < 0.3
    assert abs(estimate.log10_e_violating) < 0.6
    assert [part.note for part in estimate.parts] == ["suspect", *["control"] * CONTROLS]


def test_gates_and_ups_of_unrelated_units_are_seldom_alike() -> None:
    rng = np.random.default_rng(0)
    first, second = (tuple(rng.standard_normal((2, 100, 30)).astype(np.float32)) for _ in range(2))
    assert alike(first, second) < 6  # type: ignore[arg-type]
    wide = tuple(np.hstack([one, one[:, :5] * 1.5]) for one in first)
    assert alike(first, wide) >= 25  # type: ignore[arg-type]


def test_without_somebody_accused_or_enough_controls_it_says_so(models: list[Tensors]) -> None:
    with pytest.raises(NotTestableError, match="nobody is accused"):
        _run(models[0], models[:-1], accused="")
    with pytest.raises(NotTestableError, match="18 controls are too few"):
        _run(models[0], models[:CONTROLS])
    with pytest.raises(InvalidInputError):
        _run(models[0], models, alpha=0.0)
