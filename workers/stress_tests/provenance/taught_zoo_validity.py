"""Tiny teachers that read a text of their own each, and students of them on one common text."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from compliance.domain.canonical import Json
from workers.stress_tests.provenance.read_zoo_validity import RATE, TEXT
from workers.stress_tests.provenance.read_zoo_validity import SHAPE as READ
from workers.stress_tests.provenance.zoo_kept_validity import kept
from workers.stress_tests.provenance.zoo_validity import (
    Loss,
    Stack,
    Training,
    batches,
    initial,
    library_text,
    logits,
    next_byte,
    train,
)

OWN_TEXT = ("unittest", "concurrent", "xml", "importlib", "multiprocessing", "logging")
SHAPE = replace(READ, rows=4)
TEACHER_SEED, STUDENT_SEED, READER_SEED = 970_000, 971_000, 972_000


def teachers(number: int, steps: int) -> Stack:
    """Each read its own piece of the library."""
    recipe: dict[str, Json] = {"teachers": number, "steps": steps, "text": [*OWN_TEXT]}
    seeds = range(TEACHER_SEED, TEACHER_SEED + number)
    return kept(recipe, lambda: _on_own_text(initial(seeds, SHAPE), steps))


def students(taught_by: Stack, share: float, steps: int) -> Stack:
    """One of each teacher, from seeds of their own, on the text that all students read.

    Args:
        taught_by: what ``teachers`` gave with as many steps.
        share: of the loss that is the divergence from the teacher's next-byte distribution; the
            rest is that of the text itself.
    """
    number = len(next(iter(taught_by.values())))
    recipe: dict[str, Json] = {"students": number, "steps": steps, "share": share}
    seeds = range(STUDENT_SEED, STUDENT_SEED + number)

    def make() -> Stack:
        draw = batches(library_text(*TEXT), seeds, SHAPE)
        how = Training(steps, RATE, decay=False)
        loss = _taught(share)
        return train(initial(seeds, SHAPE), draw, SHAPE, how, loss=loss, fixed=taught_by)

    return kept(recipe, make)


def readers(number: int, steps: int) -> Stack:
    """No students: from the students' text they went on with a teacher's own text each."""
    recipe: dict[str, Json] = {"readers of own text": number, "steps": steps}

    def make() -> Stack:
        seeds = range(READER_SEED, READER_SEED + number)
        draw = batches(library_text(*TEXT), seeds, SHAPE)
        half = Training(steps // 2, RATE, decay=False)
        return _on_own_text(train(initial(seeds, SHAPE), draw, SHAPE, half), steps // 2)

    return kept(recipe, make)


def _taught(share: float) -> Loss:
    answer, plain = logits(SHAPE), next_byte(SHAPE)

    def loss(student: Stack, teacher: Stack, tokens: Tensor) -> Tensor:
        wanted = torch.log_softmax(answer(teacher, tokens).detach(), dim=-1)
        given = torch.log_softmax(answer(student, tokens), dim=-1)
        apart = (wanted.exp() * (wanted - given)).sum(dim=-1).mean()
        return share * apart + (1.0 - share) * plain(student, {}, tokens)

    return loss


def _on_own_text(stack: Stack, steps: int) -> Stack:
    """Model k reads the k-th of as many equal pieces of the library."""
    number = len(next(iter(stack.values())))
    pieces = torch.tensor_split(library_text(*OWN_TEXT), number)
    draws = [batches(piece, [k], SHAPE) for k, piece in enumerate(pieces)]
    how = Training(steps, RATE, decay=False)
    return train(stack, lambda: torch.cat([one() for one in draws]), SHAPE, how)
