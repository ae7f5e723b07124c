"""Size and power of the engines over whole lives, and the traps they avoid, as measured rows.

``python -m workers validate --engines`` writes ``workers/validity/engines.json``.
"""

from __future__ import annotations

import platform
import time

import numpy as np
import scipy

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.vocabulary import Verdict
from workers.catalogue import VALIDITY_FOLDER
from workers.engine_streams import (
    A_LOOK,
    ALPHA,
    LIMIT,
    LOOKS,
    STREAMS,
    Case,
    bank_powers,
    bank_sizes,
    powers,
    sizes,
)
from workers.engine_traps import traps

REPORT = VALIDITY_FOLDER / "engines.json"
SEED = 20261125
NEVER = -1
SIDES = (Verdict.VIOLATING, Verdict.COMPLIANT)


def validate(quick: bool) -> dict[str, Json]:
    """Every row; ``quick`` draws few lives and is not kept."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    of_banks = np.random.default_rng([SEED, 1])
    lives, streams = (2, 20) if quick else (200, 500)
    size = [size_row(case, lives, rng) for case in sizes()]
    size += [size_row(case, lives, of_banks) for case in bank_sizes()]
    return {
        "quick": quick,
        "command": "python -m workers validate --engines",
        "design": {
            "alpha": ALPHA,
            "limit": LIMIT,
            "looks": LOOKS,
            "streams": STREAMS,
            "items_a_look": A_LOOK,
            "seed": SEED,
            "bounds": "one-sided 95% Clopper-Pearson",
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "size_holds": all(_holds(row) for row in size),
        "size": [*size],
        "power": [
            *(power_row(case, streams, rng) for case in powers()),
            *(power_row(case, streams, of_banks) for case in bank_powers()),
        ],
        "traps": traps(quick, rng),
        "seconds": round(time.monotonic() - started, 1),
    }


def size_row(case: Case, lives: int, rng: np.random.Generator) -> dict[str, Json]:
    """How often one stream is ever wrong, and how often any of a life's 120 is."""
    maxima = np.stack([_maxima(case, rng) for _ in range(lives)])
    wrong = int((maxima >= -np.log(ALPHA)).sum())
    uncorrected = int((maxima.max(axis=1) >= -np.log(ALPHA)).sum())
    bonferroni = int((maxima.max(axis=1) >= np.log(STREAMS / ALPHA)).sum())
    return {
        "engine": case.engine,
        "case": case.name,
        "wrong_verdict": SIDES[case.side].value,
        "streams": lives * STREAMS,
        "wrong": wrong,
        "rate": wrong / (lives * STREAMS),
        "upper": round(clopper_pearson_upper(wrong, lives * STREAMS), 5),
        "lives": lives,
        "any_uncorrected": uncorrected,
        "any_bonferroni": bonferroni,
        "bonferroni_upper": round(clopper_pearson_upper(bonferroni, lives), 5),
    }


def power_row(case: Case, streams: int, rng: np.random.Generator) -> dict[str, Json]:
    """How often, and after how many units, the right verdict comes at 1/alpha and at 120/alpha."""
    paths = case.draw(rng, streams)[case.side]
    alone = crossings(paths, -np.log(ALPHA))
    family = crossings(paths, np.log(STREAMS / ALPHA))
    return {
        "engine": case.engine,
        "case": case.name,
        "verdict": SIDES[case.side].value,
        "unit": case.unit,
        "streams": streams,
        "planned": paths.shape[1],
        "decided": int((alone != NEVER).sum()),
        "median": quantile(alone, 0.5),
        "ninth_decile": quantile(alone, 0.9),
        "family_decided": int((family != NEVER).sum()),
        "family_median": quantile(family, 0.5),
    }


def crossings(paths: Floats, bound: float) -> np.ndarray:
    """Units after which each stream first reached the bound, or NEVER; shape (streams,)."""
    reached = paths >= bound
    first = reached.argmax(axis=1) + 1
    return np.where(reached.any(axis=1), first, NEVER)


def quantile(found: np.ndarray, share: float) -> int | None:
    """A quantile of units to the verdict; None where it lies beyond the last unit."""
    ordered = np.sort(np.where(found == NEVER, np.iinfo(np.int64).max, found))
    value = int(ordered[int(np.ceil(share * len(ordered))) - 1])
    return None if value == np.iinfo(np.int64).max else value


def _maxima(case: Case, rng: np.random.Generator) -> Floats:
    """Running maxima of one life's streams, shape (streams,)."""
    return np.asarray(case.draw(rng, STREAMS)[case.side].max(axis=1))


def _holds(row: dict[str, Json]) -> bool:
    return isinstance(row["upper"], float) and row["upper"] <= ALPHA
