"""Tiny Llamas that read the same passages, each once and each in an order of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import vmap

from compliance.domain.canonical import Json
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE, part
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    Stack,
    Training,
    batches,
    initial,
    library_text,
    logits,
    train,
)

TEXT, LATER_TEXT = ("asyncio", "email", "http", "json"), ("unittest", "xml")
PASSAGE = SHAPE.window
PREFIX = 8
"""Bytes of a passage that are given; the rest is asked for."""
RATE, TUNING_RATE = 3e-3, 1e-3
FIRST_SEED = 900_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is trained and claimed.

    Attributes:
        claimants: models trained in order; two share each seed.
        steps: of 8 passages each.
        tuned: steps after which fine-tunes of the first ``parents`` are looked at.
        zoo: models of the plain zoo, and their steps. strangers: how many of each half of it are
            accused. anew: claims by orders drawn anew.
    """

    claimants: int
    steps: int
    tuned: tuple[int, ...]
    parents: int
    zoo: int
    strangers: int
    anew: int
    zoo_steps: int = 200

    @property
    def passages(self) -> int:
        return self.steps * SHAPE.rows


def passages_of(plan: Plan) -> Tensor:
    """Disjoint windows of the text, in its order, shape (passages, window)."""
    text = library_text(*TEXT)
    starts = np.random.default_rng(0).permutation(len(text) // PASSAGE)[: plan.passages]
    return text[torch.tensor(np.sort(starts))[:, None] * PASSAGE + torch.arange(PASSAGE)]


def claimants(plan: Plan, passages: Tensor, orders: Sequence[np.ndarray]) -> Stack:
    """The claimants' models, at a constant rate; the second half starts as the first did."""
    recipe: dict[str, Json] = {
        "in order": plan.claimants,
        "steps": plan.steps,
        "rate": RATE,
        "text": [*TEXT],
    }

    def make() -> Stack:
        half = plan.claimants // 2
        seeds = [FIRST_SEED + k for k in range(half)] * 2
        starts = iter(range(0, plan.passages, SHAPE.rows))

        def draw() -> Tensor:
            start = next(starts)
            return torch.stack([passages[order[start : start + SHAPE.rows]] for order in orders])

        return train(initial(seeds, SHAPE), draw, SHAPE, Training(plan.steps, RATE, decay=False))

    return kept(recipe, make)


def strangers_of(plan: Plan) -> Stack:
    """Models of independent seeds: half read the same text, half other text, in random windows."""
    stack, half = zoo.seeds(zoo.arms(plan.zoo_steps)[0], plan.zoo), plan.zoo // 2
    chosen = (slice(0, plan.strangers), slice(half, half + plan.strangers))
    return zoo.joined([zoo.part(stack, some) for some in chosen])


def tuned(plan: Plan, models: Stack) -> Iterator[tuple[int, Stack]]:
    """(steps, children) of the first parents, on other text."""
    done, stack = 0, part(models, slice(0, plan.parents))
    draw = batches(library_text(*LATER_TEXT), range(plan.parents), SHAPE)
    for steps in plan.tuned:
        stack = train(stack, draw, SHAPE, Training(steps - done, TUNING_RATE, decay=False))
        done = steps
        yield steps, stack


def losses_of(models: Stack, passages: Tensor) -> np.ndarray:
    """Mean nats a byte after each passage's beginning, shape (models, passages)."""
    answer = logits(SHAPE)

    def loss(parameters: Stack, tokens: Tensor) -> Tensor:
        known = answer(parameters, tokens)[:, PREFIX - 1 : -1].log_softmax(dim=-1)
        return -known.gather(2, tokens[:, PREFIX:, None])[:, :, 0].mean(dim=1)

    each = vmap(loss, in_dims=(0, None))
    number = len(next(iter(models.values())))
    found = []
    with torch.no_grad():
        for first in range(0, number, 20):  # so that all their logits fit into memory
            some = part(models, slice(first, first + 20))
            found.append(torch.cat([each(some, rows) for rows in torch.split(passages, 64)], dim=1))
    return torch.cat(found).double().numpy()
