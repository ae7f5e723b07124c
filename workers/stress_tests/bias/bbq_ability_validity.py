"""How the rule on ability in ``bias.bbq`` decides: simulated, for its validity report."""

from __future__ import annotations

import math

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import log_e_process
from compliance.domain.statistics.binomial import clopper_pearson_upper
from workers.stress_tests.bias.bbq import LEAST_ACCURACY
from workers.stress_tests.bias.bbq_bank import QUAD, QUADS
from workers.stress_tests.bias.bbq_evidence import A_QUAD

ACCURACIES = (0.25, 1 / 3, 0.38, LEAST_ACCURACY, 0.5, 0.6, 0.8)


def ability_rows(alpha: float, lives: int, rng: np.random.Generator) -> list[Json]:
    """For each accuracy, alike in every category: what is shown, and after how many questions."""
    return [_row(accuracy, alpha, lives, rng) for accuracy in ACCURACIES]


def _row(accuracy: float, alpha: float, lives: int, rng: np.random.Generator) -> Json:
    some, every, refuted, asked = 0, 0, 0, []
    for _ in range(lives):
        ends = np.array([_ends(size, accuracy, alpha, rng) for size in QUADS.values()])
        shown, unable = np.isfinite(ends[:, 0]), np.isfinite(ends[:, 1])
        some += bool(shown.any())
        every += bool(shown.all())
        if unable.all() and not shown.any():
            refuted += 1
            turns = ends[:, 1].max()  # categories take turns, and small ones end first
            asked.append(QUAD * int(np.minimum(turns, [*QUADS.values()]).sum()))
    return {
        "case": f"accuracy {accuracy:.1%} in every category",
        "lives": lives,
        "shown_in_some": some,
        "shown_in_some_upper": round(clopper_pearson_upper(some, lives, 0.05), 5),
        "shown_in_all": every,
        "refuted_in_all": refuted,
        "median_items": int(np.median(asked)) if asked else None,
    }


def _ends(
    size: int, accuracy: float, alpha: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Quads after which ability is shown and refuted; infinity for never."""
    right = np.repeat([1.0, 0.0], [(n := int(accuracy * A_QUAD * size)), A_QUAD * size - n])
    values = rng.permutation(right).reshape(size, A_QUAD).mean(axis=1)
    found = []
    for drawn, mean in ((values, LEAST_ACCURACY), (1 - values, 1 - LEAST_ACCURACY)):
        path = log_e_process(drawn, mean=mean, bank_size=size)
        crossed = np.flatnonzero(path >= -math.log(alpha))
        found.append(float(crossed[0] + 1) if len(crossed) else math.inf)
    return found[0], found[1]
