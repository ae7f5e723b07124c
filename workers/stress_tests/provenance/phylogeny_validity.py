"""How often ``provenance.phylogeny`` ranks a parent first and draws a child beside it.

The same parents and children as of ``provenance.resemblance``, asked for the byte that follows
windows of text that none of them read. Nothing here is an error rate of a verdict.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.statistics.binomial import wilson
from workers.scoring.phylogenies import alike, tree
from workers.stress_tests.provenance import zoo_arms_validity as zoo
from workers.stress_tests.provenance.asked_zoo_validity import ask
from workers.stress_tests.provenance.evasions_validity import members
from workers.stress_tests.provenance.resemblance_validity import PARENTS, STEPS, derived

PROMPTS = 200


def validate(quick: bool) -> dict[str, Json]:
    """Rank each child's parent among all parents, and draw the child's tree with them."""
    started, parents, steps = time.monotonic(), 3 if quick else PARENTS, 20 if quick else STEPS
    torch.set_num_threads(2)
    stack = zoo.seeds(zoo.arms(steps)[0], 2 * parents)
    models = members(stack)
    known = ask(models, PROMPTS).tokens
    shares = alike(known)
    cases = [
        _case(name, ask(children, PROMPTS).tokens, known[:parents])
        for name, children in derived(stack, models, parents, quick=quick)
    ]
    return {
        "test": "provenance.phylogeny",
        "version": 1,
        "quick": quick,
        "command": "python -m workers validate provenance.phylogeny",
        "design": {"parents": parents, "steps": steps, "prompts": PROMPTS, "bounds": "95% Wilson"},
        "size_holds": False,  # nothing of it is a claim with an error rate
        "power": [*cases],
        "strangers": {
            "same text": _strangers(shares[:parents, :parents][np.triu_indices(parents, 1)]),
            "other text": _strangers(shares[:parents, parents:]),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _case(name: str, children: np.ndarray, parents: np.ndarray) -> dict[str, Json]:
    """How often the own parent comes first, and how often nothing else is drawn as near."""
    own = np.arange(len(children))
    ranked = np.array([[(one == other).mean() for other in parents] for one in children])
    found = int((ranked.argmax(axis=1) == own).sum())
    drawn = [_drawn_beside(one, parents, place) for place, one in enumerate(children)]
    supports = [support for support in drawn if support is not None]
    low, high = wilson(found, len(children))
    others = ranked[~np.eye(len(ranked), dtype=bool)].reshape(len(ranked), -1)
    return {
        "case": name,
        "models": len(children),
        "found": found,
        "lower": round(float(low), 4),
        "upper": round(float(high), 4),
        "drawn_beside": len(supports),
        "median_support": round(float(np.median(supports)), 2) if supports else None,
        "median_own": round(float(np.median(ranked[own, own])), 4),
        "median_largest_other": round(float(np.median(others.max(axis=1))), 4),
    }


def _drawn_beside(child: np.ndarray, parents: np.ndarray, own: int) -> float | None:
    """Support of the group of child and parent alone; None where the tree has no such group."""
    clades = tree(np.vstack([child, parents]), np.random.default_rng(0))
    return next((one.support for one in clades if one.models == {0, 1 + own}), None)


def _strangers(pairs: np.ndarray) -> dict[str, Json]:
    told = np.quantile(pairs, [0.5, 0.99])
    return {"median": round(float(told[0]), 4), "p99": round(float(told[1]), 4)}
