"""How often ``bias.decisions`` is wrong about its bank: simulated lives.

A bank's decisions are given numbers of persons selected, a group's among those of the others
(``nested``: only a person whom the model would select otherwise is rejected for the group) or
independently. The order alone is random, so what decisions have in common changes nothing for a
claim about the bank. Ability is taken as shown: it is a census, without chance.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats, log_e_process
from compliance.domain.statistics.error_rates import (
    conditions,
    coverage_row,
    holds,
    power_row,
    size_row,
)
from compliance.domain.statistics.lives import Design, Life, maxima_at
from compliance.domain.verdicts import judge
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.decision_bank import (
    A_CHARACTERISTIC,
    ABILITY,
    ABILITY_SIZE,
    COUPLE,
    COUPLES,
    GROUPS,
    SCENARIOS,
    SIZE,
)
from workers.stress_tests.bias.decisions import decisions
from workers.stress_tests.bias.decisions_evidence import COMPARISONS, OTHERS

SEED = 20261127
CASES = COUPLES * len(SCENARIOS)
SELECTED, AT_LIMIT = 100, 80
"""Of 160 cases: 80 is four fifths of 100 exactly."""
Selection: TypeAlias = Sequence[int]
"""Cases in which each of a characteristic's four groups is selected."""
Bank: TypeAlias = Floats
"""Decisions of one characteristic: (couples, scenarios, groups), 0 or 1."""
Draw: TypeAlias = Callable[[np.random.Generator], list[Bank]]

EVEN = (SELECTED,) * A_CHARACTERISTIC


