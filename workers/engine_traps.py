"""What goes wrong without the engines, on the same kind of streams: rows for docs/statistics.md."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom, binomtest

from compliance.domain.canonical import Json
from compliance.domain.statistics.bernoulli import log10_e_above
from compliance.domain.statistics.betting import Floats, log_e_process
from compliance.domain.statistics.binomial import clopper_pearson_upper
from compliance.domain.statistics.changes import Drift, clustered_change
from compliance.domain.statistics.multiplicity import e_lond
from compliance.domain.statistics.restarts import RestartMixture, restart
from workers.engine_streams import (
    A_LOOK,
    ALPHA,
    CLUSTER_ITEMS,
    LIMIT,
    LOOKS,
    cluster_shares,
    judged,
)

TEMPLATES = 25
CHANGE_AT = 100
"""The look from which on the rate is bad."""


def traps(quick: bool, rng: np.random.Generator) -> dict[str, Json]:
    """Every trap with its measured rate."""
    number = 100 if quick else 4000
    return {
        "looks": weekly_looks(number, rng),
        "clusters": [clusters(icc, number, rng) for icc in (0.0, 0.02, 0.1, 0.3)],
        "good_past": good_past(number // 10, rng),
        "judge": as_judged(number // 10, rng),
        "one_shot": one_shot(number // 10, rng),
        "baseline": one_baseline(number // 10, rng),
    }


def weekly_looks(number: int, rng: np.random.Generator) -> Json:
    """Streams exactly at the limit for 260 looks: how many were ever called violating."""
    hits = rng.binomial(A_LOOK, LIMIT, (number, LOOKS))
    sums, seen = hits.cumsum(axis=1), A_LOOK * np.arange(1, LOOKS + 1)
    mixture = restart(RestartMixture(LIMIT).growth(hits.astype(float), np.full(hits.shape, 50.0)))
    rules = {
        "exact test of the look": binom.sf(hits - 1, A_LOOK, LIMIT) <= ALPHA,
        "exact test of all so far": binom.sf(sums - 1, seen, LIMIT) <= ALPHA,
        "Wald interval of the look": _wald(hits) > LIMIT,
        "conjugate mixture of all so far": _cumulative(sums) >= -np.log10(ALPHA),
        "restart mixture": mixture >= -np.log(ALPHA),
    }
    return [_by_looks(rule, alarms) for rule, alarms in rules.items()]


def _by_looks(rule: str, alarms: np.ndarray) -> Json:
    ever = np.maximum.accumulate(alarms, axis=1)
    looks = {f"after_{look}": float(ever[:, look - 1].mean()) for look in (1, 12, 52, LOOKS)}
    return {"rule": rule, "streams": len(alarms), **looks}


def _wald(hits: np.ndarray) -> Floats:
    """Lower end of the one-sided 95% Wald interval, Agresti's 'never'."""
    rate = hits / A_LOOK
    return np.asarray(rate - 1.6449 * np.sqrt(rate * (1 - rate) / A_LOOK))


def _cumulative(sums: np.ndarray) -> Floats:
    """log10 of the mixture e-value at every look; counts repeat, so each is computed once."""
    found: Floats = np.empty(sums.shape)
    for look in range(sums.shape[1]):
        counts, where = np.unique(sums[:, look], return_inverse=True)
        values = [log10_e_above(int(one), A_LOOK * (look + 1), LIMIT) for one in counts]
        found[:, look] = np.array(values)[where]
    return found


def clusters(icc: float, number: int, rng: np.random.Generator) -> Json:
    """25 templates of 60 signs, fair on average: naive sign test over items, and the engine."""
    naive, engine = 0, 0
    for _ in range(number):
        shares = cluster_shares(rng, 0.5, icc, TEMPLATES)
        hits = round(float(shares.sum()) * CLUSTER_ITEMS)
        naive += binomtest(hits, TEMPLATES * CLUSTER_ITEMS, 0.5).pvalue <= ALPHA
        violating, compliant = clustered_change().paths(2 * shares - 1)
        # Two-sided, as the sign test is: the mean of both sides is an e-process too.
        engine += bool((np.logaddexp(violating, compliant) >= np.log(2 / ALPHA)).any())
    return {
        "icc": icc,
        "studies": number,
        "naive": naive / number,
        "engine": engine / number,
        "engine_upper": round(clopper_pearson_upper(engine, number), 5),
    }


