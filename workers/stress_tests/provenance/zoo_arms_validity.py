"""The zoo of the provenance studies: independent seeds, and ways to train that break assumptions.

Every stack is made from a recipe, so that studies share what was trained once.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import cast

import torch

from compliance.domain.canonical import Json
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    Shape,
    Stack,
    Training,
    batches,
    initial,
    library_text,
    train,
)

SHAPE = Shape(width=32, hidden=96, layers=3)
MIXTURE = replace(SHAPE, hidden=32, experts=4, rows=2)
TEXT = ("asyncio", "email", "http", "json", "logging")
OTHER_TEXT = ("unittest", "concurrent", "xml", "importlib", "multiprocessing")
PROSE = ("pydoc_data",)
RATE = 3e-3
MLP = ("gate_proj.weight", "up_proj.weight", "down_proj.weight")


@dataclass(frozen=True, slots=True)
class Arm:
    """Models of one kind from independent seeds, a hundred thousand apart from other arms'."""

    name: str
    shape: Shape
    how: Training
    first_seed: int


def arms(steps: int) -> tuple[Arm, ...]:
    """The plain arm first; the assumptions of the tests hold in the first ``ASSUMPTIONS_HOLD``."""
    plain = Training(steps, RATE)
    grouped = replace(SHAPE, heads=4, key_value_heads=2, tied=True)
    return (
        Arm("AdamW", SHAPE, plain, 0),
        Arm("SGD with momentum", SHAPE, Training(steps, 0.3, optimizer="sgd"), 100_000),
        Arm("attention dropout 0.1", replace(SHAPE, dropout=0.1), plain, 200_000),
        Arm("grouped-query attention, tied embeddings", grouped, plain, 300_000),
        Arm("mixture of 4 experts", MIXTURE, plain, 800_000),
        Arm("Muon", SHAPE, Training(steps, RATE, optimizer="muon"), 500_000),
        Arm("index-wise learning rates", SHAPE, replace(plain, after=index_wise), 400_000),
        Arm("one mask of half the MLP weights", SHAPE, replace(plain, after=masked), 600_000),
    )


ASSUMPTIONS_HOLD = 6


def seeds(arm: Arm, number: int) -> Stack:
    """``number`` models: the first half on one text in one order, the rest on other text each in
    an order of its own.
    """
    half = number // 2
    recipe: dict[str, Json] = {"arm": arm.name, "number": number, "steps": arm.how.steps}

    def make() -> Stack:
        start = initial(range(arm.first_seed, arm.first_seed + number), arm.shape)
        same = batches(library_text(*TEXT), [0] * half, arm.shape)
        own = batches(library_text(*OTHER_TEXT), range(1, number - half + 1), arm.shape)
        parts = [(slice(0, half), same), (slice(half, number), own)]
        trained = [train(part(start, members), draw, arm.shape, arm.how) for members, draw in parts]
        return joined(trained)

    return kept(recipe | _shape(arm.shape), make)


def again(name: str, number: int, steps: int, *, common: int = 0) -> Stack:
    """The plain arm's first seeds trained again apart, on ``name``: other order or other text.

    Args:
        common: steps that both trainings share before they part, in the first order and text.
    """
    texts = {"other order": TEXT, "other text": OTHER_TEXT}
    recipe: dict[str, Json] = {"again": name, "number": number, "steps": steps, "common": common}

    def make() -> Stack:
        start = initial(range(number), SHAPE)
        if common:
            # The constant rate's first steps are those of the cosine's within a few per cent.
            same = batches(library_text(*TEXT), [0] * number, SHAPE)
            start = train(start, same, SHAPE, Training(common, RATE, decay=False))
        draw = batches(library_text(*texts[name]), range(5000, 5000 + number), SHAPE)
        return train(start, draw, SHAPE, Training(steps - common, RATE))

    return kept(recipe | _shape(SHAPE), make)


def part(stack: Stack, members: slice) -> Stack:
    """Some of a stack's models."""
    return {name: tensor[members] for name, tensor in stack.items()}


def joined(stacks: list[Stack]) -> Stack:
    """Stacks of one shape as one."""
    return {name: torch.cat([one[name] for one in stacks]) for name in stacks[0]}


def index_wise(before: Stack, after: Stack) -> Stack:
    """Hidden unit i learns at a rate from 0.1 (the first) to 1.9 (the last) of the others'."""
    found: Stack = {}
    for name, tensor in after.items():
        if not name.endswith(MLP):
            continue
        down = name.endswith(MLP[2])
        scale = torch.linspace(0.1, 1.9, tensor.shape[-1 if down else -2])
        scale = scale if down else scale[:, None]
        found[name] = before[name] + scale * (tensor - before[name])
    return found


def masked(before: Stack, after: Stack) -> Stack:
    """Half of every MLP's weights are zero, at the same places in every model."""
    del before
    generator = torch.Generator().manual_seed(0)
    return {
        name: tensor * (torch.rand(tensor.shape[1:], generator=generator) < 0.5)
        for name, tensor in sorted(after.items())
        if name.endswith(MLP)
    }


def _shape(shape: Shape) -> dict[str, Json]:
    told = asdict(shape)
    if not shape.experts:  # as it was before there were mixtures: what was trained stays kept
        del told["experts"]
    return {"shape": cast(Json, told)}
