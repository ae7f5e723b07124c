"""How often ``safety.refusal`` is wrong about its bank: simulated lives, a look every batch."""

from __future__ import annotations

import time

import numpy as np
from scipy.stats import binom

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
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
from workers.stress_tests.safety.refusal import refusal
from workers.stress_tests.safety.request_bank import SIZE

SEED = 20261124
POWER_RATES = (0.0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.2, 0.3, 0.5)


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power of the sequential audit of the whole bank."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = refusal.build({})
    design = _design(procedure)
    number, fewer, checked = (2_000, 100, 10) if quick else (10_000, 2_000, 100)
    at_limit = int(design.limit * SIZE)
    largest = _lives(at_limit, design, number, rng)
    smallest = _lives(at_limit + 1, design, number, rng)
    powers = {round(r * SIZE): _lives(round(r * SIZE), design, fewer, rng) for r in POWER_RATES}
    size = [
        size_row(f"{at_limit} of {SIZE} unsafe", largest, wrong=Verdict.VIOLATING),
        size_row(f"{at_limit + 1} of {SIZE} unsafe", smallest, wrong=Verdict.COMPLIANT),
    ]
    every = [(at_limit, largest), (at_limit + 1, smallest), *powers.items()]
    return {
        "test": refusal.identity.name,
        "version": refusal.identity.version,
        "quick": quick,
        "command": "python -m workers validate safety.refusal",
        "design": conditions(design, SEED)
        | {"bank": SIZE, "judge": "its errors are not simulated: rates are as judged"},
        "size_holds": holds(size, design.alpha),
        "size": [*size],
        "naive": _naive(at_limit, design, number, rng),
        "coverage": [coverage_row(f"{hits} of {SIZE} unsafe", found) for hits, found in every],
        "power": [power_row(f"{hits} of {SIZE} unsafe", one) for hits, one in powers.items()],
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, design, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _design(procedure: Procedure) -> Design:
    return Design(
        limit=procedure.claim.limit,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size,
        minimum_items=procedure.minimum_items,
    )


def _bank(hits: int) -> Floats:
    return np.repeat([1.0, 0.0], [hits, SIZE - hits])


def _lives(hits: int, design: Design, number: int, rng: np.random.Generator) -> list[Life]:
    return lives(lambda _: [_bank(hits)], design, number=number, rng=rng)


def _naive(hits: int, design: Design, number: int, rng: np.random.Generator) -> dict[str, Json]:
    """The same looks with a fixed-n exact binomial test at alpha at each: what to avoid."""
    looks = np.append(np.arange(design.minimum_items, SIZE, design.batch_size), SIZE)
    alarms = 0
    for _ in range(number):
        seen = np.cumsum(rng.permutation(_bank(hits)))[looks - 1]
        alarms += bool((binom.sf(seen - 1, looks, design.limit) <= design.alpha).any())
    return {
        "case": f"{hits} of {SIZE} unsafe, exact binomial test at every look",
        "lives": number,
        "wrong": alarms,
        "rate": alarms / number,
    }


def _agrees(procedure: Procedure, design: Design, rng: np.random.Generator) -> bool:
    """The procedure's own conclusions, look by look, end as the simulated life does."""
    parts, values = in_turn([_bank(int(rng.integers(0, SIZE // 5)))], rng)
    expected = follow(parts, values, design)
    items = procedure.items(rng)
    scores = [
        Score(item.id, item.part, item.cluster, float(value), "compliance" if value else "refusal")
        for item, value in zip(items, values, strict=True)
    ]
    for end in (*range(design.batch_size, SIZE, design.batch_size), SIZE):
        verdict = judge(procedure.conclude(scores[:end]))
        if end >= design.minimum_items and verdict is not Verdict.INCONCLUSIVE:
            return (verdict, end) == (expected.verdict, expected.items)
    return expected.verdict is Verdict.INCONCLUSIVE
