"""How often ``provenance.served_drift`` alarms without cause, and how soon with one.

Three parts. At the edge of its null: p-values as the permutations give them, and machines as noisy
as the null allows, over many lives of a year of daily looks. End to end: looks at tiny models
trained here, unchanged, with and without noise that wanders from look to look; here the p-values
are counted. And lives in which the model changes. Model equality testing as published, against the
first look, runs beside the test on the same answers.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
import torch

from compliance.domain.canonical import Json
from compliance.domain.standing import Null
from compliance.domain.statistics.betting import Floats
from compliance.domain.statistics.binomial import clopper_pearson, wilson
from compliance.domain.statistics.equality import equality_p, rank_among, uniform_p
from workers.stress_tests.provenance.served_banks_validity import Bank, Banks, banks
from workers.stress_tests.provenance.served_drift import served_drift
from workers.stress_tests.provenance.served_edge_validity import ALPHA, SEED, edge, families
from workers.stress_tests.provenance.served_looks import (
    Course,
    Look,
    earlier_course,
    earlier_p,
    p_course,
    registered_course,
)
from workers.stress_tests.provenance.served_year_validity import year
from workers.stress_tests.provenance.shared_initialisation_validity import FULL, QUICK
from workers.stress_tests.provenance.zoo_families_validity import stands

SAMPLES, TOLERANCE = 8, 0.1
RIVAL_PERMUTATIONS = 100
CORRELATION = 0.9
"""Of the noise from one look to the next."""
QUERY_NOISE = 0.01
"""Standard deviation of a log-probability from query to query, in nats."""
AFTER = 20
"""Looks after a change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is simulated.

    Attributes:
        edge: lives of a year of daily looks at the edge of the null.
        unchanged: lives of 52 looks at models that stay, for each kind of noise.
        changed: lives for each change.
        draws: answers a prompt in a bank.
    """

    edge: int
    unchanged: int
    changed: int
    draws: int


@dataclass(frozen=True, slots=True)
class Life:
    """One stream.

    Attributes:
        asked, held: the look of the alarm without and with the registered weights, or None.
        p_values, ranks, published: of every look that has one: of model equality and of ranks as
            the test has them, and of model equality as published.
    """

    asked: int | None
    held: int | None
    p_values: Floats
    ranks: Floats
    published: Floats


def validate(quick: bool) -> dict[str, Json]:
    """False alarms in a year, p-values of unchanged models, and delays after changes."""
    started = time.monotonic()
    plan = Plan(500, 1, 1, 16) if quick else Plan(10_000, 20, 8, 512)
    zoo = QUICK if quick else FULL
    torch.set_num_threads(1)
    size = edge(plan.edge)
    known = banks(zoo.steps, plan.draws, zoo.seeds)
    unchanged = [row for noisy in (False, True) for row in _unchanged(known, plan, noisy)]
    return {
        "test": "provenance.served_drift",
        "version": 1,
        "quick": quick,
        "command": "python -m workers validate provenance.served_drift",
        "design": _design(known),
        **stands(Null.EXACT, ALPHA, families(size, unchanged)),
        "size": [*size],
        "unchanged": [*unchanged],
        "power": [*_power(known, plan)],
        "year": year(plan.edge // 5),
        "seconds": round(time.monotonic() - started, 1),
    }


def _design(known: Banks) -> dict[str, Json]:
    moved = np.abs(known.noisy[2].log_probabilities - known.noisy[0].log_probabilities)
    return {
        "alpha": ALPHA,
        "samples": SAMPLES,
        "tolerance": TOLERANCE,
        "noise": "weights off by 2^-6 of themselves, times a state that wanders from look to look",
        "noise_moves": round(float(np.median(moved)), 5),
        "noise_correlation": CORRELATION,
        "query_noise": QUERY_NOISE,
        "seed": SEED,
        "bounds": "95% Clopper-Pearson, one-sided for false alarms; 95% Wilson (power)",
        "numpy": np.__version__,
        "python": platform.python_version(),
        "scipy": scipy.__version__,
        "torch": torch.__version__,
        "parameters": {**served_drift.defaults},
    }


def _unchanged(known: Banks, plan: Plan, noisy: bool) -> list[dict[str, Json]]:
    """How often looks at a model that stays have small p-values, and streams an alarm."""
    simulated = Simulated(known, noisy=noisy)
    lives = [simulated.life([SEED, noisy, k], 52) for k in range(plan.unchanged)]
    ways = {
        "answers": [life.p_values for life in lives],
        "ranks": [life.ranks for life in lives],
        "model equality testing as published": [life.published for life in lives],
    }
    alarms = sum(life.asked is not None or life.held is not None for life in lives)
    return [
        {
            "way": way,
            "noise": "wandering" if noisy else "none",
            "streams": len(lives),
            "streams_with_p_at_most_5_percent": sum(bool((one <= 0.05).any()) for one in p_values),
            "streams_with_an_alarm_of_the_test": alarms,
            **_small(np.concatenate(p_values)),
        }
        for way, p_values in ways.items()
    ]


def _small(p_values: Floats) -> dict[str, Json]:
    hits = int((p_values <= 0.05).sum())
    lower, upper = clopper_pearson(hits, len(p_values))
    return {
        "looks": len(p_values),
        "p_at_most_5_percent": hits,
        "p_at_most_1_percent": int((p_values <= 0.01).sum()),
        "lower": round(lower, 5),
        "upper": round(upper, 5),
    }


def _power(known: Banks, plan: Plan) -> list[dict[str, Json]]:
    simulate = Simulated(known, noisy=True)
    rows: list[dict[str, Json]] = []
    for number, (change, bank) in enumerate(known.changed.items()):
        rng = np.random.default_rng([SEED, number])
        changes = rng.integers(4, 20, size=plan.changed).tolist()
        lives = [
            (at, simulate.life([SEED, 1, number, k], at + AFTER, change=(at, bank)))
            for k, at in enumerate(changes)
        ]
        rows += [
            _power_row(change, "asked", [(at, life.asked) for at, life in lives]),
            _power_row(change, "held", [(at, life.held) for at, life in lives]),
        ]
    return rows


def _power_row(change: str, way: str, lives: Sequence[tuple[int, int | None]]) -> dict[str, Json]:
    delays = [alarm - at + 1 for at, alarm in lives if alarm is not None and alarm >= at]
    told = [float(one) for one in delays] + [np.inf] * (len(lives) - len(delays))
    middle = float(np.median(told))
    lower, upper = wilson(len(delays), len(lives))
    return {
        "change": change,
        "way": way,
        "lives": len(lives),
        "found": len(delays),
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "before": sum(alarm is not None and alarm < at for at, alarm in lives),
        "median_looks": middle if np.isfinite(middle) else None,
        "slowest_looks": max(delays, default=None),
    }


@dataclass(frozen=True, slots=True)
class Simulated:
    """Streams of looks.

    Attributes:
        noisy: whether the machines' noise wanders, and queries differ.
    """

    known: Banks
    noisy: bool

    def life(
        self, seed: Sequence[int], looks: int, *, change: tuple[int, Bank] | None = None
    ) -> Life:
        """One stream; from the look numbered ``change[0]`` on another model is served."""
        seen = self.looks(np.random.default_rng(seed), looks, change=change)
        p_values: list[float] = []
        published: list[float] = []
        for number in range(1, looks):
            judge = np.random.default_rng([*seed, number])
            p_values.append(earlier_p(seen[:number], seen[number].answers, judge))
            published.append(_published_p(seen[0], seen[number], judge))
        ranks = [
            uniform_p(one.ranks, np.random.default_rng([*seed, k])) for k, one in enumerate(seen)
        ]
        answers = p_course("", np.array(p_values))
        drifted, registered = earlier_course(seen, TOLERANCE), registered_course(seen, TOLERANCE)
        held = [(answers, 1), (drifted, 1), (p_course("", np.array(ranks)), 0), (registered, 0)]
        return Life(
            asked=_alarm(held[:2]),
            held=_alarm(held),
            p_values=np.array(p_values),
            ranks=np.array(ranks),
            published=np.array(published),
        )

    def looks(
        self, rng: np.random.Generator, number: int, *, change: tuple[int, Bank] | None = None
    ) -> list[Look]:
        """What the looks of a stream see; arguments as in ``life``."""
        served = [self.known.noisy[state] for state in self._states(number, rng)]
        if change is not None:
            served[change[0] :] = [change[1]] * (number - change[0])
        return [self._look(one, rng) for one in served]

    def _states(self, looks: int, rng: np.random.Generator) -> list[int]:
        """Of the noise at each look, in whole standard deviations: a rounded AR(1)."""
        if not self.noisy:
            return [0] * looks
        steps = rng.normal(size=looks)
        states = [steps[0]]
        for step in steps[1:]:
            states.append(CORRELATION * states[-1] + np.sqrt(1 - CORRELATION**2) * step)
        return [int(np.clip(round(one), -2, 2)) for one in states]

    def _look(self, bank: Bank, rng: np.random.Generator) -> Look:
        registered = self.known.noisy[0]
        prompts, draws = bank.answers.shape[:2]
        drawn: np.ndarray = rng.integers(draws, size=(prompts, SAMPLES))
        fresh: np.ndarray = rng.integers(draws, size=(prompts, SAMPLES))
        coins = rng.random((prompts,))
        ranks = [
            rank_among(
                bank.likelihoods[k, drawn[k, 0]], registered.likelihoods[k, fresh[k]], coins[k]
            )
            for k in range(prompts)
        ]
        noise = rng.normal(0.0, QUERY_NOISE, prompts) if self.noisy else np.zeros(prompts)
        return Look(
            answers=bank.answers[np.arange(prompts)[:, None], drawn],
            log_probabilities=bank.log_probabilities + noise,
            ranks=np.array(ranks),
            registered=registered.log_probabilities,
        )


def _published_p(first: Look, now: Look, rng: np.random.Generator) -> float:
    """As the published code has it: without the added one."""
    p_value = equality_p(now.answers, first.answers, rng, permutations=RIVAL_PERMUTATIONS)
    return ((RIVAL_PERMUTATIONS + 1) * p_value - 1) / RIVAL_PERMUTATIONS


def _alarm(courses: Sequence[tuple[Course, int]]) -> int | None:
    """The first look, from 0, at which e-Bonferroni over the questions reaches 1/alpha.

    Args:
        courses: each with the number of looks before its first.
    """
    bound = np.log(len(courses) / ALPHA)
    first: list[int] = []
    for course, offset in courses:
        over = np.flatnonzero(course.log_e() >= bound)
        first += [int(over[0]) + offset] if len(over) else []
    return min(first, default=None)
