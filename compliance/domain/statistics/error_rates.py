"""Counts over simulated lives as rows of a validity report, each with an exact bound."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import scipy

from compliance.domain.canonical import Json
from compliance.domain.standing import Null, simulated, standing
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.lives import Design, Life
from compliance.domain.vocabulary import Verdict

BOUND = 0.05
"""Each bound is one-sided Clopper-Pearson at 95%."""


def size_row(case: str, found: Sequence[Life], *, wrong: Verdict) -> dict[str, Json]:
    """How often lives ended in the wrong verdict, with an upper bound."""
    hits = sum(life.verdict is wrong for life in found)
    return {
        "case": case,
        "lives": len(found),
        "wrong_verdict": wrong.value,
        "wrong": hits,
        "rate": hits / len(found),
        "upper": round(clopper_pearson_upper(hits, len(found), BOUND), 5),
    }


def coverage_row(case: str, found: Sequence[Life]) -> dict[str, Json]:
    """How often the intervals held the truth at every look, with a lower bound."""
    missed = sum(not life.covered for life in found)
    return {
        "case": case,
        "lives": len(found),
        "covered": len(found) - missed,
        "rate": 1 - missed / len(found),
        "lower": round(1 - clopper_pearson_upper(missed, len(found), BOUND), 5),
    }


def power_row(case: str, found: Sequence[Life]) -> dict[str, Json]:
    """Which verdicts came, and after how many items."""
    verdicts = Counter(life.verdict for life in found)
    items = [life.items for life in found]
    counts: Mapping[str, Json] = {one.value: verdicts[one] for one in Verdict}
    return {
        "case": case,
        "lives": len(found),
        **counts,
        "median_items": int(np.median(items)),
        "ninth_decile_items": int(np.quantile(items, 0.9, method="higher")),
    }


def holds(size: Sequence[Mapping[str, Json]], alpha: float) -> bool:
    """Whether the rule of demotion lets a test with these rows decide (``domain/standing.py``)."""
    return standing(Null.EXACT, alpha, [simulated(row, alpha) for row in size]).holds


def conditions(design: Design, seed: int) -> dict[str, Json]:
    """What the rows depend on: how the test looks, the seed, and the libraries."""
    return {
        "limit": design.limit,
        "alpha": design.alpha,
        "looks": f"after every {design.batch_size} items from {design.minimum_items} on",
        "seed": seed,
        "bounds": "one-sided 95% Clopper-Pearson",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
