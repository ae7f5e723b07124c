"""How often ``provenance.calibrated_match`` leads astray, with matched controls and without.

The statistic is computed as the test does, on the zoo of ``provenance.shared_initialisation``. The
accused are parents of its first half; controls are 19 others of that half unless a case says
otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Family, Null
from compliance.domain.statistics.binomial import clopper_pearson, wilson
from compliance.domain.statistics.ranks import log10_e_rank, rank_p
from workers.stress_tests.provenance import children_validity as trained
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.evasions_validity import everything, members
from workers.stress_tests.provenance.rivals_validity import alike_signless
from workers.stress_tests.provenance.shared_initialisation_validity import FULL, QUICK, Plan
from workers.stress_tests.provenance.zoo_arms_validity import SHAPE, part
from workers.stress_tests.provenance.zoo_families_validity import family, stands
from workers.stress_tests.provenance.zoo_units_validity import ZooUnits, of_all

ACCUSED = 5
CONTROLS = 19
LEVEL = 0.05


def validate(quick: bool) -> dict[str, Json]:
    """Rank suspects among controls, and count the leads."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(plan.threads)
    controls = 4 if quick else CONTROLS
    cases = _cases(plan, controls, pooled=controls + (3 if quick else 60))
    return {
        "test": "provenance.calibrated_match",
        "version": 1,
        "quick": quick,
        "command": "python -m workers validate provenance.calibrated_match",
        "design": {
            "accused": min(plan.effort.few, ACCUSED),
            "controls": controls,
            "alpha": LEVEL,
            "bounds": "95% Clopper-Pearson (suspects that do not derive), 95% Wilson (power)",
            "zoo": "that of provenance.shared_initialisation",
        },
        **stands(Null.CALIBRATED, LEVEL, [_family(one) for one in cases if not one["derives"]]),
        "cases": [*cases],
        "seconds": round(time.monotonic() - started, 1),
    }


def _cases(plan: Plan, controls: int, *, pooled: int) -> list[dict[str, Json]]:
    """Every case; controls are drawn from ``pooled`` models of the accused's half of the zoo."""
    number, half = min(plan.effort.few, ACCUSED), plan.seeds // 2
    stack = zoo.seeds(zoo.arms(plan.steps)[0], plan.seeds)
    models = members(stack)
    accused = of_all(models[:number], SHAPE)
    fresh = models[number:half][:pooled]
    pool = _alike(of_all(fresh, SHAPE), accused)
    others = _alike(of_all(models[half:][: len(fresh)], SHAPE), accused)
    parents = part(stack, slice(0, plan.effort.tuned[0][1]))
    _, tuned = next(trained.fine_tuned(parents, _LENGTH, 1e-3))
    children = of_all(members(tuned)[:number], SHAPE)
    rng = np.random.default_rng(0)
    laundered = of_all([everything(one, rng) for one in models[:number]], SHAPE)
    taught = trained.students(part(stack, slice(0, number)), steps=plan.effort.steps)
    grid = _alike(of_all(members(taught), SHAPE), accused)
    return [
        _case("independent seeds", pool, pool, controls),
        _case("independent seeds on other text", others, pool, controls),
        _case("students of other teachers, controls untaught", _off(grid), pool, controls),
        _case("fine-tuned child", _own(children, accused), pool, controls, derives=True),
        _case("every symmetry at once", _own(laundered, accused), pool, controls, derives=True),
        _case(_TAUGHT, _diagonal(grid), pool, controls, derives=True),
        _students(grid),
    ]


_LENGTH = (100,)
_TAUGHT = "student of the accused, controls untaught"


def _family(row: dict[str, Json]) -> Family:
    told = {"case": row["case"], "claims": row["suspects"], "wrong": row["leads"]}
    return family(told, LEVEL)


def _alike(suspects: Sequence[ZooUnits], accused: Sequence[ZooUnits]) -> np.ndarray:
    """Units matched alike, shape (suspects, accused)."""
    return np.array([[alike_signless(one, other) for other in accused] for one in suspects])


def _own(children: Sequence[ZooUnits], accused: Sequence[ZooUnits]) -> np.ndarray:
    """Each child with its own parent alone; shape (1, accused)."""
    return np.array([[alike_signless(a, b) for a, b in zip(children, accused, strict=True)]])


def _diagonal(grid: np.ndarray) -> np.ndarray:
    return np.diag(grid)[None]


def _off(grid: np.ndarray) -> np.ndarray:
    """Students and accused that are not their teachers, one row less."""
    return np.array([np.delete(grid[:, k], k) for k in range(len(grid))]).T


def _case(
    name: str, suspects: np.ndarray, pool: np.ndarray, number: int, *, derives: bool = False
) -> dict[str, Json]:
    """Leads among suspects (suspects, accused), each ranked among controls drawn from ``pool``.

    Suspects that are the pool itself are no controls of their own.

    Args:
        derives: the suspects do derive from the accused, so that a lead is right.
    """
    rng = np.random.default_rng(1)
    found: list[tuple[float, float]] = []
    for row, column in np.ndindex(*suspects.shape):
        candidates = np.delete(pool[:, column], row) if suspects is pool else pool[:, column]
        controls = rng.choice(candidates, number, replace=False).tolist()
        suspect = int(suspects[row, column])
        found.append((rank_p(suspect, controls), log10_e_rank(suspect, controls)))
    level = 1 / (number + 1) if number < CONTROLS else LEVEL
    return _rates(name, found, suspects, level, derives=derives)


def _students(grid: np.ndarray) -> dict[str, Json]:
    """Each student with its teacher, ranked among the students of other teachers."""
    found = []
    for k in range(len(grid)):
        controls = np.delete(grid[:, k], k).tolist()
        found.append((rank_p(int(grid[k, k]), controls), log10_e_rank(int(grid[k, k]), controls)))
    level = 1 / len(grid)
    name = f"student of the accused among {len(grid) - 1} students of others, level {level:g}"
    return _rates(name, found, np.diag(grid), level, derives=True)


def _rates(
    name: str,
    found: Sequence[tuple[float, float]],
    alike: np.ndarray,
    level: float,
    *,
    derives: bool,
) -> dict[str, Json]:
    leads = sum(p <= level + 1e-9 for p, _ in found)
    lower, upper = (wilson if derives else clopper_pearson)(leads, len(found))
    return {
        "case": name,
        "derives": derives,
        "suspects": len(found),
        "leads": leads,
        "rate": leads / len(found),
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "mean_e": round(float(np.mean([10.0**e for _, e in found])), 3),
        "alike_median": float(np.median(alike)),
    }
