"""Derived models that take training: fine-tunes, adapters, students, and training to un-match."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from compliance.domain.canonical import Json
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.derivations_validity import reshuffle_units
from workers.stress_tests.provenance.zoo_arms_validity import PROSE, SHAPE, TEXT
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    Shape,
    Stack,
    Training,
    batches,
    initial,
    library_text,
    logits,
    member,
    next_byte,
    train,
)

STUDENT_SEED = 700_000


def fine_tuned(
    parents: Stack,
    lengths: tuple[int, ...],
    rate: float,
    *,
    kind: str = "plain",
    shape: Shape = SHAPE,
) -> Iterator[tuple[int, Stack]]:
    """(steps, children) after each of ``lengths``, in English prose at a constant rate."""
    number = len(next(iter(parents.values())))
    stack, done = parents, 0
    for steps in lengths:
        recipe: dict[str, Json] = {"tuned": kind, "number": number, "rate": rate, "steps": steps}
        before, more = stack, steps - done

        def make(before: Stack = before, more: int = more) -> Stack:
            return train(before, _prose(number, shape), shape, Training(more, rate, decay=False))

        stack, done = kept(recipe, make), steps
        yield steps, stack


def permuted(parents: Stack, *, flip: bool) -> Stack:
    """Hidden units relabelled, and with ``flip`` their signs drawn anew; the same functions."""
    rng = np.random.default_rng(0)
    models = [
        reshuffle_units(member(parents, k), rng, permute=True, flip=flip)
        for k in range(len(next(iter(parents.values()))))
    ]
    return {name: torch.stack([torch.tensor(one[name]) for one in models]) for name in models[0]}


def fresh_up(parents: Stack) -> Stack:
    """Up projections drawn anew, everything else kept."""
    number = len(next(iter(parents.values())))
    new = initial(range(STUDENT_SEED, STUDENT_SEED + number), SHAPE)
    return {name: new[name] if "up_proj" in name else one for name, one in parents.items()}


def adapted(parents: Stack, *, rank: int, steps: int, rate: float) -> Stack:
    """Low-rank adapters on every linear layer of the blocks, trained and added to the weights."""
    number = len(next(iter(parents.values())))
    adapters: Stack = {}
    generator = torch.Generator().manual_seed(1)
    for name, one in parents.items():
        if name.endswith("proj.weight"):
            _, rows, columns = one.shape
            adapters[f"{name}:a"] = torch.randn(number, rank, columns, generator=generator) * 0.02
            adapters[f"{name}:b"] = torch.zeros(number, rows, rank)

    def merged(trained: Stack, base: Stack) -> Stack:
        return {
            name: one + trained[f"{name}:b"] @ trained[f"{name}:a"]
            if f"{name}:a" in trained
            else one
            for name, one in base.items()
        }

    plain = next_byte(SHAPE)

    def loss(trained: Stack, base: Stack, tokens: Tensor) -> Tensor:
        return plain(merged(trained, base), {}, tokens)

    recipe: dict[str, Json] = {"adapted": rank, "number": number, "steps": steps, "rate": rate}
    how = Training(steps, rate, decay=False)
    found = kept(
        recipe, lambda: train(adapters, _prose(number), SHAPE, how, loss=loss, fixed=parents)
    )
    return merged(found, parents)


def students(teachers: Stack, *, steps: int) -> Stack:
    """Fresh seeds trained on the teachers' next-byte distributions alone."""
    number = len(next(iter(teachers.values())))
    answer = logits(SHAPE)

    def loss(student: Stack, teacher: Stack, tokens: Tensor) -> Tensor:
        wanted = torch.log_softmax(answer(teacher, tokens).detach(), dim=-1)
        given = torch.log_softmax(answer(student, tokens), dim=-1)
        return (wanted.exp() * (wanted - given)).sum(dim=-1).mean()

    def make() -> Stack:
        start = initial(range(STUDENT_SEED, STUDENT_SEED + number), SHAPE)
        draw = batches(library_text(*TEXT), [2000] * number, SHAPE)
        how = Training(steps, zoo.RATE)
        return train(start, draw, SHAPE, how, loss=loss, fixed=teachers)

    return kept({"students": number, "steps": steps}, make)


def unmatched(parents: Stack, *, steps: int, rate: float, weight: float) -> Stack:
    """Trained on prose while the cosine of every hidden unit with the parent's is pushed to zero.

    The penalty is ``weight`` times the mean over units of the squared cosine, for each of gate,
    up and down: what somebody would do who knows the test and not the trick of relabelling.
    """
    plain = next_byte(SHAPE)

    def loss(child: Stack, parent: Stack, tokens: Tensor) -> Tensor:
        penalty = torch.zeros(())
        for name, one in child.items():
            if name.endswith(zoo.MLP):
                axis = 0 if "down" in name else 1
                cosine = torch.nn.functional.cosine_similarity(one, parent[name], dim=axis)
                penalty = penalty + (cosine**2).mean()
        return plain(child, {}, tokens) + weight * penalty

    number = len(next(iter(parents.values())))
    recipe: dict[str, Json] = {"unmatched": number, "steps": steps, "rate": rate, "weight": weight}
    how = Training(steps, rate, decay=False)
    return kept(
        recipe, lambda: train(parents, _prose(number), SHAPE, how, loss=loss, fixed=parents)
    )


def _prose(number: int, shape: Shape = SHAPE) -> Callable[[], Tensor]:
    return batches(library_text(*PROSE), [1000] * number, shape)