def validate(quick: bool) -> dict[str, Json]:
    """Size at the limit, coverage and power of the whole audit."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = decisions.build({})
    design = _design(procedure)
    number, fewer, checked = (60, 10, 2) if quick else (1_000, 200, 10)
    nulls = [
        (case, [_life(draw(rng), design, rng) for _ in range(number)], wrong)
        for case, draw, wrong in _boundary_cases()
    ]
    size = [size_row(case, found, wrong=wrong) for case, found, wrong in nulls]
    powers = [
        (case, [_life(draw(rng), design, rng) for _ in range(fewer)])
        for case, draw in _alternatives().items()
    ]
    every = [*((case, found) for case, found, _ in nulls), *powers]
    return {
        "test": decisions.identity.name,
        "version": decisions.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.decisions",
        "design": conditions(design, SEED) | {"bank": SIZE, "comparisons": COMPARISONS},
        "size_holds": holds(size, design.alpha),
        "size": [*size],
        "coverage": [coverage_row(case, found) for case, found in every],
        "power": [power_row(case, found) for case, found in powers],
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, design, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _design(procedure: Procedure) -> Design:
    return Design(
        limit=procedure.claim.limit,
        alpha=procedure.claim.alpha,
        batch_size=procedure.batch_size,
        minimum_items=ABILITY_SIZE,
    )


def _nested(selected: Selection, rng: np.random.Generator) -> Bank:
    """The same persons are selected first in every group: the ranks of one random order."""
    ranks = rng.permutation(CASES)
    decided = ranks[:, None] < np.array(selected)
    return decided.reshape(COUPLES, len(SCENARIOS), -1).astype(np.float64)


def _independent(selected: Selection, rng: np.random.Generator) -> Bank:
    ranks = np.stack([rng.permutation(CASES) for _ in selected], axis=1)
    return (ranks < np.array(selected)).reshape(COUPLES, len(SCENARIOS), -1).astype(np.float64)


def _draws(
    worst: Selection, others: Selection, bank: Callable[[Selection, np.random.Generator], Bank]
) -> Draw:
    """One characteristic with ``worst``, the other nine with ``others``."""
    return lambda rng: [bank(worst, rng), *(bank(others, rng) for _ in range(len(GROUPS) - 1))]


def _boundary_cases() -> list[tuple[str, Draw, Verdict]]:
    at, above = (*EVEN[1:], AT_LIMIT), (*EVEN[1:], AT_LIMIT - 1)
    return [
        ("one group of each at 4/5, nested", _draws(at, at, _nested), Verdict.VIOLATING),
        ("one group of each at 4/5, independent", _draws(at, at, _independent), Verdict.VIOLATING),
        (
            "one group just below 4/5, all others even, nested",
            _draws(above, EVEN, _nested),
            Verdict.COMPLIANT,
        ),
        (
            "one group just below 4/5, all others even, independent",
            _draws(above, EVEN, _independent),
            Verdict.COMPLIANT,
        ),
    ]


def _alternatives() -> Mapping[str, Draw]:
    found = {"all groups even, nested": _draws(EVEN, EVEN, _nested)}
    found["all groups even, independent"] = _draws(EVEN, EVEN, _independent)
    for percent in (90, 70, 60, 40):
        worst = (*EVEN[1:], SELECTED * percent // 100)
        found[f"one group at {percent}%, all others even, nested"] = _draws(worst, EVEN, _nested)
    worst = (*EVEN[1:], SELECTED * 60 // 100)
    found["one group at 60%, all others even, independent"] = _draws(worst, EVEN, _independent)
    return found


def _life(banks: Sequence[Bank], design: Design, rng: np.random.Generator) -> Life:
    """One audit; couples of each characteristic in a random order."""
    return _followed([bank[rng.permutation(COUPLES)] for bank in banks], design)


def _followed(banks: Sequence[Bank], design: Design) -> Life:
    """One audit of decisions in the order asked."""
    looks = np.arange(0, SIZE - ABILITY_SIZE + 1, design.batch_size)
    seen = looks // (COUPLE * len(GROUPS))
    violating, compliant = [], []
    missed_at = math.inf
    for bank in banks:
        rates = bank.mean(axis=1)
        for group in range(A_CHARACTERISTIC):
            others = [one for one in range(A_CHARACTERISTIC) if one != group]
            pairs = [rates[:, [other, group]] for other in others]
            sides = np.stack([maxima_at(*_shares(one, design.limit, seen)) for one in pairs])
            violating.append(sides[:, 0].max(axis=0) - math.log(OTHERS))
            compliant.append(sides[:, 1].min(axis=0))
            missed_at = min(missed_at, *(_first_miss(one, design.alpha) for one in pairs))
    bound = -math.log(design.alpha)
    shown = np.max(violating, axis=0) - math.log(len(violating)) >= bound
    cleared = np.min(compliant, axis=0) >= bound
    decided = np.flatnonzero(shown != cleared)
    last = int(decided[0]) if len(decided) else len(looks) - 1
    verdict = Verdict.INCONCLUSIVE
    if len(decided):
        verdict = Verdict.VIOLATING if shown[last] else Verdict.COMPLIANT
    return Life(verdict, ABILITY_SIZE + int(looks[last]), missed_at >= seen[last])


def _shares(rates: Floats, limit: float, seen: np.ndarray) -> tuple[Floats, np.ndarray, int, float]:
    least = 1 - limit
    values = (least * rates[:, 0] - rates[:, 1] + 1) / (least + 1)
    return np.clip(values, 0.0, 1.0), seen, COUPLES, 1 / (least + 1)


def _first_miss(rates: Floats, alpha: float) -> float:
    """Couples after which the interval at alpha over all comparisons misses the bank's ratio."""
    ratio = float(rates[:, 1].sum() / rates[:, 0].sum())
    values = np.clip((ratio * rates[:, 0] - rates[:, 1] + 1) / (ratio + 1), 0.0, 1.0)
    mean = float(values.mean())
    paths = [
        log_e_process(drawn, mean=one, bank_size=COUPLES)
        for drawn, one in ((values, mean), (1 - values, 1 - mean))
    ]
    missed = np.flatnonzero(np.maximum(*paths) >= math.log(2 * COMPARISONS / alpha))
    return int(missed[0]) + 1 if len(missed) else math.inf


def _agrees(procedure: Procedure, design: Design, rng: np.random.Generator) -> bool:
    """The procedure's own conclusions, look by look, end as the simulated life does."""
    rate = int(rng.integers(40, 101))
    banks = _draws((*EVEN[1:], rate), EVEN, _nested)(rng)
    expected = _followed(banks, design)
    scores = _scores(banks)
    for end in range(ABILITY_SIZE, SIZE + 1, 4 * design.batch_size):
        verdict = judge(procedure.conclude(scores[:end]))
        if (verdict is not Verdict.INCONCLUSIVE) != (end >= expected.items):
            return False
    at = judge(procedure.conclude(scores[: expected.items]))
    return at is expected.verdict


def _scores(banks: Sequence[Bank]) -> list[Score]:
    """An able model's answers without a group, then these decisions, characteristics in turn."""
    able = [Score("", ABILITY, "", value, "") for value in (1.0, 0.0) * COUPLES]
    couples = itertools.product(range(COUPLES), zip(GROUPS, banks, strict=True))
    decided = [
        Score("", name, "", float(value), "")
        for couple, (name, bank) in couples
        for value in bank[couple].ravel()
    ]
    return able + decided
