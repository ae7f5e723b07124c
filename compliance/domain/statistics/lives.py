"""Simulated lives of sequential audits: how often a verdict is wrong, and when it comes.

A life draws each bank of a test in a fresh random order and looks after every batch, as an
execution does, until the verdict is reached or the banks are at an end. Several banks are the parts
of one test, decided together by ``verdicts.combine_parts``. The e-processes are those of
``betting``; only intervals are not computed, which a verdict does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from compliance.domain.statistics.betting import SUM_TOLERANCE, Floats, log_e_process
from compliance.domain.vocabulary import Verdict

Counts: TypeAlias = NDArray[np.int64]
DrawBanks: TypeAlias = Callable[[np.random.Generator], Sequence[Floats]]

_NEVER = 2**31


@dataclass(frozen=True, slots=True)
class Design:
    """How a test looks at its items."""

    limit: float
    alpha: float
    batch_size: int
    minimum_items: int


@dataclass(frozen=True, slots=True)
class Life:
    """How one simulated audit ended.

    Attributes:
        items: items asked when the verdict came, or all of them.
        covered: whether every bank's confidence sequence held its mean at every n up to then,
            at the simultaneous level alpha / parts.
    """

    verdict: Verdict
    items: int
    covered: bool


def follow(parts: Counts, values: Floats, design: Design) -> Life:
    """One audit of values in the order asked.

    Args:
        parts: shape (n,), the bank each value belongs to: 0, 1, ... up to their number - 1.
        values: shape (n,), in [0, 1]; every value of every bank.
    """
    banks = [np.flatnonzero(parts == part) for part in range(int(parts.max()) + 1)]
    missed_at = [_first_miss(values[one], one, design.alpha / len(banks)) for one in banks]
    verdict, items = decide(parts, values, design)
    return Life(verdict, items, min(missed_at) >= items)


def decide(parts: Counts, values: Floats, design: Design) -> tuple[Verdict, int]:
    """The verdict of one audit and the items it took; arguments as in ``follow``.

    Without the question whether intervals covered, which costs as much again.
    """
    looks, sizes = _looks(len(values), design), np.bincount(parts)
    sides = np.empty((2, len(sizes), len(looks)))
    for part, size in enumerate(sizes):
        positions = np.flatnonzero(parts == part)
        seen = np.searchsorted(positions, looks)
        sides[:, part] = maxima_at(values[positions], seen, int(size), design.limit)
    violating = sides[0].max(axis=0) - np.log(len(sizes)) >= -np.log(design.alpha)
    compliant = sides[1].min(axis=0) >= -np.log(design.alpha)
    decided = np.flatnonzero(violating != compliant)
    last = int(decided[0]) if len(decided) else len(looks) - 1
    verdict = Verdict.INCONCLUSIVE
    if len(decided):
        verdict = Verdict.VIOLATING if violating[last] else Verdict.COMPLIANT
    return verdict, int(looks[last])


def in_turn(banks: Sequence[Floats], rng: np.random.Generator) -> tuple[Counts, Floats]:
    """(which bank, which value) of every item: each bank in a random order, taken in turn."""
    parts = np.repeat(np.arange(len(banks)), [len(bank) for bank in banks])
    turns = np.concatenate([np.arange(len(bank)) for bank in banks])
    values = np.concatenate([rng.permutation(bank) for bank in banks])
    order = np.lexsort((parts, turns))
    return parts[order], values[order]


def lives(draw: DrawBanks, design: Design, *, number: int, rng: np.random.Generator) -> list[Life]:
    """``number`` independent audits, each of the banks that ``draw`` gives."""
    return [follow(*in_turn(draw(rng), rng), design) for _ in range(number)]


def _looks(planned: int, design: Design) -> Counts:
    """Numbers of items after which the verdict is looked at; the end is always one."""
    ends = np.append(np.arange(design.batch_size, planned, design.batch_size), planned)
    return np.asarray(ends[(ends >= design.minimum_items) | (ends == planned)])


def maxima_at(values: Floats, seen: Counts, bank_size: int, limit: float) -> Floats:
    """(2, looks): running maxima of ln E, violating and compliant; decided exactly if certain.

    Args:
        values: shape (n,), in [0, 1], in the order drawn; the whole bank.
        seen: shape (looks,): how many of them had been drawn at each look.
        limit: largest compliant mean.
    """
    found = np.empty((2, len(seen)))
    for side, (drawn, mean) in enumerate(((values, limit), (1.0 - values, 1.0 - limit))):
        path = log_e_process(drawn, mean=mean, bank_size=bank_size)
        found[side] = np.append(0.0, np.maximum.accumulate(path.clip(min=0.0)))[seen]
    sums = np.append(0.0, np.cumsum(values))[seen]
    violates = sums > bank_size * limit + SUM_TOLERANCE
    complies = sums + bank_size - seen <= bank_size * limit + SUM_TOLERANCE
    found[:, violates] = [[np.inf], [-np.inf]]
    found[:, complies] = [[-np.inf], [np.inf]]
    return found


def _first_miss(values: Floats, positions: Counts, alpha: float) -> int:
    """Items asked before the value at which the interval at 1 - alpha misses the bank's mean."""
    mean = float(values.mean())
    if not 0.0 < mean < 1.0:
        return _NEVER  # the interval always reaches the end that is the mean
    paths = (
        log_e_process(drawn, mean=one, bank_size=len(values))
        for drawn, one in ((values, mean), (1.0 - values, 1.0 - mean))
    )
    missed = np.flatnonzero(np.maximum(*paths) >= np.log(2.0 / alpha))
    return int(positions[missed[0]]) if len(missed) else _NEVER
