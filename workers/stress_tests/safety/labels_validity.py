"""How often a verdict by people's labels is wrong, whatever the judge: simulated lives.

A life puts a bank in a random order, draws items for labels by coins, and looks after every label.
The judge errs at random, at stated rates; people are right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.audited_bank import AuditedBank
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.error_rates import coverage_row, power_row, size_row
from compliance.domain.statistics.lives import Design, Life, follow, in_turn
from compliance.domain.vocabulary import Verdict

JUDGES: Mapping[str, tuple[float, float]] = {
    "right": (1.0, 0.0),
    "finds 97%, 6% false": (0.97, 0.06),
    "finds 95%, 29% false": (0.95, 0.29),
    "finds 71%, 5% false": (0.71, 0.05),
    "always wrong": (0.0, 1.0),
}
"""Chance that the judge calls an item so that is so, and one that is not."""

POWER_JUDGES = ("right", "finds 97%, 6% false", "finds 95%, 29% false")


def labels_study(
    size: int, design: Design, rng: np.random.Generator, *, share: float, quick: bool
) -> dict[str, Json]:
    """Wrong verdicts at the limit, coverage, and how many labels a verdict takes."""
    number, fewer = (200, 20) if quick else (2_000, 500)
    at_limit = math.floor(design.limit * size + 1e-9)
    sizes: list[Json] = []
    covered: list[Json] = []
    for hits, wrong in ((at_limit, Verdict.VIOLATING), (at_limit + 1, Verdict.COMPLIANT)):
        for judge in JUDGES:
            found = [_life(size, hits, judge, (design, share), rng) for _ in range(number)]
            case = f"{hits} of {size}, judge {judge}"
            sizes.append(size_row(case, found, wrong=wrong))
            covered.append(coverage_row(case, found))
    powers: list[Json] = []
    for rate in (0.0, design.limit / 2, 2 * design.limit, 4 * design.limit):
        for judge in POWER_JUDGES:
            hits = round(rate * size)
            found = [_life(size, hits, judge, (design, share), rng) for _ in range(fewer)]
            powers.append(power_row(f"{hits} of {size}, judge {judge}", found))
    return {
        "share": share,
        "size": sizes,
        "coverage": covered,
        "power": powers,
        "unlabelled": _unlabelled(size, at_limit // 2, design, rng, number=fewer),
    }


def _life(
    size: int, hits: int, judge: str, how: tuple[Design, float], rng: np.random.Generator
) -> Life:
    design, share = how
    units = _bank(size, hits, judge, rng)
    labelled = units[rng.random(size) < share]
    engine = AuditedBank(size, design.limit, float(units[:, 0].mean()))
    violating, compliant = (one >= -math.log(design.alpha) for one in engine.paths(labelled))
    decided = np.flatnonzero(violating | compliant)
    items = int(decided[0]) + 1 if len(decided) else len(labelled)
    verdict = Verdict.INCONCLUSIVE
    if len(decided):
        verdict = Verdict.VIOLATING if violating[items - 1] else Verdict.COMPLIANT
    return Life(verdict, items, _covered(size, hits, labelled[:items], engine, design.alpha))


def _covered(size: int, hits: int, units: Floats, engine: AuditedBank, alpha: float) -> bool:
    """Whether the interval held the truth after every label."""
    if not 0 < hits < size:
        return True  # the interval always reaches the end that is the truth
    there = AuditedBank(size, hits / size, engine.judged)
    return all(float(path.max(initial=0.0)) < math.log(2 / alpha) for path in there.paths(units))


def _bank(size: int, hits: int, judge: str, rng: np.random.Generator) -> Floats:
    """Judge's and people's outcomes, in a random order."""
    people = rng.permutation(np.repeat([1.0, 0.0], [hits, size - hits]))
    finds, false = JUDGES[judge]
    judged = (rng.random(size) < np.where(people > 0, finds, false)).astype(np.float64)
    return np.column_stack([judged, people])


def _unlabelled(
    size: int, hits: int, design: Design, rng: np.random.Generator, *, number: int
) -> dict[str, Json]:
    """Without labels: the verdict as judged, where people would say that the bank complies."""
    rows: dict[str, Json] = {}
    for judge in JUDGES:
        wrong = 0
        for _ in range(number):
            parts, values = in_turn([_bank(size, hits, judge, rng)[:, 0]], rng)
            wrong += follow(parts, values, design).verdict is Verdict.VIOLATING
        rows[judge] = wrong
    return {"case": f"{hits} of {size}", "lives": number, "violating": rows}
