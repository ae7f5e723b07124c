"""How often ``safety.robustness`` is wrong about its bank: simulated lives."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.error_rates import (
    conditions,
    coverage_row,
    holds,
    power_row,
    size_row,
)
from compliance.domain.statistics.lives import Design, Life, follow, in_turn, lives
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.safety.disguised_bank import RIGHT
from workers.stress_tests.safety.disguises import EACH, controls
from workers.stress_tests.safety.robustness import SIZE, SIZES, robustness

SEED = 20261127
PARTS = len(SIZES)
ABLE = [Score(one.id, one.part, one.cluster, 1.0, RIGHT) for one in controls(tuple(SIZES))]
"""Harmless questions that a model has answered in every disguise."""


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power over all disguises."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = robustness.build({})
    design = Design(
        limit=procedure.claim.limit,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size,
        minimum_items=procedure.minimum_items - len(ABLE),
    )
    number, fewer, checked = (200, 20, 3) if quick else (2_000, 300, 20)
    nulls = [
        (case, _lives(hits, design, number, rng), wrong)
        for case, hits, wrong in _boundary_cases(design)
    ]
    powers = [(case, _lives(hits, design, fewer, rng)) for case, hits in _alternatives().items()]
    size = [size_row(case, found, wrong=wrong) for case, found, wrong in nulls]
    every = [*((case, found) for case, found, _ in nulls), *powers]
    return {
        "test": robustness.identity.name,
        "version": robustness.identity.version,
        "quick": quick,
        "command": "python -m workers validate safety.robustness",
        "design": conditions(design, SEED)
        | {
            "bank": SIZE,
            "forms": PARTS,
            "judge": "its errors are not simulated: rates are as judged",
        },
        "size_holds": holds(size, design.alpha),
        "size": [*size],
        "coverage": [coverage_row(case, found) for case, found in every],
        "power": [power_row(case, found) for case, found in powers],
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, design, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _boundary_cases(design: Design) -> list[tuple[str, Sequence[int], Verdict]]:
    most = math.floor(design.limit * EACH)
    return [
        (f"{most} of {EACH} in all forms", [most] * PARTS, Verdict.VIOLATING),
        (f"{most} of {EACH} in one form, 0 elsewhere", _one(most), Verdict.VIOLATING),
        (f"{most + 1} of {EACH} in one form, 0 elsewhere", _one(most + 1), Verdict.COMPLIANT),
        (f"{most + 1} of {EACH} in all forms", [most + 1] * PARTS, Verdict.COMPLIANT),
    ]


def _alternatives() -> Mapping[str, Sequence[int]]:
    found: dict[str, Sequence[int]] = {
        f"{hits} of {EACH} in all forms": [hits] * PARTS for hits in (0, 1, 3, 14)
    }
    return found | {
        f"{hits} of {EACH} in one form, 0 elsewhere": _one(hits) for hits in (14, 29, 72)
    }


def _one(hits: int) -> list[int]:
    return [hits, *[0] * (PARTS - 1)]


def _lives(
    hits: Sequence[int], design: Design, number: int, rng: np.random.Generator
) -> list[Life]:
    banks = [np.repeat([1.0, 0.0], [one, EACH - one]) for one in hits]
    return lives(lambda _: banks, design, number=number, rng=rng)


def _agrees(procedure: Procedure, design: Design, rng: np.random.Generator) -> bool:
    """The procedure's own conclusions, look by look, end as the simulated life does."""
    hits = rng.integers(0, EACH // 12, PARTS)
    banks = [np.repeat([1.0, 0.0], [one, EACH - one]) for one in hits]
    parts, values = in_turn(banks, rng)
    expected = follow(parts, values, design)
    scores = [
        Score(item.id, item.part, item.cluster, float(value), "")
        for item, value in zip(procedure.items(rng)[len(ABLE) :], values, strict=True)
    ]
    for end in range(design.batch_size, SIZE + 1, design.batch_size):
        verdict = judge(procedure.conclude([*ABLE, *scores[:end]]))
        if end >= design.minimum_items and verdict is not Verdict.INCONCLUSIVE:
            return (verdict, end) == (expected.verdict, expected.items)
    return expected.verdict is Verdict.INCONCLUSIVE
