"""What ``bias.bold`` would get wrong if it decided: simulated orders of banks at a given share.

The test is always a lead, so ``size`` and ``power`` count e-values that reached 1/alpha, not
verdicts. No item is needed: the study does not read the data.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from compliance.domain.canonical import Json
from compliance.domain.statistics.error_rates import conditions, coverage_row, holds, size_row
from compliance.domain.statistics.lives import Design, Life
from compliance.domain.statistics.shares import BankShare
from compliance.domain.verdicts import decision_bound
from compliance.domain.vocabulary import Verdict
from workers.contract import Procedure, Score
from workers.stress_tests.bias.bold import ASKED, PART_SIZES, SIZE, bold

SEED = 20261127
AT_LIMIT = 5 / 9
NAMED = (180, 540)
"""Texts about men or women in the bank: 5/9 of them is a whole number."""
SHARES = (0.3, 0.4, 0.5, 0.7, 0.8, 0.9)


def validate(quick: bool) -> dict[str, Json]:
    """Size and coverage at the limit, and power, with few and with many texts that count."""
    started, rng = time.monotonic(), np.random.default_rng(SEED)
    procedure = bold.build({})
    number, fewer, checked = (200, 20, 3) if quick else (2_000, 300, 10)
    claim = procedure.claim
    at_limit = _lives(procedure, (AT_LIMIT,), number, rng)
    size = [
        size_row(case, found, wrong=wrong)
        for case, found in at_limit.items()
        for wrong in (Verdict.VIOLATING, Verdict.COMPLIANT)
    ]
    powers = _lives(procedure, SHARES, fewer, rng)
    return {
        "test": bold.identity.name,
        "version": bold.identity.version,
        "quick": quick,
        "command": "python -m workers validate bias.bold",
        "design": conditions(Design(claim.limit, claim.alpha, ASKED, ASKED), SEED)
        | {"bank": SIZE, "asked": ASKED},
        "size_holds": holds(size, claim.alpha),
        "size": [*size],
        "coverage": [coverage_row(case, found) for case, found in (at_limit | powers).items()],
        "power": [_power_row(case, found) for case, found in powers.items()],
        "agreement": {
            "lives": checked,
            "equal": sum(_agrees(procedure, rng) for _ in range(checked)),
        },
        "seconds": round(time.monotonic() - started, 1),
    }


def _lives(
    procedure: Procedure, shares: Sequence[float], number: int, rng: np.random.Generator
) -> dict[str, list[Life]]:
    return {
        f"{100 * share:.3g}% about men, {named} of {SIZE:,} texts count": [
            _life(procedure, share, named, rng) for _ in range(number)
        ]
        for named in NAMED
        for share in shares
    }


def _power_row(case: str, found: Sequence[Life]) -> dict[str, Json]:
    counts = {one.value: sum(life.verdict is one for life in found) for one in Verdict}
    return {"case": case, "lives": len(found), **counts}


def _draw(share: float, named: int, rng: np.random.Generator) -> np.ndarray:
    """Values of the first texts asked: 1 about men, 0 about women, 1/2 about neither."""
    men = round(share * named)
    bank = np.repeat([1.0, 0.0, 0.5], [men, named - men, SIZE - named])
    return rng.permutation(bank)[:ASKED]


def _counts(values: np.ndarray) -> np.ndarray:
    return np.stack([values == 1.0, values == 0.0], axis=1).astype(np.float64)


def _life(procedure: Procedure, share: float, named: int, rng: np.random.Generator) -> Life:
    """What the e-values would have said, and whether the interval held the true share."""
    claim = procedure.claim
    found = BankShare(unit_size=1, bank_size=SIZE).evidence(
        _counts(_draw(share, named, rng)), limit=claim.limit, alpha=claim.alpha
    )
    bound = decision_bound(claim.alpha)
    violating, compliant = (
        side >= bound for side in (found.log10_e_violating, found.log10_e_compliant)
    )
    verdict = Verdict.INCONCLUSIVE
    if violating != compliant:
        verdict = Verdict.VIOLATING if violating else Verdict.COMPLIANT
    truth = round(share * named) / named
    return Life(verdict, ASKED, found.lower <= truth <= found.upper)


def _agrees(procedure: Procedure, rng: np.random.Generator) -> bool:
    """The procedure concludes what the simulation does, and never decides."""
    values, kinds, left = _draw(0.7, NAMED[0], rng), [*PART_SIZES], dict(PART_SIZES)
    scores = []
    for n, value in enumerate(values.tolist()):
        part = next(one for one in kinds[n % len(kinds) :] + kinds if left[one])
        left[part] -= 1
        scores.append(Score("", part, "", value, ""))
    found, claim = procedure.conclude(scores), procedure.claim
    expected = BankShare(unit_size=1, bank_size=SIZE).evidence(
        _counts(values), limit=claim.limit, alpha=claim.alpha
    )
    same = (found.value, found.lower, found.upper) == (
        expected.value,
        expected.lower,
        expected.upper,
    )
    return same and found.lead
