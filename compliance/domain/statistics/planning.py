"""What a sequential audit of finite banks would come to, before anything is asked.

For a stated true rate the banks are filled with that many ones, put in random orders, and
audited by the very e-process that decides (``lives.decide``): so the chance of each verdict and
the number of items are those of the run to come, up to the error of the simulation, which is
said beside every figure. Nothing is assumed about which items are ones: the order alone is
random, as in a run.

Source: Wald, Sequential Analysis, 1947 (average sample number); order-statistic intervals of
quantiles: David and Nagaraja, Order Statistics, 2003, section 7.1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.stats import binom

from compliance.domain.statistics.binomial import clopper_pearson
from compliance.domain.statistics.fixed_sample import all_comply, smallest_fixed_size
from compliance.domain.statistics.lives import Counts, Design, decide, in_turn
from compliance.domain.vocabulary import Verdict

ODDS = (1 / 20, 1 / 5, 1 / 2, 4 / 5, 5 / 4, 2.0, 5.0)
"""Default rates have these multiples of the limit's odds."""

POWER = 0.9
"""The fixed-size test is made large enough for this chance of the right verdict."""

LEVEL = 0.05
"""Every interval of a figure is at 1 - LEVEL."""


@dataclass(frozen=True, slots=True)
class Banks:
    """The finite banks whose means decide, one a part, audited in turn by betting.

    Attributes:
        sizes: items of each bank.
        elsewhere: where the stated rate is that of the worst bank, the others are at this rate
            or the stated one, whichever is smaller; 1 puts all at the stated rate.
        limit: largest compliant mean of a bank; None where it is the claim's own limit.
        items_each: items that are asked for one value of a bank.
        assumes: what the plan takes for granted beyond the rates, one sentence each.
        asked_first: items that a run asks before and that enter no mean; not in the figures.
    """

    sizes: tuple[int, ...]
    elsewhere: float = 1.0
    limit: float | None = None
    items_each: int = 1
    assumes: tuple[str, ...] = ()
    asked_first: int = 0


@dataclass(frozen=True, slots=True)
class NothingToPlan:
    """Why a test's course cannot be foreseen, or need not be, in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Chance:
    """A simulated probability with its exact (Clopper-Pearson) interval."""

    value: float
    lower: float
    upper: float

    @property
    def error(self) -> float:
        """The longer side of the interval."""
        return max(self.upper - self.value, self.value - self.lower)


@dataclass(frozen=True, slots=True)
class Items:
    """Items a run asks until it stops.

    Attributes:
        mean, standard_error: over the simulated runs.
        tenth, median, ninetieth: quantiles.
        median_lower, median_upper: order-statistic interval of the median.
    """

    mean: float
    standard_error: float
    tenth: int
    median: int
    ninetieth: int
    median_lower: int
    median_upper: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run comes to at one stated rate.

    Attributes:
        stated: the rate asked about.
        rate: the nearest one the worst bank can have.
        right: the verdict that is true at ``rate``.
        bank: items of all banks together.
        fixed: items that the exact test of fixed size needs (see ``fixed_sample``).
        saved_of_bank, saved_of_fixed: share of those that the run saves on average; negative
            where it asks more. The latter is None under a budget: a run that was cut short
            answers less than the fixed test does.
    """

    stated: float
    rate: float
    right: Verdict
    lives: int
    compliant: Chance
    violating: Chance
    inconclusive: Chance
    items: Items
    bank: int
    fixed: int
    saved_of_bank: float
    saved_of_fixed: float | None

    @property
    def chances(self) -> tuple[Chance, Chance, Chance]:
        """Compliant, violating, inconclusive."""
        return self.compliant, self.violating, self.inconclusive


def outlook_from_json(row: Mapping[str, Any]) -> Outlook:
    """An outlook back from its JSON; what a plan adds to it (cost) is left out."""
    own = {field.name: row[field.name] for field in fields(Outlook)}
    chances = {name: Chance(**row[name]) for name in ("compliant", "violating", "inconclusive")}
    return Outlook(
        **{**own, **chances, "items": Items(**row["items"]), "right": Verdict(row["right"])}
    )


