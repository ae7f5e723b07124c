"""Where an obligation stands: one demand on one version, by the newest result that answers it.

An answer is a result of the stress test that the demand names, run as strictly as the demand asks.
It counts for the demand's period, whatever it said; after that the obligation is due again, and
overdue when the grace is over. There is no statistic here: whether a claim holds was decided by the
verdict, with the error rate of the stress test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from compliance.domain.canonical import Json
from compliance.domain.policy.packs import Demand
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Verdict


class ObligationState(StrEnum):
    """Where an obligation stands."""

    MET = "met"
    NOT_MET = "not_met"
    INCONCLUSIVE = "inconclusive"
    DUE = "due"
    """Nothing answers it now; it is late from ``Stand.overdue_at``."""
    OVERDUE = "overdue"
    NOT_TESTABLE = "not_testable"
    """The stress test cannot speak of this version; that is no excuse, so it is told as overdue."""


class NoticeKind(StrEnum):
    """What the clock tells of, once for every time that it comes true."""

    DUE = "due"
    OVERDUE = "overdue"


STRICTER_WHEN_SMALLER = frozenset({"limit", "alpha"})
GIVEN_BY_THE_RECORD = frozenset({"references", "registered", "parent", "screened", "audited"})
"""Parameters that the registry binds, or that people's labels add: they loosen nothing."""
SAME = 1e-9
"""Limits so near to each other are one: four fifths is 0.19999999999999996 away from 1."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A result as an obligation reads it."""

    verdict: Verdict
    recorded_at: datetime
    spec: StressTestSpec


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an obligation stands at a moment.

    Attributes:
        due_at: when nothing answers it any more, or when it began.
        overdue_at: when that is late.
    """

    state: ObligationState
    due_at: datetime
    overdue_at: datetime


def starts_at(demand: Demand, *, adopted_at: datetime, registered_at: datetime) -> datetime:
    """When a demand begins to bind a version: what began last of law, adoption and version."""
    began = max(adopted_at, registered_at)
    if demand.applies_from is None:
        return began
    return max(began, datetime.combine(demand.applies_from, time.min, UTC))


def answers(demand: Demand, spec: StressTestSpec, defaults: Mapping[str, Json]) -> bool:
    """Whether a result of this spec answers the demand.

    Whoever runs a stress test chooses its parameters, so a looser limit, a larger error rate or
    another bank of items would answer anything: only what is at least as strict as the demand, or
    else as the stress test's own defaults, counts.

    Args:
        defaults: the stress test's, of the version that the spec names.
    """
    if spec.name != demand.test or spec.version < demand.test_version:
        return False
    asked = _asked(demand, defaults)
    given = {**defaults, **spec.parameters}
    return all(
        _as_strict(name, value, asked.get(name))
        for name, value in given.items()
        if name not in GIVEN_BY_THE_RECORD
    )


def speaks_of_limit(demand: Demand, spec: StressTestSpec, defaults: Mapping[str, Json]) -> bool:
    """Whether a violating verdict is about the demand's own limit.

    What violates a stricter one may well keep to the demand's.
    """
    asked = _asked(demand, defaults).get("limit")
    used = {**defaults, **spec.parameters}.get("limit")
    return asked is None or used is None or abs(_number(asked) - _number(used)) <= SAME


def stand(
    demand: Demand,
    *,
    began: datetime,
    answer: Answer | None,
    defaults: Mapping[str, Json],
    now: datetime,
) -> Stand:
    """Where an obligation stands by its newest answer, of those that ``answers`` lets pass.

    Args:
        began: see ``starts_at``.
    """
    due_at = began if answer is None else _lapses(demand, answer)
    overdue_at = due_at + timedelta(days=demand.period.grace_days)
    if answer is not None and now < due_at:
        return Stand(_state(demand, answer, defaults), due_at, overdue_at)
    late = now >= overdue_at
    return Stand(ObligationState.OVERDUE if late else ObligationState.DUE, due_at, overdue_at)


def _lapses(demand: Demand, answer: Answer) -> datetime:
    return answer.recorded_at + timedelta(days=demand.period.days)


def _state(demand: Demand, answer: Answer, defaults: Mapping[str, Json]) -> ObligationState:
    if answer.verdict is Verdict.COMPLIANT:
        return ObligationState.MET
    if answer.verdict is Verdict.VIOLATING and speaks_of_limit(demand, answer.spec, defaults):
        return ObligationState.NOT_MET
    return ObligationState.INCONCLUSIVE


def _asked(demand: Demand, defaults: Mapping[str, Json]) -> dict[str, Json]:
    stated: dict[str, Json] = {} if demand.limit is None else {"limit": demand.limit.value}
    return {**defaults, **stated}


def _as_strict(name: str, given: Json, asked: Json) -> bool:
    if name not in STRICTER_WHEN_SMALLER or isinstance(given, bool):
        return given == asked
    if not isinstance(given, int | float) or not isinstance(asked, int | float):
        return given == asked
    return given <= asked + SAME


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
