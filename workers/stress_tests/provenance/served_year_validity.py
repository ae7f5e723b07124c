"""A year of daily looks that a change divides, simulated from what each look says.

Looks at an endpoint give a p-value of its answers and whether its log-probabilities moved. While
nothing changes the p-values are uniform on the grid of the permutations, and log-probabilities are
off by noise that wanders: a state with correlation 0.9 from day to day that moves each prompt by a
factor of its own, and 0.01 nats from query to query. After the change a look's p-value is at most
1% with a chance that is the power of one look, else as before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.binomial import clopper_pearson_upper, wilson
from compliance.domain.statistics.equality import PERMUTATIONS
from compliance.domain.statistics.restarts import RestartMixture, p_growth, restart
from workers.stress_tests.provenance.served_edge_validity import ALPHA, SEED, YEAR
from workers.stress_tests.provenance.served_looks import LIMIT

PROMPTS, TOLERANCE = 24, 0.1
CORRELATION, QUERY_NOISE = 0.9, 0.01
NOISES = (0.0, 0.02, 0.05, 0.1, 0.2)
"""Standard deviations of the wandering noise of a log-probability, in nats."""
POWERS = (0.1, 0.25, 0.5, 1.0)
FIRST, LAST = 30, 335
"""Days between which the change comes."""
NOISE = 0.02
"""Under which changes are looked for."""


def year(lives: int) -> dict[str, Json]:
    """False alarms by noise, and days from the change to the alarm by the power of one look."""
    return {
        "looks": YEAR,
        "lives": lives,
        "unchanged": [*_unchanged(lives)],
        "changed": [*_changed(lives)],
    }


def _unchanged(lives: int) -> Iterator[dict[str, Json]]:
    for number, noise in enumerate(NOISES):
        rng = np.random.default_rng([SEED, 5, number])
        moved = _moved(rng, lives, noise)
        wrong = int((_alarms(_uniform(rng, lives), moved) < YEAR).sum())
        yield {
            "noise": noise,
            "looks_moved": round(float(moved.mean()), 4),
            "lives": lives,
            "wrong": wrong,
            "rate": wrong / lives,
            "upper": round(clopper_pearson_upper(wrong, lives, 0.05), 5),
        }


def _changed(lives: int) -> Iterator[dict[str, Json]]:
    for number, power in enumerate(POWERS):
        rng = np.random.default_rng([SEED, 6, number])
        days = rng.integers(FIRST, LAST, size=lives)
        p_values, floor = _uniform(rng, lives), 1 / (1 + PERMUTATIONS)
        shown = rng.random((lives, YEAR)) < power
        small = np.maximum(floor, LIMIT * rng.random((lives, YEAR)))
        changed = np.arange(YEAR) >= days[:, None]
        p_values = np.where(changed & shown, small, p_values)
        alarms = _alarms(p_values, _moved(rng, lives, NOISE))
        found = (alarms >= days) & (alarms < YEAR)
        late = (alarms - days + 1)[found]
        lower, upper = wilson(int(found.sum()), lives)
        yield {
            "power": power,
            "lives": lives,
            "found": int(found.sum()),
            "lower": round(lower, 4),
            "upper": round(upper, 4),
            "before": int((alarms < days).sum()),
            "median_days": float(np.median(late)),
            "ninth_decile_days": int(np.quantile(late, 0.9, method="higher")),
        }


def _uniform(rng: np.random.Generator, lives: int) -> Floats:
    drawn = 1 + rng.integers(PERMUTATIONS + 1, size=(lives, YEAR))
    return np.asarray(drawn / (1 + PERMUTATIONS), dtype=np.float64)


def _moved(rng: np.random.Generator, lives: int, noise: float) -> Floats:
    """Whether more than half of the prompts are off the first look's by more than the tolerance."""
    state = rng.normal(size=lives)
    weight = rng.normal(size=(lives, PROMPTS))
    first: Floats | None = None
    found = np.zeros((lives, YEAR))
    for look in range(YEAR):
        private = rng.normal(0.0, QUERY_NOISE, (lives, PROMPTS))
        off = noise * state[:, None] * weight + private
        first = off if first is None else first
        found[:, look] = (np.abs(off - first) > TOLERANCE).mean(axis=1) > 0.5
        state = CORRELATION * state + np.sqrt(1 - CORRELATION**2) * rng.normal(size=lives)
    return found


def _alarms(p_values: Floats, moved: Floats) -> Floats:
    """The look of each life's alarm, from 0; YEAR where there is none."""
    of_p = p_growth(p_values.ravel()).reshape(*p_values.shape, -1)
    of_moves = RestartMixture(LIMIT).growth(moved, np.ones_like(moved))
    over = np.maximum(restart(of_p), restart(of_moves)) >= np.log(2 / ALPHA)
    return np.where(over.any(axis=1), over.argmax(axis=1), YEAR)
