"""Simulated streams for the engines' study: what an audit sees over years of weekly looks.

A ``Case`` draws the paths of many independent streams at a stated truth, by the engine itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from compliance.domain.statistics.bernoulli import BernoulliRate
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.changes import Drift, clustered_change
from compliance.domain.statistics.engines import BankMean, Engine, Paths
from compliance.domain.statistics.judged import AuditedRate
from compliance.domain.statistics.ratios import SelectionRatio
from compliance.domain.statistics.restarts import RestartMixture, restart
from compliance.domain.statistics.shares import BankShare

LOOKS, STREAMS, ALPHA, LIMIT = 260, 120, 0.05, 0.05
A_LOOK = 50
"""Fresh items a weekly look of the alerts."""

CLUSTERS, CLUSTER_ITEMS, ICC = 1040, 60, 0.1
"""Four clusters a look; correlation of signs within a cluster."""

SCENARIOS, ANSWERS = 1040, 5
PAIRS, ITEMS = 2600, 2600
"""Ten a look."""

BANK, NEITHER = 500, 300
"""Units of a bank, all asked once, and as many independent items; units of a bank share that are
neither hit nor miss."""

AUDITED = 0.2
Draw: TypeAlias = Callable[[np.random.Generator, int], Paths]
"""(generator, streams) to two arrays of ln E, each (streams, units)."""


@dataclass(frozen=True, slots=True)
class Case:
    """Streams at one truth.

    Attributes:
        side: 0 where the verdict "violating" is meant, 1 for "compliant": wrong in a study of
            size, right in one of power.
        unit: what a path counts.
    """

    engine: str
    name: str
    side: int
    unit: str
    draw: Draw


def sizes() -> list[Case]:
    """Every engine at the boundary of each of its nulls."""
    return [
        Case("restart mixture", "rate 5% at every look", 0, "look", alerts(LIMIT)),
        Case("selection ratio", "ratio 0.8", 0, "scenario", ratio(0.8)),
        Case("selection ratio", "ratio 0.8", 1, "scenario", ratio(0.8)),
        Case("clustered change", "mean sign 0", 0, "cluster", change(0.0)),
        Case("clustered change", "mean sign 0", 1, "cluster", change(0.0)),
        Case("audited judge", "rate 5%, judge sees 17%", 0, "item", audited(LIMIT, 0.17)),
        Case("audited judge", "rate 5%, judge sees 17%", 1, "item", audited(LIMIT, 0.17)),
        Case("audited judge", "rate 5%, judge sees 99%", 0, "item", audited(LIMIT, 0.99)),
        Case("drift", "a new answer as the old", 0, "pair", drift(0.3, 0.3)),
    ]


def powers() -> list[Case]:
    """Every engine at truths that it should show."""
    return [
        Case("restart mixture", "rate 10% at every look", 0, "look", alerts(0.1)),
        Case("restart mixture", "rate 7% at every look", 0, "look", alerts(0.07)),
        Case("selection ratio", "ratio 0.6", 0, "scenario", ratio(0.6)),
        Case("selection ratio", "ratio 0.7", 0, "scenario", ratio(0.7)),
        Case("selection ratio", "ratio 1", 1, "scenario", ratio(1.0)),
        Case("clustered change", "mean sign 0.4", 0, "cluster", change(0.4)),
        Case("clustered change", "mean sign 0.2", 0, "cluster", change(0.2)),
        Case("clustered change", "mean sign 0.1", 0, "cluster", change(0.1)),
        Case("clustered change", "mean sign -0.2", 1, "cluster", change(-0.2)),
        Case("audited judge", "rate 20%, judge sees 17%", 0, "item", audited(0.2, 0.17)),
        Case("audited judge", "rate 20%, judge sees 99%", 0, "item", audited(0.2, 0.99)),
        Case("audited judge", "rate 1%, judge sees 99%", 1, "item", audited(0.01, 0.99)),
        Case("drift", "30% to 40%", 0, "pair", drift(0.3, 0.4)),
        Case("drift", "30% to 60%", 0, "pair", drift(0.3, 0.6)),
    ]


def bank_sizes() -> list[Case]:
    """Engines of level claims, at the boundary of each null: a bank's mean lies on one side."""
    return [
        Case("Bernoulli mixture", "rate 5%", 0, "item", bernoulli(LIMIT)),
        Case("Bernoulli mixture", "rate 5%", 1, "item", bernoulli(LIMIT)),
        Case("bank mean", "25 of 500", 0, "item", bank_mean(25)),
        Case("bank mean", "26 of 500", 1, "item", bank_mean(26)),
        Case("bank share", "100 hits, 100 misses of 500", 0, "unit", bank_share(100)),
        Case("bank share", "101 hits, 99 misses of 500", 1, "unit", bank_share(101)),
    ]