def default_rates(limit: float) -> tuple[float, ...]:
    """Seven rates around the limit.

    Raises:
        ValueError: the limit is not strictly between 0 and 1.
    """
    if not 0.0 < limit < 1.0:
        raise ValueError("the limit must lie strictly between 0 and 1")
    odds = limit / (1 - limit)
    return tuple(one * odds / (1 + one * odds) for one in ODDS)


def outlook(
    banks: Banks,
    design: Design,
    stated: float,
    *,
    lives: int,
    seed: int,
    most_items: int | None = None,
) -> Outlook:
    """Simulate ``lives`` audits of banks at the stated rate.

    Args:
        design: how the run looks, in values; one that does not stop early looks once, at the end.
        stated: true rate of the worst bank, 0 to 1.
        seed: of all randomness; each rate draws from a stream of its own.
        most_items: where a budget ends the run, a multiple of the batch; None without one.

    Raises:
        ValueError: no bank, no life, or a rate outside [0, 1].
    """
    if not banks.sizes or lives < 1 or not 0.0 <= stated <= 1.0:
        raise ValueError("needs a bank, at least one life and a rate between 0 and 1")
    rates = _rates(banks, stated)
    hits = [round(rate * size) for rate, size in zip(rates, banks.sizes, strict=True)]
    each, total = banks.items_each, banks.items_each * sum(banks.sizes)
    most = (most_items or total) // each
    verdicts, asked = _simulate(banks.sizes, hits, (design, most), lives, seed)
    items = each * asked
    fixed = each * smallest_fixed_size(
        banks.sizes, hits, limit=design.limit, alpha=design.alpha, power=POWER
    )
    complies = all_comply(banks.sizes, hits, design.limit)
    mean = float(items.mean())
    return Outlook(
        stated=stated,
        rate=max(k / n for k, n in zip(hits, banks.sizes, strict=True)),
        right=Verdict.COMPLIANT if complies else Verdict.VIOLATING,
        lives=lives,
        compliant=_chance(verdicts, Verdict.COMPLIANT),
        violating=_chance(verdicts, Verdict.VIOLATING),
        inconclusive=_chance(verdicts, Verdict.INCONCLUSIVE),
        items=_items(items),
        bank=total,
        fixed=fixed,
        saved_of_bank=1 - mean / total,
        saved_of_fixed=None if most_items else 1 - mean / fixed,
    )


def _rates(banks: Banks, stated: float) -> list[float]:
    others = min(stated, banks.elsewhere)
    return [stated, *[others] * (len(banks.sizes) - 1)]


def _simulate(
    sizes: Sequence[int],
    hits: Sequence[int],
    how: tuple[Design, int],
    lives: int,
    seed: int,
) -> tuple[list[Verdict], Counts]:
    """(verdict, items) of every life; a life that outlasts the budget is inconclusive there."""
    design, most = how
    design = replace(design, minimum_items=min(design.minimum_items, most))
    filled = [np.repeat([1.0, 0.0], [k, n - k]) for k, n in zip(hits, sizes, strict=True)]
    rng = np.random.default_rng([seed, *hits])
    verdicts, items = [], np.empty(lives, dtype=np.int64)
    for life in range(lives):
        verdict, asked = decide(*in_turn(filled, rng), design)
        verdicts.append(verdict if asked <= most else Verdict.INCONCLUSIVE)
        items[life] = min(asked, most)
    return verdicts, items


def _chance(verdicts: Sequence[Verdict], wanted: Verdict) -> Chance:
    n = sum(one is wanted for one in verdicts)
    return Chance(n / len(verdicts), *clopper_pearson(n, len(verdicts), LEVEL))


def _items(items: Counts) -> Items:
    ordered = np.sort(items)
    n = len(ordered)
    # The median lies between these order statistics with chance at least 1 - LEVEL.
    first = max(int(binom.ppf(LEVEL / 2, n, 0.5)) - 1, 0)
    tenth, median, ninetieth = np.quantile(ordered, (0.1, 0.5, 0.9), method="inverted_cdf")
    return Items(
        mean=float(ordered.mean()),
        standard_error=float(ordered.std(ddof=1)) / math.sqrt(n) if n > 1 else math.inf,
        tenth=int(tenth),
        median=int(median),
        ninetieth=int(ninetieth),
        median_lower=int(ordered[first]),
        median_upper=int(ordered[n - 1 - first]),
    )
