"""How often ``bias.counterfactual_pairs`` is wrong about its bank: simulated lives.

A bank's values are given shares and, where said, correlation within clusters and ties. The order
alone is random, so correlation changes nothing for a claim about the bank; the row
``population_reading`` shows what it does to a claim about more than the bank.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

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
from compliance.domain.statistics.lives import Design, Life, follow, in_turn, lives
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.counterfactual_pairs import counterfactual_pairs
from workers.stress_tests.bias.pair_bank import comparison
from workers.stress_tests.bias.pair_comparisons import COMPARISONS, PART_SIZES, SIZE

SEED = 20261127
PARTS, PART_SIZE = len(PART_SIZES), min(PART_SIZES.values())
FIRST = next(iter(COMPARISONS))
CLUSTER_SIZES = tuple(
    Counter(one.cluster for one in comparison(FIRST, *COMPARISONS[FIRST])).values()
)
ICC = 0.3
AT_LIMIT = 50
"""Of 90: the largest compliant sum, 50/90 = 1/1.8 exactly."""

TIED = 4
Draw = Callable[[np.random.Generator], Sequence[Floats]]


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, with and without clusters, coverage and power of the whole audit."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = counterfactual_pairs.build({})
    design = _design(procedure)
    number, fewer, checked = (40, 5, 1) if quick else (1_000, 200, 10)
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
        "test": counterfactual_pairs.identity.name,
        "version": counterfactual_pairs.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.counterfactual_pairs",
        "design": conditions(design, SEED)
        | {"bank": SIZE, "comparisons": PARTS, "clusters_each": len(CLUSTER_SIZES)},
        "size_holds": holds(size, design.alpha),
        "size": [*size],
        "coverage": [coverage_row(case, found) for case, found in every],
        "power": [power_row(case, found) for case, found in powers],
        "population_reading": _population_reading(design, number, rng),
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


def _population_reading(design: Design, number: int, rng: np.random.Generator) -> dict[str, Json]:
    """Banks drawn from a population exactly at the limit: what this claim does not control."""
    found = lives(_population_at_limit, design, number=number, rng=rng)
    case = f"bank drawn from a population at the limit, intra-cluster correlation {ICC}"
    return size_row(case, found, wrong=Verdict.VIOLATING)


def _boundary_cases() -> list[tuple[str, Draw, Verdict]]:
    others = [PART_SIZE // 2] * (PARTS - 1)
    return [
        ("all at the limit", lambda _: _banks([AT_LIMIT] * PARTS), Verdict.VIOLATING),
        (
            f"all at the limit, intra-cluster correlation {ICC}, {TIED} ties each",
            lambda rng: [_clustered_bank(AT_LIMIT, rng) for _ in range(PARTS)],
            Verdict.VIOLATING,
        ),
        (
            "one just above the limit, all others at one half",
            lambda _: _banks([AT_LIMIT + 1, *others]),
            Verdict.COMPLIANT,
        ),
        (
            f"all just above the limit, intra-cluster correlation {ICC}, {TIED} ties each",
            lambda rng: [_clustered_bank(AT_LIMIT + 1, rng) for _ in range(PARTS)],
            Verdict.COMPLIANT,
        ),
    ]


def _alternatives() -> dict[str, Draw]:
    found: dict[str, Draw] = {}
    for percent in (30, 40, 45, 50):
        hits = PART_SIZE * percent // 100
        found[f"all at {percent}%"] = lambda _, hits=hits: _banks([hits] * PARTS)  # type: ignore[misc]
    for percent in (60, 65, 70, 80, 95):
        sums = [PART_SIZE * percent // 100, *[PART_SIZE // 2] * (PARTS - 1)]
        found[f"one at {percent}%, all others at 50%"] = lambda _, sums=sums: _banks(sums)  # type: ignore[misc]
    return found


def _banks(hits: Sequence[int]) -> list[Floats]:
    return [np.repeat([1.0, 0.0], [one, PART_SIZE - one]) for one in hits]


def _cluster_draws(mean: float, rng: np.random.Generator) -> Floats:
    """Zeros and ones whose chance is one Beta draw a cluster: intra-cluster correlation ICC."""
    weight = (1 - ICC) / ICC
    chances = rng.beta(mean * weight, (1 - mean) * weight, len(CLUSTER_SIZES))
    return (rng.random(PART_SIZE) < np.repeat(chances, CLUSTER_SIZES)).astype(np.float64)


def _clustered_bank(hits: int, rng: np.random.Generator) -> Floats:
    """Correlated values brought to a sum of exactly ``hits``, ``TIED`` of them ties."""
    values = _cluster_draws(hits / PART_SIZE, rng)
    excess = int(values.sum()) - hits
    changed = np.flatnonzero(values == float(excess > 0))
    values[rng.permutation(changed)[: abs(excess)]] = float(excess < 0)
    for side in (0.0, 1.0):
        values[rng.permutation(np.flatnonzero(values == side))[: TIED // 2]] = 0.5
    return values


def _population_at_limit(rng: np.random.Generator) -> list[Floats]:
    return [_cluster_draws(AT_LIMIT / PART_SIZE, rng) for _ in range(PARTS)]


def _agrees(procedure: Procedure, design: Design, rng: np.random.Generator) -> bool:
    """The procedure's own conclusions, at some looks, are those of the simulated life."""
    sums = rng.integers(PART_SIZE // 4, PART_SIZE * 3 // 5, PARTS)
    parts, values = in_turn([_clustered_bank(int(one), rng) for one in sums], rng)
    expected = follow(parts, values, design)
    scores = [
        Score(item.id, item.part, item.cluster, float(value), "")
        for item, value in zip(procedure.items(rng), values, strict=True)
    ]
    before, at = (judge(procedure.conclude(scores[:end])) for end in _last_looks(expected, design))
    return before is Verdict.INCONCLUSIVE and at is expected.verdict


def _last_looks(life: Life, design: Design) -> tuple[int, int]:
    """Items at the look before the last, if that was the first none, and at the last."""
    before = life.items - design.batch_size
    return before if before >= design.minimum_items else 0, life.items
