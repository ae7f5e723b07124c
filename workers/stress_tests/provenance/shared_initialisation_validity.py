"""How often ``provenance.shared_initialisation`` is wrong, measured on models trained here.

Null pairs are models from independent seeds; the first half of a zoo sees one text in one order,
the second half other text, each in an order of its own. ``ASSAY_ZOO`` names a folder in which
trained models are kept between studies.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import transformers

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.derivations_validity import quantize_in_blocks
from workers.stress_tests.provenance.error_rates_validity import (
    POWER_ALPHA,
    families,
    null_arm,
    power_cell,
    relabelled,
    rivals_null,
    screening_null,
)
from workers.stress_tests.provenance.evasions_validity import (
    Cell,
    Effort,
    at_no_cost,
    in_experts,
    in_layers,
    members,
    merges,
    shared_starts,
    stacked,
    trained_for,
)
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE, TEXT
from workers.stress_tests.provenance.zoo_families_validity import stands
from workers.stress_tests.provenance.zoo_units_validity import ZooUnits, of_all, shape_of
from workers.stress_tests.provenance.zoo_validity import Shape, batches, library_text, losses

QUANTIZED = "AdamW, 4-bit blocks on both"


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one measurement.

    Attributes:
        seeds: models of the plain arm. others: models of each other arm.
        parents: of merges. plain: of other cells that take no training.
        starts: pairs that share a seed or a checkpoint.
        anew: labels drawn anew.
        threads: of torch. One where the machine may be busy: threads that wait for each other
            stall.
    """

    seeds: int
    others: int
    parents: int
    plain: int
    starts: int
    steps: int
    effort: Effort
    anew: int
    threads: int = 1


FULL = Plan(
    seeds=600,
    others=40,
    parents=60,
    plain=20,
    starts=5,
    steps=200,
    effort=Effort(
        tuned=((1e-3, 20, (100,)), (1e-2, 60, (100,)), (1e-2, 20, (300, 1000))),
        few=20,
        steps=40,
    ),
    anew=4000,
)
QUICK = Plan(16, 0, 3, 2, 2, 60, Effort(tuned=((1e-3, 3, (40,)),), few=2, steps=8), 8)


def validate(quick: bool) -> dict[str, Json]:
    """Train the zoo, compare, and report; ``quick`` is a smoke test of a few seconds."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(plan.threads)
    stack = zoo.seeds(zoo.arms(plan.steps)[0], plan.seeds)
    models = members(stack)
    units = of_all(models, SHAPE)
    false_alarms = [
        null_arm("AdamW", units, chained=True),
        *_other_arms(plan, assumptions_hold=True),
    ]
    quantized = [quantize_in_blocks(one) for one in models[: max(plan.others, 4)]]
    false_alarms.append(null_arm(QUANTIZED, of_all(quantized, SHAPE)))
    drawn = relabelled(units, plan.anew)
    cells = [
        *merges(models, plan.parents),
        *at_no_cost(models, plan.plain),
        *in_layers(stack, plan.effort, plan.plain),
        *in_experts(models, plan.effort),
        *trained_for(stack, plan.effort),
    ]
    starts = shared_starts(plan.starts, plan.steps)
    return {
        "test": "provenance.shared_initialisation",
        "version": 3,
        "quick": quick,
        "command": "python -m workers validate provenance.shared_initialisation",
        "design": _design(plan),
        "environment": _environment(),
        **stands(Null.EXACT, POWER_ALPHA, families(false_alarms, drawn, {QUANTIZED})),
        "false_alarms": [*false_alarms],
        "labels_drawn_anew": drawn,
        "broken_assumptions": [*_other_arms(plan, assumptions_hold=False)],
        "shared_starts": [*_power(starts, units)],
        "power": [*_power(iter(cells), units)],
        "rivals": [*rivals_null(units)],
        "screening": screening_null(units),
        "seconds": round(time.monotonic() - started, 1),
    }


def _other_arms(plan: Plan, *, assumptions_hold: bool) -> Iterator[dict[str, Json]]:
    """Null arms beside the plain one, on whose side of the assumptions they stand."""
    arms = zoo.arms(plan.steps)
    chosen = arms[1 : zoo.ASSUMPTIONS_HOLD] if assumptions_hold else arms[zoo.ASSUMPTIONS_HOLD :]
    for arm in chosen if plan.others else ():
        models = members(zoo.seeds(arm, plan.others))
        yield null_arm(arm.name, of_all(models, arm.shape))


def _power(cells: Iterator[Cell], parents: Sequence[ZooUnits]) -> Iterator[dict[str, Json]]:
    for effect, children in cells:
        shape = shape_of(children[0])
        units = of_all(children, shape)
        loss = _median_loss(children, shape)
        yield power_cell(effect, units, parents[: len(units)], loss)


def _median_loss(models: Sequence[dict[str, np.ndarray]], shape: Shape) -> float:
    draw = batches(library_text(*TEXT), [99] * len(models), shape)
    return float(losses(stacked(models), draw, shape).median())


def _design(plan: Plan) -> dict[str, Json]:
    return {
        "models": plan.seeds,
        "other_arms": plan.others,
        "seeds": f"0..{plan.seeds - 1}; other arms from 100,000 on, each from a hundred thousand "
        "of its own; students from 700,000",
        "shape": f"LlamaForCausalLM, width {SHAPE.width}, {SHAPE.hidden} hidden units, "
        f"{SHAPE.layers} layers, {SHAPE.heads} heads, byte vocabulary",
        "training": f"{plan.steps} steps of {SHAPE.rows} x {SHAPE.window} bytes, AdamW, "
        "peak learning rate 3e-3 with cosine decay",
        "text": "Python standard library: half of the models share text and order, half do not",
        "parents_of_merges": plan.parents,
        "parents": plan.plain,
        "parents_of_what_is_trained": plan.effort.few,
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
