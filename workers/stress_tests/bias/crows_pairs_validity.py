"""What ``bias.crows_pairs`` would get wrong if it decided: simulated sets of writers.

Each life draws a chance for every writer (Beta, intra-writer correlation ICC) and that many pairs;
sizes are those of the set's writers, in a random order. The test is always a lead, so ``size``
and ``power`` count e-values that reached 1/alpha, not verdicts. No item is needed: the study does
not read the data.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from scipy.stats import binom

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.changes import cluster_means
from compliance.domain.statistics.engines import BoundedMean
from compliance.domain.statistics.error_rates import conditions, coverage_row, holds, size_row
from compliance.domain.statistics.lives import Design, Life
from compliance.domain.verdicts import decision_bound
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.crows_pairs import PART_SIZES, SIZE, WRITERS, crows_pairs

SEED = 20261127
ICC = 0.3
SMALL = {1: 20, 2: 5, 3: 8, 4: 2, 6: 4, 8: 2, 9: 3, 20: 2, 23: 3, 27: 3}
LARGE = (10, 11, 13, 14, 16, 18, 19, 21, 22, 24, 25, 31, 35, 43, 45, 54, 55, 68, 73, 78, 88, 90)
SIZES = (*(size for size, n in SMALL.items() for _ in range(n)), *LARGE, 101, 105, 130)
"""Pairs of each of the 77 writers."""
SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8)
Lived = tuple[Floats, list[str]]


def validate(quick: bool) -> dict[str, Json]:
    """Size and coverage at the limit, power, and a sign test over pairs beside them."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = crows_pairs.build({})
    number, fewer, checked = (200, 20, 3) if quick else (2_000, 300, 30)
    claim = procedure.claim
    at_limit = {
        f"writers at the limit, intra-writer correlation {icc}": _lives(
            procedure, claim.limit, icc, number, rng
        )
        for icc in (0.0, ICC)
    }
    size = [
        size_row(case, found, wrong=wrong)
        for case, found in at_limit.items()
        for wrong in (Verdict.VIOLATING, Verdict.COMPLIANT)
    ]
    powers = {
        f"writers at {share:.0%}, intra-writer correlation {ICC}": _lives(
            procedure, share, ICC, fewer, rng
        )
        for share in SHARES
    }
    design = Design(claim.limit, claim.alpha, SIZE, SIZE)
    return {
        "test": crows_pairs.identity.name,
        "version": crows_pairs.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.crows_pairs",
        "design": conditions(design, SEED) | {"pairs": SIZE, "writers": WRITERS},
        "size_holds": holds(size, claim.alpha),
        "size": [*size],
        "coverage": [coverage_row(case, found) for case, found in (at_limit | powers).items()],
        "power": [_power_row(case, found) for case, found in powers.items()],
        "naive": [_naive(claim.limit, claim.alpha, icc, number, rng) for icc in (0.0, ICC)],
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _draw(share: float, icc: float, rng: np.random.Generator) -> Lived:
    """(values, writers) of one life, writers in a random order."""
    sizes = rng.permutation(SIZES)
    chances = np.full(WRITERS, share)
    if icc:
        weight = (1 - icc) / icc
        chances = rng.beta(share * weight, (1 - share) * weight, WRITERS)
    values = (rng.random(SIZE) < np.repeat(chances, sizes)).astype(np.float64)
    return values, [str(writer) for writer in np.repeat(np.arange(WRITERS), sizes)]


def _lives(
    procedure: Procedure, share: float, icc: float, number: int, rng: np.random.Generator
) -> list[Life]:
    return [_life(procedure, _draw(share, icc, rng), share) for _ in range(number)]


def _life(procedure: Procedure, drawn: Lived, share: float) -> Life:
    """What the e-values would have said, and whether the interval held the true share."""
    claim = procedure.claim
    means = cluster_means([*drawn[0]], drawn[1])
    found = BoundedMean(0.0, 1.0, claim.limit).evidence(means, alpha=claim.alpha)
    sides = (found.log10_e_violating, found.log10_e_compliant)
    violating, compliant = (side >= decision_bound(claim.alpha) for side in sides)
    verdict = Verdict.INCONCLUSIVE
    if violating != compliant:
        verdict = Verdict.VIOLATING if violating else Verdict.COMPLIANT
    return Life(verdict, SIZE, found.lower <= share <= found.upper)


def _power_row(case: str, found: Sequence[Life]) -> dict[str, Json]:
    counts = {one.value: sum(life.verdict is one for life in found) for one in Verdict}
    return {"case": case, "lives": len(found), **counts}


def _naive(
    limit: float, alpha: float, icc: float, number: int, rng: np.random.Generator
) -> dict[str, Json]:
    """An exact binomial test over pairs, as if nobody had written more than one."""
    hits = [float(_draw(limit, icc, rng)[0].sum()) for _ in range(number)]
    wrong = sum(bool(binom.sf(one - 1, SIZE, limit) <= alpha) for one in hits)
    return {
        "case": f"binomial test over pairs, intra-writer correlation {icc}",
        "lives": number,
        "wrong": wrong,
        "rate": wrong / number,
        "upper": round(clopper_pearson_upper(wrong, number, 0.05), 5),
    }


def _agrees(procedure: Procedure, rng: np.random.Generator) -> bool:
    """The procedure concludes what the simulation does, and never decides."""
    values, writers = _draw(0.7, ICC, rng)
    kinds = [*PART_SIZES]
    scores = [
        Score("", kinds[n % len(kinds)], writer, float(value), "", detail={"after": 0.5})
        for n, (value, writer) in enumerate(zip(values, writers, strict=True))
    ]
    found = procedure.conclude(scores)
    means = cluster_means([*values], writers)
    expected = BoundedMean(0.0, 1.0, procedure.claim.limit).evidence(
        means, alpha=procedure.claim.alpha
    )
    same = (found.value, found.lower, found.upper) == (
        expected.value,
        expected.lower,
        expected.upper,
    )
    return same and found.lead and found.log10_e_violating == expected.log10_e_violating
