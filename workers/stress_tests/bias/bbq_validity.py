"""How often ``bias.bbq`` is wrong about its bank: simulated lives.

A bank's answers are given scores and, where said, questions in which nobody is named. The order
alone is random, so the templates' correlation changes nothing for a claim about the bank; the row
``population_reading`` shows what it does to a claim about more than the bank. Ability is taken as
shown, which only adds wrong verdicts, and studied apart. No item is needed: the study does not
read the data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.error_rates import (
    conditions,
    coverage_row,
    holds,
    power_row,
    size_row,
)
from compliance.domain.statistics.lives import Design, Life, follow, in_turn
from compliance.domain.statistics.shares import BankShare
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.bbq import NEUTRAL, bbq
from workers.stress_tests.bias.bbq_ability_validity import ability_rows
from workers.stress_tests.bias.bbq_bank import (
    AMBIGUOUS,
    CONTEXTS,
    DISAMBIGUATED,
    QUADS,
    SIZE,
    TEMPLATES,
    part_of,
)
from workers.stress_tests.bias.bbq_evidence import A_QUAD

SEED = 20261127
ICC = 0.3
PARTS = [(category, context) for category in QUADS for context in CONTEXTS]
Draw = Callable[[np.random.Generator], list[Floats]]
"""Outcomes of every part, (quads, 2): 1 follows the stereotype, 0 contradicts it, 1/2 neither."""


@dataclass(frozen=True, slots=True)
class Bank:
    """How one part's answers fall out.

    Attributes:
        score: of Parrish et al.; the largest that the bank can have at or below it.
        nameless: share of questions in which nobody is named.
        above: hits more than ``score`` allows.
        alike: both questions of a quad have the same outcome, where numbers allow.
    """

    score: float
    nameless: float = 0.0
    above: int = 0
    alike: bool = False

    def outcomes(self, quads: int, context: str, rng: np.random.Generator) -> Floats:
        """One bank of this kind, (quads, 2)."""
        questions = A_QUAD * quads
        named = int((1 - self.nameless) * questions) // 9 * 9
        leaning = self.score * (questions if context == AMBIGUOUS else named)
        hits = int(np.floor((named + leaning) / 2 + 1e-9)) + self.above
        found = np.repeat([1.0, 0.0, NEUTRAL], [hits, named - hits, questions - named])
        return (found if self.alike else rng.permutation(found)).reshape(quads, A_QUAD)


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power of the whole audit, and the rule on ability."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = bbq.build({})
    design = _design(procedure)
    number, fewer, checked = (200, 20, 2) if quick else (2_000, 300, 20)
    nulls = [
        (case, _lives(draw, design, number, rng), wrong)
        for case, draw, wrong in _boundary_cases(procedure.claim.limit)
    ]
    size = [size_row(case, found, wrong=wrong) for case, found, wrong in nulls]
    powers = [(case, _lives(draw, design, fewer, rng)) for case, draw in _alternatives().items()]
    every = [*((case, found) for case, found, _ in nulls), *powers]
    wider = _lives(_population_at_limit(procedure.claim.limit), design, fewer, rng)
    return {
        "test": bbq.identity.name,
        "version": bbq.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.bbq",
        "design": conditions(_asked(design), SEED) | {"bank": SIZE, "parts": len(PARTS)},
        "size_holds": holds(size, design.alpha),
        "size": [*size],
        "coverage": [coverage_row(case, found) for case, found in every],
        "power": [power_row(case, found) for case, found in powers],
        "population_reading": size_row(
            f"bank drawn from a population at the limit, intra-template correlation {ICC}",
            wider,
            wrong=Verdict.VIOLATING,
        ),
        "ability": ability_rows(design.alpha, number, rng),
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, design, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _design(procedure: Procedure) -> Design:
    """How the test looks, in values: two questions each."""
    return Design(
        limit=(procedure.claim.limit + 1) / 2,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size // A_QUAD,
        minimum_items=procedure.minimum_items // A_QUAD,
    )


def _asked(design: Design) -> Design:
    """The same in questions and on the scale of scores."""
    return replace(
        design,
        limit=2 * design.limit - 1,
        batch_size=A_QUAD * design.batch_size,
        minimum_items=A_QUAD * design.minimum_items,
    )


def _lives(draw: Draw, design: Design, number: int, rng: np.random.Generator) -> list[Life]:
    found = []
    for _ in range(number):
        life = follow(*in_turn(_values(draw(rng), design.limit), rng), design)
        found.append(replace(life, items=A_QUAD * life.items))
    return found


def _values(outcomes: Sequence[Floats], limit: float) -> list[Floats]:
    """What is bet on: means, and for the share a nameless answer at the limit."""
    found = []
    for (_, context), one in zip(PARTS, outcomes, strict=True):
        if context == AMBIGUOUS:
            found.append(one.mean(axis=1))
        else:
            counts = np.stack([(one == 1.0).sum(axis=1), (one == 0.0).sum(axis=1)], axis=1)
            found.append(BankShare(A_QUAD, len(one)).values(counts.astype(np.float64), limit))
    return found


def _banks(others: Bank, own: dict[tuple[str, str], Bank] | None = None) -> Draw:
    """Banks of every part: ``own`` where named, else ``others``."""

    def draw(rng: np.random.Generator) -> list[Floats]:
        return [
            (own or {}).get(part, others).outcomes(QUADS[part[0]], part[1], rng) for part in PARTS
        ]

    return draw


def _boundary_cases(limit: float) -> list[tuple[str, Draw, Verdict]]:
    at = Bank(limit, alike=True)
    mixed = Bank(limit, nameless=0.5)
    fair = Bank(0.0)
    one, two = ("Religion", AMBIGUOUS), ("Sexual_orientation", DISAMBIGUATED)
    return [
        ("all twelve at the limit, quads answered alike", _banks(at), Verdict.VIOLATING),
        ("all twelve at the limit, half nameless", _banks(mixed), Verdict.VIOLATING),
        (
            "one ambiguous just above the limit, eleven at 0",
            _banks(fair, {one: replace(at, above=1)}),
            Verdict.COMPLIANT,
        ),
        (
            "one disambiguated just above the limit, a tenth of it nameless, eleven at 0",
            _banks(fair, {two: Bank(limit, nameless=0.1, above=1)}),
            Verdict.COMPLIANT,
        ),
        (
            "all twelve just above the limit, half nameless",
            _banks(replace(mixed, above=1)),
            Verdict.COMPLIANT,
        ),
    ]


def _alternatives() -> dict[str, Draw]:
    fair = Bank(0.0)
    found: dict[str, Draw] = {
        "all twelve at 0": _banks(fair),
        "all twelve at 0, nine in ten nameless where the context does not say": _banks(
            fair, {part: Bank(0.0, nameless=0.9) for part in PARTS if part[1] == AMBIGUOUS}
        ),
        "all twelve at -0.2": _banks(Bank(-0.2)),
    }
    for score in (0.15, 0.2, 0.3, 0.5):
        found[f"Age, ambiguous at {score}, eleven at 0"] = _banks(
            fair, {("Age", AMBIGUOUS): Bank(score)}
        )
    for score in (0.2, 0.3):
        found[f"Religion, disambiguated at {score}, eleven at 0"] = _banks(
            fair, {("Religion", DISAMBIGUATED): Bank(score)}
        )
    found["all ambiguous at 0.2, others at 0"] = _banks(
        fair, {part: Bank(0.2) for part in PARTS if part[1] == AMBIGUOUS}
    )
    return found


def _population_at_limit(limit: float) -> Draw:
    """Templates whose leanings are drawn around the limit: what this claim does not control."""
    mean, weight = (1 + limit) / 2, (1 - ICC) / ICC

    def draw(rng: np.random.Generator) -> list[Floats]:
        found = []
        for category, _ in PARTS:
            chances = rng.beta(mean * weight, (1 - mean) * weight, TEMPLATES)
            sizes = [len(one) for one in np.array_split(np.arange(QUADS[category]), TEMPLATES)]
            shape = (QUADS[category], A_QUAD)
            found.append((rng.random(shape) < np.repeat(chances, sizes)[:, None]).astype(float))
        return found

    return draw


def _agrees(procedure: Procedure, design: Design, rng: np.random.Generator) -> bool:
    """The procedure's own conclusions, look by look, end as the simulated life does."""
    drawn = [
        Bank(float(rng.uniform(-0.2, 0.3)), nameless=0.4).outcomes(QUADS[part[0]], part[1], rng)
        for part in PARTS
    ]
    shuffled = [rng.permutation(one) for one in drawn]
    parts, positions = in_turn(
        [np.arange(len(one), dtype=np.float64) for one in shuffled],
        _Unshuffled(),  # type: ignore[arg-type]
    )
    values = _values(shuffled, design.limit)
    ordered = np.array([values[p][int(n)] for p, n in zip(parts, positions, strict=True)])
    expected = follow(parts, ordered, design)
    scores = [
        score
        for p, n in zip(parts, positions, strict=True)
        for score in _scores(PARTS[p], shuffled[p][int(n)])
    ]
    for end in (*range(procedure.batch_size, SIZE, procedure.batch_size), SIZE):
        if end < procedure.minimum_items:
            continue
        verdict = judge(procedure.conclude(scores[:end]))
        if verdict is not Verdict.INCONCLUSIVE:
            return (verdict, end) == (expected.verdict, A_QUAD * expected.items)
    return expected.verdict is Verdict.INCONCLUSIVE


class _Unshuffled:
    """In place of a generator: leaves the order that was drawn before."""

    @staticmethod
    def permutation(values: Floats) -> Floats:
        return values


def _scores(part: tuple[str, str], outcomes: Floats) -> list[Score]:
    """Two answers of a model that is always right where the context answers."""
    labels = {1.0: "biased", 0.0: "counter", NEUTRAL: "unknown"}
    return [
        Score("", part_of(*part), part[0], float(one), labels[float(one)], detail={"right": True})
        for one in outcomes
    ]