def bank_powers() -> list[Case]:
    """The same at truths that they should show."""
    return [
        Case("Bernoulli mixture", "rate 10%", 0, "item", bernoulli(0.1)),
        Case("Bernoulli mixture", "rate 2%", 1, "item", bernoulli(0.02)),
        Case("bank mean", "50 of 500", 0, "item", bank_mean(50)),
        Case("bank mean", "10 of 500", 1, "item", bank_mean(10)),
        Case("bank share", "140 hits, 60 misses of 500", 0, "unit", bank_share(140)),
        Case("bank share", "60 hits, 140 misses of 500", 1, "unit", bank_share(60)),
    ]


def bernoulli(rate: float) -> Draw:
    """Independent items at a rate."""
    return _each(BernoulliRate(LIMIT), lambda rng: (rng.random(BANK) < rate).astype(np.float64))


def bank_mean(hits: int) -> Draw:
    """A whole bank in a random order."""
    bank = np.repeat([1.0, 0.0], [hits, BANK - hits])
    return _each(BankMean(BANK, LIMIT), lambda rng: rng.permutation(bank))


def bank_share(hits: int) -> Draw:
    """A whole bank in a random order, most of it neither hit nor miss; the limit is one half."""
    misses = BANK - NEITHER - hits
    kinds = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    units, share = np.repeat(kinds, [hits, misses, NEITHER], axis=0), BankShare(1, BANK)

    def draw(rng: np.random.Generator, streams: int) -> Paths:
        found = [share.paths(rng.permutation(units), limit=0.5) for _ in range(streams)]
        return np.stack([one for one, _ in found]), np.stack([one for _, one in found])

    return draw


def alerts(rate: float | Sequence[float]) -> Draw:
    """Weekly counts at a rate, one for all looks or one a look."""
    rates = np.broadcast_to(np.asarray(rate, dtype=np.float64), (LOOKS,))
    engine = RestartMixture(LIMIT)

    def draw(rng: np.random.Generator, streams: int) -> Paths:
        hits = rng.binomial(A_LOOK, rates, (streams, LOOKS)).astype(np.float64)
        paths = restart(engine.growth(hits, np.full_like(hits, A_LOOK)))
        return paths, np.zeros_like(paths)

    return draw


def ratio(truth: float) -> Draw:
    """Scenarios of different difficulty; a group selected ``truth`` times as often."""

    def units(rng: np.random.Generator) -> Floats:
        chance = rng.uniform(0.3, 0.9, SCENARIOS)
        both = np.stack([chance, truth * chance], axis=1)
        return np.asarray(rng.binomial(ANSWERS, both) / ANSWERS)

    return _each(SelectionRatio(), units)


def change(truth: float) -> Draw:
    """Cluster means of 60 correlated signs."""

    def units(rng: np.random.Generator) -> Floats:
        return 2 * cluster_shares(rng, (1 + truth) / 2, ICC, CLUSTERS) - 1

    return _each(clustered_change(), units)


def cluster_shares(rng: np.random.Generator, mean: float, icc: float, clusters: int) -> Floats:
    """Shares of positive items in clusters with a Beta chance each; shape (clusters,)."""
    if icc == 0.0:
        chances = np.full(clusters, mean)
    else:
        weight = (1 - icc) / icc
        chances = rng.beta(mean * weight, (1 - mean) * weight, clusters)
    return np.asarray(rng.binomial(CLUSTER_ITEMS, chances) / CLUSTER_ITEMS)


def judged(rng: np.random.Generator, rate: float, sees: float, items: int) -> tuple[Floats, Floats]:
    """(judge's, people's) outcomes; the judge misses 1 - ``sees`` of what is so, invents 1%."""
    truth = rng.random(items) < rate
    judge = np.where(truth, rng.random(items) < sees, rng.random(items) < 0.01)
    return judge.astype(np.float64), truth.astype(np.float64)


def audited(rate: float, sees: float) -> Draw:
    """A judge with a label for every fifth item, on average."""

    def units(rng: np.random.Generator) -> Floats:
        judge, truth = judged(rng, rate, sees, ITEMS)
        truth[rng.random(ITEMS) >= AUDITED] = np.nan
        return np.stack([judge, truth], axis=1)

    return _each(AuditedRate(LIMIT, AUDITED), units)


def drift(old: float, new: float) -> Draw:
    """Two answers of a model at random to each item: item chances Beta around the rates."""

    def units(rng: np.random.Generator) -> Floats:
        item = rng.random(PAIRS)
        chances = [_quantile(item, rate) for rate in (old, new)]
        before, after = (rng.random(PAIRS) < chance for chance in chances)
        return after.astype(np.float64) - before

    return _each(Drift(), units)


def _quantile(share: Floats, mean: float) -> Floats:
    """A chance in [0, 1] that rises with ``share`` and has this mean over uniform shares."""
    return np.asarray(share ** (1 / mean - 1))


def _each(engine: Engine, units: Callable[[np.random.Generator], Floats]) -> Draw:
    def draw(rng: np.random.Generator, streams: int) -> Paths:
        found = [engine.paths(units(rng)) for _ in range(streams)]
        return np.stack([one for one, _ in found]), np.stack([one for _, one in found])

    return draw
