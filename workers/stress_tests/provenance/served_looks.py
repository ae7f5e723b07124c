"""What the looks at an endpoint add up to: one e-process a question, over all looks of a stream.

Each look is one run. Looks in which not every prompt was answered are left out, and so are looks of
which an answer was erased from the record.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from compliance.domain.canonical import Json
from compliance.domain.statistics.betting import Floats, population_mean
from compliance.domain.statistics.equality import encoded, equality_p, uniform_p
from compliance.domain.statistics.restarts import RestartMixture, p_growth, restart
from compliance.domain.verdicts import Part, cap
from workers.contract import Score

LIMIT = 0.01
"""Largest chance of a look that differs though nothing changed."""
BEFORE = 24
"""Earlier answers to a prompt that a look is compared with, drawn from all of them."""
PLACES_A_TOKEN = 6
"""Characters that are compared for each token an answer may have; most tokens are shorter."""

LEFT_OUT = "Left out: {n} earlier looks that lack an answer, or of which one was erased."


@dataclass(frozen=True, slots=True)
class Look:
    """One run's answers, prompts in the bank's order.

    Attributes:
        answers: encoded, shape (prompts, samples, places).
        log_probabilities: of each prompt's continuation, in nats, shape (prompts,); NaN where the
            endpoint gives none.
        ranks: of an answer among those of the registered weights; NaN without them.
        registered: log-probabilities under the registered weights; NaN without them.
    """

    answers: NDArray[np.int32]
    log_probabilities: Floats
    ranks: Floats
    registered: Floats


def look(scores: Sequence[Score], *, prompts: Sequence[str], places: int) -> Look | None:
    """The look that a run's scores make; None where a prompt has no answer, or none any more."""
    known = {score.item_id: score.detail for score in scores if "answers" in score.detail}
    if not set(prompts) <= set(known):
        return None
    details = [known[one] for one in prompts]
    return Look(
        answers=np.stack([encoded(cast(list[str], one["answers"]), places) for one in details]),
        log_probabilities=_numbers([one["log_probability"] for one in details]),
        ranks=_numbers([one["rank"] for one in details]),
        registered=_numbers([one["registered_log_probability"] for one in details]),
    )


@dataclass(frozen=True, slots=True)
class Course:
    """What one question found at every look that could be compared.

    Attributes:
        differs: 1 where a look differs at the level ``LIMIT``, shape (looks,).
        growth: ln of what each bet makes of a look, shape (looks, bets).
    """

    name: str
    differs: Floats
    growth: Floats

    def log_e(self) -> Floats:
        """ln of the restart mixture after each look."""
        return restart(self.growth)

    def part(self, alpha: float) -> Part:
        """Share of looks that differ, its confidence sequence, and the largest e-value so far."""
        found = population_mean(self.differs.tolist(), limit=LIMIT, alpha=alpha)
        largest = float(self.log_e().max(initial=0.0)) / math.log(10.0)
        value = found.value if len(self.differs) else 0.0
        return Part(
            name=self.name,
            n=len(self.differs),
            value=value,
            lower=found.lower,
            upper=found.upper,
            log10_e_violating=cap(largest),
            log10_e_compliant=0.0,
        )


def answers_course(looks: Sequence[Look], seed: int) -> Course:
    """Drawn answers of each look against a draw from all before: model equality testing."""
    p_values = [
        earlier_p(looks[:number], looks[number].answers, np.random.default_rng([seed, number]))
        for number in range(1, len(looks))
    ]
    return p_course("answers, against earlier ones", np.array(p_values, dtype=np.float64))


def earlier_p(before: Sequence[Look], now: NDArray[np.int32], rng: np.random.Generator) -> float:
    """Exact whatever came earlier: the draw from the past does not know its order."""
    prompts, samples = now.shape[:2]
    size = min(BEFORE, len(before) * samples)
    drawn = rng.random((prompts, len(before) * samples)).argsort(axis=1)[:, :size]
    every = np.stack([one.answers for one in before])
    return equality_p(
        now, every[drawn // samples, np.arange(prompts)[:, None], drawn % samples], rng
    )


def ranks_course(looks: Sequence[Look], seed: int) -> Course:
    """Ranks of answers among those of the registered weights, fresh on both sides at each look."""
    p_values = [
        uniform_p(one.ranks, np.random.default_rng([seed, 1, number]))
        for number, one in enumerate(looks)
        if not np.isnan(one.ranks).any()
    ]
    return p_course("answers, against the registered weights", np.array(p_values, dtype=np.float64))


def p_course(name: str, p_values: Floats) -> Course:
    """A question that is answered by a p-value at each look."""
    return Course(name, (p_values <= LIMIT).astype(np.float64), p_growth(p_values))


def earlier_course(looks: Sequence[Look], tolerance: float) -> Course:
    """Log-probabilities of each look against those of the first that has them."""
    known = [one.log_probabilities for one in looks if not np.isnan(one.log_probabilities).any()]
    pairs = [(one, known[0]) for one in known[1:]]
    return _moved_course("log-probabilities, against the first look's", pairs, tolerance)


def registered_course(looks: Sequence[Look], tolerance: float) -> Course:
    """Log-probabilities of each look against those of the registered weights."""
    pairs = [(one.log_probabilities, one.registered) for one in looks]
    known = [pair for pair in pairs if not any(np.isnan(one).any() for one in pair)]
    return _moved_course("log-probabilities, against the registered weights", known, tolerance)


def moved(now: Floats, then: Floats, tolerance: float) -> bool:
    """Whether more than half of the log-probabilities moved by more than the tolerance, in nats."""
    return bool(np.mean(np.abs(now - then) > tolerance) > 0.5)


def moved_course(name: str, differs: Floats) -> Course:
    """A question that is answered by yes or no at each look, "yes" with a chance of LIMIT."""
    return Course(name, differs, RestartMixture(LIMIT).growth(differs, np.ones(len(differs))))


def _moved_course(name: str, pairs: Sequence[tuple[Floats, Floats]], tolerance: float) -> Course:
    found = [moved(now, then, tolerance) for now, then in pairs]
    return moved_course(name, np.array(found, dtype=np.float64))


def _numbers(values: Sequence[Json]) -> Floats:
    numbers = [float(one) if isinstance(one, int | float) else math.nan for one in values]
    return np.array(numbers, dtype=np.float64)
