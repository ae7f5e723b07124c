"""How often ``provenance.shared_initialisation`` is wrong, measured on models trained here.

Null pairs are models from independent seeds; the first half of the zoo sees one text in one
order, the second half other text, each in an order of its own.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import transformers

from compliance.domain.canonical import Json
from workers.scoring.matching import HiddenUnits
from workers.stress_tests.provenance import derivations_validity as derivations
from workers.stress_tests.provenance.error_rates_validity import (
    compare,
    null_arm,
    power_cell,
    size_holds,
)
from workers.stress_tests.provenance.gated_units import gated_layers, read_units
from workers.stress_tests.provenance.zoo_validity import (
    HeldWeights,
    Shape,
    Stack,
    Training,
    batches,
    initial,
    library_text,
    losses,
    member,
    train,
)

Tensors = dict[str, np.ndarray]
SHAPE = Shape(width=32, hidden=96, layers=3)
TEXT = ("asyncio", "email", "http", "json", "logging")
OTHER_TEXT = ("unittest", "concurrent", "xml", "importlib", "multiprocessing")
PROSE = ("pydoc_data",)


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one measurement."""

    seeds: int
    parents: int
    steps: int
    fine_tunes: tuple[tuple[float, tuple[int, ...]], ...]
    """(constant learning rate, numbers of steps) of the children."""
    threads: int
    """Of torch. One where the machine may be busy: threads that wait for each other stall."""


FULL = Plan(240, 20, 200, ((1e-3, (100, 300, 1000)), (1e-2, (300, 1000))), threads=2)
QUICK = Plan(24, 4, 80, ((1e-3, (40,)),), threads=1)