def good_past(number: int, rng: np.random.Generator) -> Json:
    """2% for 99 looks, then 10% against a limit of 5%: looks from the change to the alarm."""
    rates = np.where(np.arange(1, LOOKS + 1) < CHANGE_AT, 0.02, 0.1)
    hits = rng.binomial(A_LOOK, rates, (number, LOOKS))
    mixture = restart(RestartMixture(LIMIT).growth(hits.astype(float), np.full(hits.shape, 50.0)))
    evidence = {
        "conjugate mixture of all so far": _cumulative(hits.cumsum(axis=1)) * np.log(10),
        "restart mixture": mixture,
    }
    return [
        {
            "rule": f"{rule}, {threshold}",
            "streams": number,
            "never": int((~(path >= bound).any(axis=1)).sum()),
            "median_delay": _median_delay(path >= bound),
        }
        for rule, path in evidence.items()
        for threshold, bound in (("1/alpha", np.log(20)), ("120/alpha", np.log(2400)))
    ]


def _median_delay(alarms: np.ndarray) -> int | None:
    """Looks at the bad rate up to the alarm, its own included; None beyond the last look."""
    first = np.where(alarms.any(axis=1), alarms.argmax(axis=1), 10**6)
    delay = int(np.sort(first)[(len(first) - 1) // 2]) - CHANGE_AT + 2
    return delay if delay < LOOKS else None


def as_judged(number: int, rng: np.random.Generator) -> Json:
    """A model that complies with 10% against 5%, by judges that see less: called compliant."""
    rows: list[Json] = []
    for sees in (0.99, 0.55, 0.16):
        called = 0
        for _ in range(number):
            judge, _ = judged(rng, 0.1, sees, 2000)
            called += _ever_compliant(judge)
        rows.append({"sees": sees, "studies": number, "called_compliant": called / number})
    return rows


def _ever_compliant(outcomes: Floats) -> bool:
    path = log_e_process(1.0 - outcomes, mean=1.0 - LIMIT)
    return bool((path >= -np.log(ALPHA)).any())


def one_shot(number: int, rng: np.random.Generator) -> Json:
    """1,000 hypotheses one by one, one in a hundred false, their noise shared.

    E = exp(3 x - 9/2), x normal with mean 0, or 5 where the null is false: a likelihood ratio.
    """
    found = {rule: np.zeros(2) for rule in ("e-LOND", "e at least 1/alpha")}
    for _ in range(number):
        wrong = rng.random(1000) < 0.01
        noise = np.sqrt(0.5) * (rng.normal(size=1000) + rng.normal())
        log10_e = (3 * (noise + 5 * wrong) - 4.5) / np.log(10)
        decided = (np.array(e_lond([*log10_e], ALPHA)), log10_e >= -np.log10(ALPHA))
        for rule, rejected in zip(found, decided, strict=True):
            false = (rejected & ~wrong).sum() / max(1, rejected.sum())
            found[rule] += (false, (rejected & wrong).sum() / max(1, wrong.sum()))
    return [
        {
            "rule": rule,
            "studies": number,
            "false_discovery_rate": float(false / number),
            "power": float(power / number),
        }
        for rule, (false, power) in found.items()
    ]


def one_baseline(number: int, rng: np.random.Generator) -> Json:
    """An unchanged model of 200 items, 52 looks: one old answer an item, or a fresh one a pair."""
    alarms = {"one old answer for every look": 0, "a fresh old answer for every pair": 0}
    for _ in range(number):
        chances = rng.random(200)
        answers = rng.random((52, 200)) < chances
        fresh = rng.random((52, 200)) < chances
        for rule, old in zip(alarms, (fresh[:1], fresh), strict=True):
            path, _ = Drift().paths((answers.astype(float) - old).ravel())
            alarms[rule] += bool((path >= -np.log(ALPHA)).any())
    return [
        {"rule": rule, "studies": number, "alarms": count / number}
        for rule, count in alarms.items()
    ]
