"""The evasion table: what is done to parents, each with its children, in the order of the docs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from workers.stress_tests.provenance import children_validity as trained
from workers.stress_tests.provenance import derivations_validity as derivations
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.zoo_arms_validity import MIXTURE, SHAPE, part
from workers.stress_tests.provenance.zoo_validity import Stack, member

Tensors = dict[str, np.ndarray]
Cell = tuple[str, list[Tensors]]
MERGES = (0.5, 0.3, 0.2, 0.15, 0.1, 0.05)
KEPT = {"first": (1, 2), "middle": (0, 2), "last": (0, 1)}
"""Layers that are left of the three, by the name of the one that is dropped."""
GRAFTS = (("at its place into", 1, 1), ("at another place into", 0, 2))
"""What is grafted where: (words, layer of the parent, place in the host)."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is trained: parents of cells that take long, and steps.

    Attributes:
        tuned: (constant learning rate, parents, numbers of steps) of plain fine-tunes.
        few: parents of every other cell that takes training.
        steps: of adapters, students and un-matching; half of it for a fresh factor, 1.5 times for
            what was permuted, cut or grafted.
    """

    tuned: tuple[tuple[float, int, tuple[int, ...]], ...]
    few: int
    steps: int


def merges(models: Sequence[Tensors], parents: int) -> Iterator[Cell]:
    """Parents mixed with unrelated seeds from the zoo's other end."""
    for share in MERGES:
        children = [derivations.merge(models[k], models[-1 - k], share) for k in range(parents)]
        yield f"merge {100 * share:.0f}/{100 - 100 * share:.0f} with an unrelated seed", children


def at_no_cost(models: Sequence[Tensors], parents: int) -> Iterator[Cell]:
    """What takes no training."""
    rng = np.random.default_rng(0)
    changes: dict[str, Callable[[int], Tensors]] = {
        "none (the parent itself)": lambda k: models[k],
        "bfloat16": lambda k: derivations.to_bfloat16(models[k]),
        "4-bit blocks": lambda k: derivations.quantize_in_blocks(models[k]),
        "2-bit blocks": lambda k: derivations.quantize_in_blocks(models[k], levels=1),
        "prune 50%": lambda k: derivations.prune(models[k], 0.5),
        "prune 80%": lambda k: derivations.prune(models[k], 0.8),
        "hidden units permuted": lambda k: _units(models[k], rng, permute=True, flip=False),
        "hidden units' signs flipped": lambda k: _units(models[k], rng, permute=False, flip=True),
        "hidden units permuted and signs flipped": lambda k: _units(
            models[k], rng, permute=True, flip=True
        ),
        "hidden units rescaled by 1/8 to 8": lambda k: derivations.rescale_units(models[k], rng),
        "residual stream permuted and signs flipped": lambda k: derivations.reshuffle_residual(
            models[k], rng
        ),
        "residual stream rotated": lambda k: derivations.rotate_residual(models[k], rng),
        "every symmetry at once": lambda k: everything(models[k], rng),
    }
    for effect, change in changes.items():
        yield effect, [change(k) for k in range(parents)]


def in_layers(stack: Stack, effort: Effort, parents: int) -> Iterator[Cell]:
    """Layers left out, and single layers put into unrelated seeds, without and with training."""
    models = members(stack)
    for name, kept in KEPT.items():
        yield (
            f"{name} layer dropped",
            [derivations.layers_kept(models[k], kept) for k in range(parents)],
        )
    for name, layer, place in GRAFTS:
        children = [
            derivations.grafted(models[-1 - k], models[k], layer=layer, place=place)
            for k in range(parents)
        ]
        yield f"one layer grafted {name} an unrelated seed", children
    few, steps = effort.few, 3 * effort.steps // 2
    cut = stacked([derivations.layers_kept(models[k], KEPT["middle"]) for k in range(few)])
    shape = replace(SHAPE, layers=len(KEPT["middle"]))
    for _, tuned in trained.fine_tuned(cut, (steps,), 1e-3, kind="cut", shape=shape):
        yield f"middle layer dropped, then {steps} steps at 0.001", members(tuned)
    name, layer, place = GRAFTS[-1]
    graft = stacked(
        [
            derivations.grafted(models[-1 - k], models[k], layer=layer, place=place)
            for k in range(few)
        ]
    )
    for _, tuned in trained.fine_tuned(graft, (steps,), 1e-3, kind="grafted"):
        yield f"one layer grafted {name} an unrelated seed, then {steps} steps", members(tuned)


