"""Streams of looks at the edge of the null of ``provenance.served_drift``, a year of them each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.standing import Claims, Family
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.equality import PERMUTATIONS
from compliance.domain.statistics.restarts import RestartMixture, p_growth, restart
from workers.stress_tests.provenance.served_looks import LIMIT

SEED, ALPHA = 20261201, 0.05
YEAR = 365


def edge(lives: int) -> list[dict[str, Json]]:
    """Alarms within a year of daily looks where everything is as bad as the null allows."""
    rng, alarms = np.random.default_rng(SEED), {"asked": 0, "held": 0}
    for start in range(0, lives, 500):
        shape = (min(500, lives - start), YEAR)
        drawn = (1 + rng.integers(PERMUTATIONS + 1, size=(2, *shape))) / (1 + PERMUTATIONS)
        moved = (rng.random((2, *shape)) < LIMIT).astype(np.float64)
        of_p = p_growth(drawn.ravel()).reshape(*drawn.shape, -1)
        of_moves = RestartMixture(LIMIT).growth(moved, np.ones_like(moved))
        largest = np.stack([restart(of_p).max(axis=-1), restart(of_moves).max(axis=-1)])
        alarms["asked"] += int((largest[:, 0].max(axis=0) >= np.log(2 / ALPHA)).sum())
        alarms["held"] += int((largest.max(axis=(0, 1)) >= np.log(4 / ALPHA)).sum())
    return [
        {
            "way": way,
            "looks": YEAR,
            "lives": lives,
            "wrong": wrong,
            "rate": wrong / lives,
            "upper": round(clopper_pearson_upper(wrong, lives, 0.05), 5),
        }
        for way, wrong in alarms.items()
    ]


def families(size: Sequence[dict[str, Json]], unchanged: Sequence[dict[str, Json]]) -> list[Family]:
    """As many lives at the edge of the null as one likes; end to end, no kind of noise is above."""
    edge_of = [
        Family(str(row["way"]), Claims.DRAWN, _int(row, "lives"), {ALPHA: _int(row, "wrong")})
        for row in size
    ]
    of_noise = {f"52 looks, noise {row['noise']}": row for row in unchanged}
    alarms = "streams_with_an_alarm_of_the_test"
    return edge_of + [
        Family(case, Claims.PART, _int(row, "streams"), {ALPHA: _int(row, alarms)})
        for case, row in of_noise.items()
    ]


def _int(row: dict[str, Json], key: str) -> int:
    return int(str(row[key]))
