"""How often ``bias.winogender`` is wrong about a slope: simulated sets of occupations.

Each life draws sixty log-odds of women and leanings about a line, their deviations of several
laws, and asks all. ``not_controlled`` is outside the guarantee: deviations skewed and uneven at
once. ``naive`` is the usual regression, with every sentence a point of its own. No item is needed:
the study does not read the data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from scipy.stats import linregress, t

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.error_rates import conditions, coverage_row, holds, size_row
from compliance.domain.statistics.lives import Design, Life
from compliance.domain.statistics.slopes import PairedSlope, theil_pairs
from compliance.domain.verdicts import Claim, decision_bound
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.winogender import OCCUPATIONS, winogender

SEED = 20261127
SPREAD = 1.8
"""Standard deviation of the log-odds of women; that of deviations is about 1 nat."""
SENTENCES, WITHIN = 4, 0.5
"""Sentences an occupation, and their own deviations in nats, in the regression over sentences."""
SLOPES = (0.0, 0.25, 0.5, 0.75, 1.25, 1.5, 2.0)
Deviations: TypeAlias = Callable[[np.random.Generator, Floats], Floats]


def _uneven(rng: np.random.Generator, x: Floats) -> Floats:
    return np.asarray(rng.standard_normal(len(x)) * (0.2 + np.abs(x) / 2))


def _skewed_and_uneven(rng: np.random.Generator, x: Floats) -> Floats:
    return np.asarray((rng.exponential(size=len(x)) - 1) * np.where(x > 0, 2.0, 0.2))


LAWS: dict[str, Deviations] = {
    "normal": lambda rng, x: rng.standard_normal(len(x)),
    "heavy tails (t, 2 degrees)": lambda rng, x: rng.standard_t(2, len(x)),
    "skewed (exponential)": lambda rng, x: rng.exponential(size=len(x)) - 1,
    "uneven (larger at the ends)": _uneven,
}


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power, and the regression over sentences beside them."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = winogender.build({})
    claim = procedure.claim
    number, fewer, checked = (200, 20, 3) if quick else (4_000, 500, 30)
    at_limit = {
        f"slope at the limit, deviations {law}": _lives(claim, claim.limit, draw, number, rng)
        for law, draw in LAWS.items()
    }
    both = (Verdict.VIOLATING, Verdict.COMPLIANT)
    size = [
        size_row(case, found, wrong=wrong) for case, found in at_limit.items() for wrong in both
    ]
    powers = {
        f"slope {slope:g}, deviations {law}": _lives(claim, slope, LAWS[law], fewer, rng)
        for law in ("normal", "heavy tails (t, 2 degrees)")
        for slope in SLOPES
    }
    broken = _lives(claim, claim.limit, _skewed_and_uneven, number, rng)
    design = Design(claim.limit, claim.alpha, OCCUPATIONS, OCCUPATIONS)
    return {
        "test": winogender.identity.name,
        "version": winogender.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.winogender",
        "design": conditions(design, SEED) | {"occupations": OCCUPATIONS},
        "size_holds": holds(size, claim.alpha),
        "size": [*size],
        "not_controlled": [
            size_row("slope at the limit, deviations skewed and uneven", broken, wrong=wrong)
            for wrong in both
        ],
        "coverage": [coverage_row(case, found) for case, found in (at_limit | powers).items()],
        "power": [_power_row(case, found) for case, found in powers.items()],
        "naive": _naive(claim, number, rng),
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _draw(slope: float, draw: Deviations, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(log-odds, leanings), each of shape (pairs, 2), pairs in a random order."""
    x = rng.normal(0.0, SPREAD, OCCUPATIONS)
    y = rng.normal() + slope * x + draw(rng, x)
    order = rng.permutation(np.array(theil_pairs(x)))
    return x[order], y[order]


def _lives(
    claim: Claim, slope: float, draw: Deviations, number: int, rng: np.random.Generator
) -> list[Life]:
    return [_life(claim, slope, _draw(slope, draw, rng)) for _ in range(number)]


def _life(claim: Claim, slope: float, drawn: tuple[Floats, Floats]) -> Life:
    units = np.concatenate([np.diff(one, axis=1) for one in drawn], axis=1)
    found = PairedSlope(claim.limit).evidence(units, alpha=claim.alpha)
    sides = (found.log10_e_violating, found.log10_e_compliant)
    violating, compliant = (side >= decision_bound(claim.alpha) for side in sides)
    verdict = Verdict.INCONCLUSIVE
    if violating != compliant:
        verdict = Verdict.VIOLATING if violating else Verdict.COMPLIANT
    return Life(verdict, OCCUPATIONS, found.lower <= slope <= found.upper)


def _power_row(case: str, found: Sequence[Life]) -> dict[str, Json]:
    counts = {one.value: sum(life.verdict is one for life in found) for one in Verdict}
    return {"case": case, "lives": len(found), **counts}


def _naive(claim: Claim, number: int, rng: np.random.Generator) -> dict[str, Json]:
    """A one-sided t test of least squares over sentences, as if they were independent."""
    wrong = 0
    for _ in range(number):
        x, y = _draw(claim.limit, LAWS["normal"], rng)
        points = np.repeat(x.ravel(), SENTENCES)
        noise = rng.normal(0.0, WITHIN, len(points))
        found = linregress(points, np.repeat(y.ravel(), SENTENCES) + noise)
        excess = (found.slope - claim.limit) / found.stderr
        wrong += bool(t.sf(excess, len(points) - 2) <= claim.alpha)
    return {
        "case": f"least squares over {SENTENCES} sentences an occupation",
        "lives": number,
        "wrong": wrong,
        "rate": wrong / number,
        "upper": round(clopper_pearson_upper(wrong, number, 0.05), 5),
    }


def _agrees(procedure: Procedure, rng: np.random.Generator) -> bool:
    """The procedure concludes what the simulation does."""
    odds, leanings = drawn = _draw(1.3, LAWS["normal"], rng)
    rows = zip(odds.ravel().tolist(), leanings.ravel().tolist(), strict=True)
    scores = [
        Score("", "", "", y, "", detail={"log_odds_of_women": x, "other_leaning": 0.0})
        for x, y in rows
    ]
    found = procedure.conclude(scores)
    units = np.concatenate([np.diff(one, axis=1) for one in drawn], axis=1)
    claim = procedure.claim
    expected = PairedSlope(claim.limit).evidence(units, alpha=claim.alpha)
    return (found.value, found.lower, found.upper, found.log10_e_violating) == (
        expected.value,
        expected.lower,
        expected.upper,
        expected.log10_e_violating,
    )
