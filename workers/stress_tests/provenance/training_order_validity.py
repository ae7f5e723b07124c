"""How often ``provenance.training_order`` accuses wrongly, and what it finds: tiny models in order.

Claimants train side by side on the same passages, each once and each in an order of its own. A
claimant's own model and its fine-tunes depend on its order; every other claimant's model does not,
though it saw the same passages, and one of them even from the same seed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import vmap

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import clopper_pearson, clopper_pearson_upper
from compliance.domain.statistics.orders import falling_p, lean
from compliance.domain.verdicts import decision_bound
from workers.stress_tests.provenance.training_order import SEED, log10_e_of, training_order
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    Shape,
    Stack,
    Training,
    batches,
    initial,
    library_text,
    logits,
    train,
)

SHAPE = Shape(width=32, hidden=64, layers=2)
TEXT, LATER_TEXT = ("asyncio", "email", "http", "json"), ("unittest", "xml")
PREFIX = 8
"""Bytes of a passage that are given; the rest is asked for."""
RATE, TUNING_RATE = 3e-3, 1e-3
ALPHA = 0.01
SHARED_SEED = 900_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is trained: claimants, steps of 8 passages, and steps of fine-tunes."""

    claimants: int
    steps: int
    tuned: tuple[int, ...]
    reshuffled: int

    @property
    def passages(self) -> int:
        return self.steps * SHAPE.rows


FULL = Plan(claimants=40, steps=400, tuned=(10, 50, 200), reshuffled=1_000)
QUICK = Plan(claimants=4, steps=20, tuned=(5,), reshuffled=20)


def validate(quick: bool) -> dict[str, Json]:
    """False accusations among models of other orders, and power by length of fine-tune."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    passages = _passages(plan)
    orders = [np.random.default_rng(k).permutation(plan.passages) for k in range(plan.claimants)]
    models = _trained(plan, passages, orders)
    losses = _losses(models, passages)
    size = list(_size(plan, losses, orders))
    return {
        "test": "provenance.training_order",
        "version": training_order.identity.version,
        "quick": quick,
        "command": "python -m workers validate provenance.training_order",
        "design": {
            "claimants": plan.claimants,
            "passages": plan.passages,
            "steps": plan.steps,
            "alpha": ALPHA,
            "bounds": "one-sided 95% Clopper-Pearson (size), two-sided 95% (power)",
            "torch": torch.__version__,
        },
        "size_holds": all(isinstance(r["upper"], float) and r["rate"] <= ALPHA for r in size),
        "size": [*size],
        "power": [*_power(plan, models, losses, passages, orders)],
        "seconds": round(time.monotonic() - started, 1),
    }


def _passages(plan: Plan) -> Tensor:
    """Disjoint windows of the text, shape (passages, window)."""
    text = library_text(*TEXT)
    starts = np.random.default_rng(0).permutation(len(text) // SHAPE.window)[: plan.passages]
    return text[torch.tensor(starts)[:, None] * SHAPE.window + torch.arange(SHAPE.window)]


def _trained(plan: Plan, passages: Tensor, orders: Sequence[np.ndarray]) -> Stack:
    """The claimants' models; the last starts from the first one's seed."""
    recipe: dict[str, Json] = {
        "in order": plan.claimants,
        "steps": plan.steps,
        "rate": RATE,
        "text": [*TEXT],
    }

    def make() -> Stack:
        seeds = [SHARED_SEED + k for k in range(plan.claimants - 1)] + [SHARED_SEED]
        places = iter(range(0, plan.passages, SHAPE.rows))

        def draw() -> Tensor:
            start = next(places)
            return torch.stack([passages[order[start : start + SHAPE.rows]] for order in orders])

        return train(initial(seeds, SHAPE), draw, SHAPE, Training(plan.steps, RATE, decay=False))

    return kept(recipe, make)


def _losses(models: Stack, passages: Tensor) -> np.ndarray:
    """Mean nats a byte after each passage's beginning, shape (models, passages)."""
    answer = logits(SHAPE)

    def loss(parameters: Stack, tokens: Tensor) -> Tensor:
        known = answer(parameters, tokens)[:, PREFIX - 1 : -1].log_softmax(dim=-1)
        return -known.gather(2, tokens[:, PREFIX:, None])[:, :, 0].mean(dim=1)

    each = vmap(loss, in_dims=(0, None))
    with torch.no_grad():
        found = torch.cat([each(models, part) for part in passages.split(256)], dim=1)
    return found.double().numpy()


