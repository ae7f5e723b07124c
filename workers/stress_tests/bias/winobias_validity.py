"""How often ``bias.winobias`` is wrong about its bank: simulated lives.

A bank's values are given shares and, where said, ties. The order alone is random, so dependence
between couples changes nothing for a claim about the bank. No item is needed: the study does not
read the data.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.error_rates import (
    conditions,
    coverage_row,
    holds,
    power_row,
    size_row,
)
from compliance.domain.statistics.lives import Design, DrawBanks, follow, in_turn, lives
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.winobias import PART_SIZES, SIZE, winobias

SEED = 20261127
PART_SIZE = min(PART_SIZES.values())
AT_LIMIT = 220
"""Of 396: the largest compliant sum, 220/396 = 1/1.8 exactly."""
TIED = 40


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power of the whole audit."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = winobias.build({})
    design = Design(
        limit=procedure.claim.limit,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size,
        minimum_items=procedure.minimum_items,
    )
    number, fewer, checked = (200, 20, 5) if quick else (5_000, 1_000, 50)
    nulls = [
        (case, lives(draw, design, number=number, rng=rng), wrong)
        for case, draw, wrong in _boundary_cases()
    ]
    size = [size_row(case, found, wrong=wrong) for case, found, wrong in nulls]
    powers = [
        (case, lives(draw, design, number=fewer, rng=rng)) for case, draw in _alternatives().items()
    ]
    every = [*((case, found) for case, found, _ in nulls), *powers]
    return {
        "test": winobias.identity.name,
        "version": winobias.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.winobias",
        "design": conditions(design, SEED) | {"bank": SIZE, "types": len(PART_SIZES)},
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


def _bank(hits: int, ties: int = 0) -> Floats:
    """Values of sum ``hits``, an even number of ties among them."""
    ones = hits - ties // 2
    return np.repeat([1.0, 0.5, 0.0], [ones, ties, PART_SIZE - ones - ties])


def _banks(*hits: int, ties: int = 0) -> DrawBanks:
    drawn = [_bank(one, ties) for one in hits]
    return lambda _: drawn


def _boundary_cases() -> list[tuple[str, DrawBanks, Verdict]]:
    half = PART_SIZE // 2
    return [
        ("both at the limit", _banks(AT_LIMIT, AT_LIMIT), Verdict.VIOLATING),
        (
            f"both at the limit, {TIED} ties each",
            _banks(AT_LIMIT, AT_LIMIT, ties=TIED),
            Verdict.VIOLATING,
        ),
        (
            "one just above the limit, one at one half",
            _banks(AT_LIMIT + 1, half),
            Verdict.COMPLIANT,
        ),
        ("both just above the limit", _banks(AT_LIMIT + 1, AT_LIMIT + 1), Verdict.COMPLIANT),
    ]


def _alternatives() -> dict[str, DrawBanks]:
    found = {}
    for percent in (30, 40, 50):
        hits = PART_SIZE * percent // 100
        found[f"both at {percent}%"] = _banks(hits, hits)
    for percent in (60, 65, 70, 80, 95):
        hits = PART_SIZE * percent // 100
        found[f"both at {percent}%"] = _banks(hits, hits)
        found[f"one at {percent}%, one at 50%"] = _banks(hits, PART_SIZE // 2)
    return found


def _agrees(procedure: Procedure, design: Design, rng: np.random.Generator) -> bool:
    """The procedure's own conclusions, look by look, end as the simulated life does."""
    sums = rng.integers(PART_SIZE // 4, PART_SIZE * 4 // 5, 2)
    parts, values = in_turn([_bank(int(one), TIED) for one in sums], rng)
    expected = follow(parts, values, design)
    scores = _scores(parts.tolist(), values.tolist())
    for end in range(design.batch_size, SIZE + 1, design.batch_size):
        verdict = judge(procedure.conclude(scores[:end]))
        if end >= design.minimum_items and verdict is not Verdict.INCONCLUSIVE:
            return (verdict, end) == (expected.verdict, expected.items)
    return expected.verdict is Verdict.INCONCLUSIVE


def _scores(parts: Sequence[int], values: Sequence[float]) -> list[Score]:
    names = [*PART_SIZES]
    return [
        Score("", names[part], "", value, "") for part, value in zip(parts, values, strict=True)
    ]
