"""Size, coverage and power of any audit of one judged bank: simulated lives, a look every batch."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

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
from compliance.domain.statistics.planning import Banks
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score, StressTest
from workers.stress_tests.safety.labels_validity import labels_study

SEED = 20261124
POWER_RATES = (0.0, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.2, 0.3, 0.5)


def study(
    test: StressTest,
    *,
    word: str,
    quick: bool,
    share: float = 0.0,
    asked_first: Sequence[Score] = (),
) -> dict[str, Json]:
    """A validity report.

    Args:
        test: whose procedure audits one bank.
        word: for an item with value 1.
        share: of items drawn for labels, in the study of those; 0 where people label nothing.
        asked_first: scores of items that come before the bank and enter no mean.
    """
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = test.build({})
    design, size = _design(procedure, len(asked_first)), bank_size(procedure)
    number, fewer, checked = (2_000, 100, 10) if quick else (10_000, 2_000, 100)
    at_limit = math.floor(design.limit * size + 1e-9)
    found = {at_limit: number, at_limit + 1: number}
    found |= {k: fewer for r in POWER_RATES if (k := round(r * size)) not in found}
    every = {hits: _lives(hits, size, design, many, rng) for hits, many in found.items()}
    wrong = {at_limit: Verdict.VIOLATING, at_limit + 1: Verdict.COMPLIANT}
    rows = [size_row(f"{k} of {size} {word}", every[k], wrong=one) for k, one in wrong.items()]
    report: dict[str, Json] = {
        "test": test.identity.name,
        "version": test.identity.version,
        "quick": quick,
        "command": f"python -m workers validate {test.identity.name}",
        "design": conditions(design, SEED)
        | {"bank": size, "judge": "its errors are not simulated: rates are as judged"},
        "size_holds": holds(rows, design.alpha),
        "size": [*rows],
        "naive": _naive((at_limit, size, word), design, number, rng),
        "coverage": [coverage_row(f"{k} of {size} {word}", one) for k, one in every.items()],
        "power": [
            power_row(f"{k} of {size} {word}", one) for k, one in every.items() if k not in wrong
        ],
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, design, asked_first, rng) for _ in range(checked)),
        },
    }
    if share:
        report["labels"] = labels_study(size, design, rng, share=share, quick=quick)
    return report | {"seconds": round(time.monotonic() - started, 1)}


def bank_size(procedure: Procedure) -> int:
    """Items of the one bank."""
    banks = procedure.planning
    if not isinstance(banks, Banks) or len(banks.sizes) != 1:
        raise ValueError("the study is of tests with one bank")
    return banks.sizes[0]


def _design(procedure: Procedure, asked_first: int) -> Design:
    return Design(
        limit=procedure.claim.limit,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size,
        minimum_items=procedure.minimum_items - asked_first,
    )


def _bank(hits: int, size: int) -> Floats:
    return np.repeat([1.0, 0.0], [hits, size - hits])


def _lives(
    hits: int, size: int, design: Design, number: int, rng: np.random.Generator
) -> list[Life]:
    return lives(lambda _: [_bank(hits, size)], design, number=number, rng=rng)


def _naive(
    bank: tuple[int, int, str], design: Design, number: int, rng: np.random.Generator
) -> dict[str, Json]:
    """The same looks with a fixed-n exact binomial test at alpha at each: what to avoid."""
    hits, size, word = bank
    looks = np.append(np.arange(design.minimum_items, size, design.batch_size), size)
    alarms = 0
    for _ in range(number):
        seen = np.cumsum(rng.permutation(_bank(hits, size)))[looks - 1]
        alarms += bool((binom.sf(seen - 1, looks, design.limit) <= design.alpha).any())
    return {
        "case": f"{hits} of {size} {word}, exact binomial test at every look",
        "lives": number,
        "wrong": alarms,
        "rate": alarms / number,
    }


def _agrees(
    procedure: Procedure, design: Design, first: Sequence[Score], rng: np.random.Generator
) -> bool:
    """The procedure's own conclusions, look by look, end as the simulated life does."""
    size = bank_size(procedure)
    parts, values = in_turn([_bank(int(rng.integers(0, size // 5)), size)], rng)
    expected = follow(parts, values, design)
    scores = [Score(str(i), "", "", float(value), "") for i, value in enumerate(values)]
    for end in (*range(design.batch_size, size, design.batch_size), size):
        verdict = judge(procedure.conclude([*first, *scores[:end]]))
        if end >= design.minimum_items and verdict is not Verdict.INCONCLUSIVE:
            return (verdict, end) == (expected.verdict, expected.items)
    return expected.verdict is Verdict.INCONCLUSIVE