def validate(quick: bool) -> dict[str, Json]:
    """Train the zoo, compare, and report; ``quick`` is a smoke test of a few seconds."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(plan.threads)
    zoo = _zoo(plan)
    models = [member(zoo, k) for k in range(plan.seeds)]
    units = [_units(model) for model in models]
    quantized = [_units(derivations.quantize_in_blocks(model)) for model in models]
    children = _children(plan, zoo, models)
    parents = range(plan.parents)
    false_alarms = [
        null_arm("independent seeds", units),
        null_arm("independent seeds, 4-bit blocks on both", quantized),
    ]
    power = [
        power_cell(effect, [compare(_units(of[k]), units[k]) for k in parents], loss)
        for effect, of, loss in children
    ]
    broken = [
        power_cell(effect, [compare(_units(of[k]), units[k]) for k in parents], loss)
        for effect, of, loss in _shared_seed(plan)
    ]
    return {
        "test": "provenance.shared_initialisation",
        "version": 1,
        "quick": quick,
        "command": "python -m workers validate provenance.shared_initialisation",
        "design": _design(plan),
        "environment": _environment(),
        "seconds": round(time.monotonic() - started, 1),
        "size_holds": all(size_holds(arm) for arm in false_alarms),
        "false_alarms": [*false_alarms],
        "power": [*power],
        "broken_assumptions": [*broken],
    }


def _zoo(plan: Plan) -> Stack:
    """Models 0..n/2 on one text in one order; the rest on other text, each in its own order."""
    half = plan.seeds // 2
    start = initial(range(plan.seeds), SHAPE)
    first = {name: tensor[:half] for name, tensor in start.items()}
    second = {name: tensor[half:] for name, tensor in start.items()}
    same = batches(library_text(*TEXT), [0] * half, SHAPE)
    own = batches(library_text(*OTHER_TEXT), range(1, plan.seeds - half + 1), SHAPE)
    trained = [
        train(part, draw, SHAPE, Training(plan.steps, 3e-3))
        for part, draw in ((first, same), (second, own))
    ]
    return {name: torch.cat([one[name] for one in trained]) for name in start}


def _children(
    plan: Plan, zoo: Stack, models: Sequence[Tensors]
) -> list[tuple[str, list[Tensors], float]]:
    """(effect, one child per parent, median loss in nats per byte on the parents' text)."""
    n, rng = plan.parents, np.random.default_rng(0)
    found: list[tuple[str, list[Tensors], float]] = []
    for rate, lengths in plan.fine_tunes:
        stack, done = {name: tensor[:n] for name, tensor in zoo.items()}, 0
        draw = batches(library_text(*PROSE), [1000] * n, SHAPE)
        for steps in lengths:
            stack = train(stack, draw, SHAPE, Training(steps - done, rate, decay=False))
            done = steps
            children = [member(stack, k) for k in range(n)]
            found.append((f"fine-tune {steps} steps at {rate:g}", children, _median_loss(children)))
    changes: dict[str, Callable[[int], Tensors]] = {
        "none (the parent itself)": lambda k: models[k],
        "bfloat16": lambda k: derivations.to_bfloat16(models[k]),
        "4-bit blocks": lambda k: derivations.quantize_in_blocks(models[k]),
        "prune 50%": lambda k: derivations.prune(models[k], 0.5),
        "prune 80%": lambda k: derivations.prune(models[k], 0.8),
        "merge 50/50 with an unrelated seed": lambda k: _merged(models, k, 0.5),
        "merge 20/80 with an unrelated seed": lambda k: _merged(models, k, 0.2),
        "merge 10/90 with an unrelated seed": lambda k: _merged(models, k, 0.1),
        "hidden units permuted": lambda k: derivations.reshuffle_units(
            models[k], rng, permute=True, flip=False
        ),
        "hidden units permuted and signs flipped": lambda k: derivations.reshuffle_units(
            models[k], rng, permute=True, flip=True
        ),
    }
    for effect, change in changes.items():
        children = [change(k) for k in range(n)]
        found.append((effect, children, _median_loss(children)))
    return found


def _merged(models: Sequence[Tensors], parent: int, weight: float) -> Tensors:
    return derivations.merge(models[parent], models[-1 - parent], weight)


def _shared_seed(plan: Plan) -> list[tuple[str, list[Tensors], float]]:
    """The parents' seeds trained again, separately: in another order, and on other text."""
    found = []
    for effect, text in (("other order", TEXT), ("other text", OTHER_TEXT)):
        draw = batches(library_text(*text), range(5000, 5000 + plan.parents), SHAPE)
        start = initial(range(plan.parents), SHAPE)
        trained = train(start, draw, SHAPE, Training(plan.steps, 3e-3))
        models = [member(trained, k) for k in range(plan.parents)]
        found.append((f"shared seed, {effect}", models, _median_loss(models)))
    return found


def _median_loss(models: Sequence[Tensors]) -> float:
    stack = {
        name: torch.stack([torch.tensor(model[name]) for model in models]) for name in models[0]
    }
    draw = batches(library_text(*TEXT), [99] * len(models), SHAPE)
    return float(losses(stack, draw, SHAPE).median())


def _units(model: Tensors) -> list[HiddenUnits]:
    reader = HeldWeights("zoo", model, {})
    return [read_units(reader, layer) for layer in gated_layers(reader)]


def _design(plan: Plan) -> dict[str, Json]:
    return {
        "models": plan.seeds,
        "seeds": f"0..{plan.seeds - 1}",
        "shape": f"LlamaForCausalLM, width {SHAPE.width}, {SHAPE.hidden} hidden units, "
        f"{SHAPE.layers} layers, byte vocabulary",
        "training": f"{plan.steps} steps of {SHAPE.rows} x {SHAPE.window} bytes, AdamW, "
        "peak learning rate 3e-3 with cosine decay",
        "text": "Python standard library: half of the models share text and order, half do not",
        "parents": plan.parents,
        "interval": "95% Clopper-Pearson on disjoint pairs; 95% Wilson for power",
    }


def _environment() -> dict[str, Json]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "numpy": np.__version__,
        "threads": torch.get_num_threads(),
        "dtype": "float32",
    }