def _size(
    plan: Plan, losses: np.ndarray, orders: Sequence[np.ndarray]
) -> Iterator[dict[str, Json]]:
    """Claims against models that did not train in the claimed order."""
    number = plan.claimants
    against = [(k, (k + 1) % number, (k + 2) % number) for k in range(number)]
    yield _accused("another order of the same passages", losses, orders, against)
    seed = [(0, number - 1, 1)]
    yield _accused("another order, the same seed", losses, orders, seed)
    rng = np.random.default_rng(SEED)
    made_up = [rng.permutation(plan.passages) for _ in range(plan.reshuffled)]
    claims = [(k, k % number, (k + 1) % number) for k in range(plan.reshuffled)]
    yield _accused("an order made up afterwards", losses, made_up, claims)


def _accused(
    case: str,
    losses: np.ndarray,
    orders: Sequence[np.ndarray],
    claims: Sequence[tuple[int, int, int]],
) -> dict[str, Json]:
    """Violating verdicts among claims (order, suspect, reference)."""
    found = [_p(losses[suspect] - losses[other], orders[own]) for own, suspect, other in claims]
    wrong = sum(log10_e_of(one) >= decision_bound(ALPHA) for one in found)
    return {
        "case": case,
        "claims": len(found),
        "wrong": wrong,
        "rate": wrong / len(found),
        "upper": round(clopper_pearson_upper(wrong, len(found), 0.05), 5),
        "p_at_most_5_percent": sum(one <= 0.05 for one in found),
    }


def _power(
    plan: Plan,
    models: Stack,
    losses: np.ndarray,
    passages: Tensor,
    orders: Sequence[np.ndarray],
) -> Iterator[dict[str, Json]]:
    yield from _found("the claimant's own model", losses, losses, orders)
    done, stack = 0, models
    draw = batches(library_text(*LATER_TEXT), range(plan.claimants), SHAPE)
    for steps in plan.tuned:
        stack = train(stack, draw, SHAPE, Training(steps - done, TUNING_RATE, decay=False))
        done = steps
        yield from _found(f"fine-tuned for {steps} steps", _losses(stack, passages), losses, orders)


def _found(
    case: str, suspects: np.ndarray, losses: np.ndarray, orders: Sequence[np.ndarray]
) -> Iterator[dict[str, Json]]:
    """Each claimant against the model that descends from its own, with a reference and without."""
    number = len(orders)
    for reference in (True, False):
        told = [
            suspects[k] - (losses[(k + 1) % number] if reference else 0.0) for k in range(number)
        ]
        p_values = [_p(one, order) for one, order in zip(told, orders, strict=True)]
        hits = sum(log10_e_of(one) >= decision_bound(ALPHA) for one in p_values)
        lower, upper = clopper_pearson(hits, number)
        leans = [-lean(one, _steps(order)) for one, order in zip(told, orders, strict=True)]
        yield {
            "case": case,
            "reference": reference,
            "suspects": number,
            "found": hits,
            "lower": round(lower, 4),
            "upper": round(upper, 4),
            "median_correlation": round(float(np.median(leans)), 4),
            "median_p": float(np.median(p_values)),
        }


def _p(losses: np.ndarray, order: np.ndarray) -> float:
    return falling_p(losses, _steps(order), np.random.default_rng(SEED), reshuffles=1_999)


def _steps(order: np.ndarray) -> np.ndarray:
    """At which place each passage stood, shape (passages,)."""
    return np.argsort(order).astype(np.float64)
