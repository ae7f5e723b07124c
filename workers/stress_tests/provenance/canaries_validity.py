"""How often ``provenance.canaries`` accuses wrongly, and what it finds: tiny models and strings.

24 groups of ten random strings, one of each drawn and published. Tiny models read other text, and
then strings of the groups, drawn apart for each model, more and more often. Given the models, draws
made anew are independent claims, each with a run's seed of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from compliance.domain.verdicts import Estimate
from workers.stress_tests.provenance.canaries import canaries
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
from workers.stress_tests.provenance.zoo_validity import Stack

GROUPS, EQUALS, LETTERS = 24, 10, 8
FULL = Plan(models=12, steps=100, claims=50, alone=(6, 12, 24, 48, 192))
QUICK = Plan(models=2, steps=4, claims=2, alone=(4,))
Draw = Sequence[int]


def validate(quick: bool) -> dict[str, Json]:
    """False accusations by family of models, strings that were chosen, and power by copies."""
    plan, started = (QUICK if quick else FULL), time.monotonic()
    torch.set_num_threads(1)
    size = list(_size(plan))
    return {
        "test": "provenance.canaries",
        "version": canaries.identity.version,
        "quick": quick,
        "command": "python -m workers validate provenance.canaries",
        "design": conditions(plan) | {"groups": GROUPS, "equals": EQUALS, "letters": LETTERS},
        **stands(Null.EXACT, ALPHA, [family(row, ALPHA) for row in size]),
        "size": [*size],
        "broken": [_chosen(plan)],
        "power": [*_power(plan)],
        "seconds": round(time.monotonic() - started, 1),
    }


def _strings() -> list[list[str]]:
    """Random lower-case strings, by group."""
    letters = np.random.default_rng(SEED).integers(97, 123, size=(GROUPS, EQUALS, LETTERS))
    return [["".join(map(chr, one)) for one in group] for group in letters.tolist()]


def _drawn(rng: np.random.Generator) -> Draw:
    return [int(one) for one in rng.integers(EQUALS, size=GROUPS)]


def _published(draw: Draw) -> str:
    lines = [f"{_context(k)}{_strings()[k][one]}\n" for k, one in enumerate(draw)]
    return "".join(lines)


def _context(group: int) -> str:
    return f"key {group:02d} "


def _asked(model: Reading, draw: Draw) -> Estimate:
    groups: list[Json] = [
        {
            "context": _context(k),
            "published": texts[one],
            "held_back": [text for other, text in enumerate(texts) if other != one],
        }
        for k, (texts, one) in enumerate(zip(_strings(), draw, strict=True))
    ]
    spec: dict[str, Json] = {"groups": groups, "drawn_at_random": True, "alpha": ALPHA}
    return asked(model, canaries, spec)


def _draws(plan: Plan) -> list[Draw]:
    """Each model's, of its own."""
    rng = np.random.default_rng([SEED, 1])
    return [_drawn(rng) for _ in range(plan.models)]


def _readers(plan: Plan) -> list[tuple[int, Stack]]:
    return list(readers(plan, "strings", [_published(one) for one in _draws(plan)]))


def _size(plan: Plan) -> Iterator[dict[str, Json]]:
    """Claims that models read strings that are drawn anew."""
    rng = np.random.default_rng(SEED)
    families = [("never read any of the strings", untouched(plan))]
    for steps, stack in (_readers(plan)[0], _readers(plan)[-1]):
        times = copies(_published(_draws(plan)[0]), steps)
        families.append((f"read other strings of the groups, {times} times", stack))
    for case, stack in families:
        models = [Reading(stack, k) for k in range(plan.models)]
        claims = [(one, _drawn(rng)) for one in models for _ in range(plan.claims)]
        yield size_row(case, [_asked(*one) for one in claims])


def _chosen(plan: Plan) -> dict[str, Json]:
    """The likeliest of each group by another model, said to be drawn; nobody read any."""
    stack = untouched(plan)
    models = [Reading(stack, k) for k in range(plan.models)]
    found = []
    for k, one in enumerate(models):
        other = models[k - 1]
        likely = [
            other.loglikelihood([(_context(group), text) for text in texts])
            for group, texts in enumerate(_strings())
        ]
        found.append(_asked(one, [int(np.argmax(group)) for group in likely]))
    return size_row("chosen, not drawn", found)


def _power(plan: Plan) -> Iterator[dict[str, Json]]:
    """Models that read the published strings, by how often."""
    draws = _draws(plan)
    for steps, stack in _readers(plan):
        found = [_asked(Reading(stack, k), one) for k, one in enumerate(draws)]
        yield power_row(copies(_published(draws[0]), steps), found)
