"""How often ``provenance.contamination`` accuses wrongly, and what it finds: tiny models and lists.

A list of 160 names from the standard library; tiny models read other text, and then the list, each
in an order of its own, more and more often. Given the models, orders drawn anew are independent
claims, each with a run's seed of its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from compliance.domain.verdicts import Estimate
from workers.stress_tests.provenance.contamination import contamination
from workers.stress_tests.provenance.read_zoo_validity import (
    ALPHA,
    SEED,
    Plan,
    Reading,
    asked,
    conditions,
    copies,
    power_row,
    readers,
    size_row,
    untouched,
)
from workers.stress_tests.provenance.zoo_families_validity import family, stands
from workers.stress_tests.provenance.zoo_validity import Stack, library_text

NAMES_FROM = ("unittest", "xml", "logging", "email")
ENTRIES, SHARD, LETTERS = 160, 8, 4
FULL = Plan(models=12, steps=100, claims=50, alone=(16, 48, 96, 400))
QUICK = Plan(models=2, steps=4, claims=2, alone=(4,))


def validate(quick: bool) -> dict[str, Json]:
    """False accusations by family of models, a list that was sorted, and power by copies."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    entries = _entries()
    size = list(_size(plan, entries))
    return {
        "test": "provenance.contamination",
        "version": contamination.identity.version,
        "quick": quick,
        "command": "python -m workers validate provenance.contamination",
        "design": conditions(plan) | {"entries": ENTRIES, "shard": SHARD},
        **stands(Null.EXACT, ALPHA, [family(row, ALPHA) for row in size]),
        "size": [*size],
        "broken": [_sorted(plan, entries)],
        "power": [*_power(plan, entries)],
        "seconds": round(time.monotonic() - started, 1),
    }


def _entries() -> list[str]:
    """Distinct names of four letters, in alphabetical order."""
    text = bytes(library_text(*NAMES_FROM).numpy().astype(np.uint8)).decode("ascii", "ignore")
    found = sorted(set(re.findall(rf"\b[a-z_]{{{LETTERS}}}\b", text)))
    rng = np.random.default_rng(SEED)
    return sorted(rng.choice(found, ENTRIES, replace=False).tolist())


def _shuffled(entries: Sequence[str], rng: np.random.Generator) -> list[str]:
    return [entries[k] for k in rng.permutation(len(entries))]


def _listed(entries: Sequence[str]) -> str:
    return "\n".join(entries) + "\n"


def _published(plan: Plan, entries: Sequence[str]) -> list[list[str]]:
    """Each model's list, in an order of its own."""
    rng = np.random.default_rng([SEED, 1])
    return [_shuffled(entries, rng) for _ in range(plan.models)]


def _readers(plan: Plan, entries: Sequence[str]) -> list[tuple[int, Stack]]:
    texts = [_listed(one) for one in _published(plan, entries)]
    return list(readers(plan, "list", texts))


def _asked(model: Reading, entries: Sequence[str]) -> Estimate:
    spec: dict[str, Json] = {"entries": [*entries], "drawn_at_random": True, "shard": SHARD}
    return asked(model, contamination, spec | {"alpha": ALPHA})


def _size(plan: Plan, entries: Sequence[str]) -> Iterator[dict[str, Json]]:
    """Claims that models read the list in an order drawn anew."""
    rng = np.random.default_rng(SEED)
    families = [("never read the list", untouched(plan))]
    for steps, stack in (_readers(plan, entries)[0], _readers(plan, entries)[-1]):
        times = copies(_listed(entries), steps)
        families.append((f"read it in another order, {times} times", stack))
    for case, stack in families:
        models = [Reading(stack, k) for k in range(plan.models)]
        claims = [(one, _shuffled(entries, rng)) for one in models for _ in range(plan.claims)]
        yield size_row(case, [_asked(*one) for one in claims])


def _sorted(plan: Plan, entries: Sequence[str]) -> dict[str, Json]:
    """A list in alphabetical order, said to be in a random one, and models that never read it."""
    stack = untouched(plan)
    found = [_asked(Reading(stack, k), entries) for k in range(plan.models)]
    return size_row("alphabetical", found)


def _power(plan: Plan, entries: Sequence[str]) -> Iterator[dict[str, Json]]:
    """Models that read the list as published, by how often."""
    lists = _published(plan, entries)
    for steps, stack in _readers(plan, entries):
        found = [_asked(Reading(stack, k), one) for k, one in enumerate(lists)]
        yield power_row(copies(_listed(entries), steps), found)
