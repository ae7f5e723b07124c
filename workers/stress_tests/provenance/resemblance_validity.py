"""How often ``provenance.resemblance`` ranks a parent first, and how alike strangers look.

Parents are trained on one text in one order, so that they are as alike as independent seeds get.
Nothing here is an error rate of a verdict: the test has none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import wilson
from workers.stress_tests.provenance import children_validity as trained
from workers.stress_tests.provenance import derivations_validity as derivations
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.evasions_validity import Tensors, everything, members
from workers.stress_tests.provenance.resemblances import aligned_weights, norm_profile, spectra
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE, part
from workers.stress_tests.provenance.zoo_validity import HeldWeights, Stack

PARENTS, STEPS = 20, 200
SETTINGS: Mapping[str, Json] = {"model_type": "llama", "num_attention_heads": SHAPE.heads}
MEASURES = ("aligned weights", "norm profile", "spectra")


def validate(quick: bool) -> dict[str, Json]:
    """Rank each child's parent among all parents, by every measure."""
    started, parents, steps = time.monotonic(), 3 if quick else PARENTS, 20 if quick else STEPS
    torch.set_num_threads(2)
    stack = zoo.seeds(zoo.arms(steps)[0], 2 * parents)
    models = members(stack)
    held = [_held(one) for one in models]
    power = [
        _case(name, children, held[:parents])
        for name, children in derived(stack, models, parents, quick=quick)
    ]
    return {
        "test": "provenance.resemblance",
        "version": 1,
        "quick": quick,
        "command": "python -m workers validate provenance.resemblance",
        "design": {"parents": parents, "steps": steps, "bounds": "95% Wilson"},
        "size_holds": False,  # nothing of it is a claim with an error rate
        "power": [*power],
        "strangers": _strangers(held, parents),
        "seconds": round(time.monotonic() - started, 1),
    }


def derived(
    stack: Stack, models: Sequence[Tensors], number: int, *, quick: bool
) -> Iterator[tuple[str, list[Tensors]]]:
    rng = np.random.default_rng(0)
    first = models[:number]
    yield (
        "merge 50/50",
        [derivations.merge(one, models[-1 - k], 0.5) for k, one in enumerate(first)],
    )
    yield (
        "merge 15/85",
        [derivations.merge(one, models[-1 - k], 0.15) for k, one in enumerate(first)],
    )
    yield "prune 80%", [derivations.prune(one, 0.8) for one in first]
    yield "4-bit blocks", [derivations.quantize_in_blocks(one) for one in first]
    units = [derivations.reshuffle_units(one, rng, permute=True, flip=True) for one in first]
    yield "hidden units relabelled", units
    yield "residual stream relabelled", [derivations.reshuffle_residual(one, rng) for one in first]
    yield "residual stream rotated", [derivations.rotate_residual(one, rng) for one in first]
    yield "every symmetry at once", [everything(one, rng) for one in first]
    parents = part(stack, slice(0, number))
    length = 10 if quick else 300
    _, tuned = next(trained.fine_tuned(parents, (length,), 1e-2))
    yield f"fine-tune {length} steps", members(tuned)
    taught = trained.students(parents, steps=10 if quick else 40)
    yield "distilled into a fresh seed", members(taught)


def _held(tensors: Tensors) -> HeldWeights:
    return HeldWeights("model", tensors, SETTINGS)


def _case(
    name: str, children: Sequence[Tensors], parents: Sequence[HeldWeights]
) -> dict[str, Json]:
    """How often the own parent comes first, by each measure."""
    ranked = np.array([[_measured(_held(one), other) for other in parents] for one in children])
    own = np.arange(len(children))
    firsts = (ranked.argmax(axis=1) == own[:, None]).sum(axis=0)
    low, high = wilson(int(firsts[0]), len(children))
    return {
        "case": name,
        "models": len(children),
        "found": int(firsts[0]),
        "lower": round(float(low), 4),
        "upper": round(float(high), 4),
        "by_norms": int(firsts[1]),
        "by_spectra": int(firsts[2]),
        "median_own": round(float(np.median(ranked[own, own, 0])), 4),
        "median_largest_other": round(float(np.median(_others(ranked[:, :, 0]).max(axis=1))), 4),
    }


def _strangers(held: Sequence[HeldWeights], parents: int) -> dict[str, Json]:
    """The measures between models that share nothing but a text, and not even that."""
    found: dict[str, Json] = {}
    for words, others in (("same text", held[:parents]), ("other text", held[parents:])):
        pairs = [
            _measured(one, other) for one in held[:parents] for other in others if one is not other
        ]
        told = np.quantile(np.array(pairs), [0.5, 0.99], axis=0)
        found[words] = {
            name: {"median": round(float(told[0, k]), 4), "p99": round(float(told[1, k]), 4)}
            for k, name in enumerate(MEASURES)
        }
    return found


def _measured(one: HeldWeights, other: HeldWeights) -> tuple[float, float, float]:
    tokens = [(n, n) for n in range(256)]
    layers, _ = aligned_weights(one, other, tokens)
    profile, spectrum = norm_profile(one, other), spectra(one, other)
    return float(np.mean(layers)), profile or 0.0, spectrum or 0.0


def _others(grid: np.ndarray) -> np.ndarray:
    number = len(grid)
    return cast(np.ndarray, grid[~np.eye(number, dtype=bool)].reshape(number, -1))