def in_experts(models: Sequence[Tensors], effort: Effort) -> Iterator[Cell]:
    """Each parent's MLPs copied into four experts a layer, and trained."""
    steps = effort.steps // 2
    copies = stacked([derivations.upcycled(one, 4) for one in models[: effort.few]])
    shape = replace(SHAPE, experts=4, rows=MIXTURE.rows)
    for _, tuned in trained.fine_tuned(copies, (steps,), 1e-3, kind="upcycled", shape=shape):
        yield f"MLPs copied into 4 experts, then {steps} steps at 0.001", members(tuned)


def trained_for(stack: Stack, effort: Effort) -> Iterator[Cell]:
    """What takes training, from a stack of the parents."""
    for rate, number, lengths in effort.tuned:
        for steps, children in trained.fine_tuned(part(stack, slice(0, number)), lengths, rate):
            yield f"fine-tune {steps} steps at {rate:g}", members(children)
    few, steps = part(stack, slice(0, effort.few)), effort.steps
    yield (
        f"low-rank adapters, rank 4, {steps} steps at 0.01",
        members(trained.adapted(few, rank=4, steps=steps, rate=1e-2)),
    )
    longer = 3 * steps // 2
    for kind, flip in (("permuted", False), ("permuted and flipped", True)):
        start = trained.permuted(few, flip=flip)
        for _, children in trained.fine_tuned(start, (longer,), 1e-3, kind=kind):
            yield f"hidden units {kind}, then {longer} steps at 0.001", members(children)
    start = trained.fresh_up(few)
    for _, children in trained.fine_tuned(start, (steps // 2,), 1e-3, kind="fresh up"):
        yield f"up projections drawn anew, then {steps // 2} steps at 0.001", members(children)
    yield (
        f"trained {steps} steps to un-match hidden units",
        members(trained.unmatched(few, steps=steps, rate=1e-3, weight=1.0)),
    )
    yield (
        f"distilled into a fresh seed, {steps} steps",
        members(trained.students(few, steps=steps)),
    )


def shared_starts(number: int, steps: int) -> Iterator[Cell]:
    """No copies, but what the shared-seed caveat speaks of."""
    for name in ("other text",):
        yield f"shared seed, {name}", members(zoo.again(name, number, steps))
    common = steps // 4
    yield (
        f"shared checkpoint after {common} steps, then other text",
        members(zoo.again("other text", number, steps, common=common)),
    )


def members(stack: Stack) -> list[Tensors]:
    """The models of a stack."""
    return [member(stack, k) for k in range(len(next(iter(stack.values()))))]


def stacked(models: Sequence[Tensors]) -> Stack:
    """Models as a stack."""
    return {name: torch.stack([torch.tensor(one[name]) for one in models]) for name in models[0]}


def _units(model: Tensors, rng: np.random.Generator, *, permute: bool, flip: bool) -> Tensors:
    return derivations.reshuffle_units(model, rng, permute=permute, flip=flip)


def everything(model: Tensors, rng: np.random.Generator) -> Tensors:
    """The same function behind every symmetry at once."""
    hidden = _units(model, rng, permute=True, flip=True)
    values = derivations.reshuffle_values(hidden, rng, heads=SHAPE.heads)
    return derivations.reshuffle_residual(values, rng)
