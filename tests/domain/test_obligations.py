"""Where an obligation stands: what answers a demand, for how long, and what it then says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from compliance.domain.policy.obligations import Answer, ObligationState, answers, stand, starts_at
from compliance.domain.policy.packs import Binding, Demand, Limit, Period
from compliance.domain.specs import StressTestSpec
from compliance.domain.vocabulary import Role, Verdict

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DEFAULTS = {"limit": 0.2, "alpha": 0.05, "judge": "patterns@1", "audited": 0.0}


def demand(*, limit: float | None = None, applies_from: date | None = None) -> Demand:
    return Demand(
        id="d",
        title="D",
        asks="D.",
        source="The house",
        binding=Binding.HOUSE,
        applies_to="all",
        applies_from=applies_from,
        test="bias.decisions",
        test_version=2,
        access=(),
        answers=Role.ENGINEER,
        period=Period(30, 5, "the house"),
        limit=None if limit is None else Limit(limit, "the house"),
        clock=None,
    )


def spec(version: int = 2, **parameters: Any) -> StressTestSpec:
    return StressTestSpec("bias.decisions", version, parameters)


def state(
    verdict: Verdict | None, *, days: int = 1, asked: Demand | None = None, **given: Any
) -> str:
    answer = verdict and Answer(verdict, NOW - timedelta(days=days), spec(**given))
    found = stand(
        asked or demand(),
        began=NOW - timedelta(days=2),
        answer=answer or None,
        defaults=DEFAULTS,
        now=NOW,
    )
    return found.state.value


@pytest.mark.parametrize(
    ("given", "limit", "answered"),
    [
        (spec(), None, True),
        (spec(3), None, True),
        (spec(1), None, False),
        (spec(limit=0.1, alpha=0.01), None, True),
        (spec(limit=0.3), None, False),
        (spec(alpha=0.1), None, False),
        (spec(judge="kind@1"), None, False),
        (spec(audited=0.2, references=["a"]), None, True),
        (spec(items=3), None, False),
        (spec(), 0.1, False),
        (spec(limit=0.1), 0.1, True),
        (spec(limit=0.1 + 1e-12), 0.1, True),
        (spec(limit=True), None, False),
        (spec(limit="0.1"), None, False),
        (StressTestSpec("safety.refusal", 2), None, False),
    ],
)
def test_only_what_is_as_strict_as_asked_answers(
    given: StressTestSpec, limit: float | None, answered: bool
) -> None:
    assert answers(demand(limit=limit), given, DEFAULTS) is answered


def test_without_defaults_only_a_bare_spec_answers() -> None:
    assert answers(demand(), spec(), {}) and not answers(demand(), spec(alpha=0.01), {})


def test_an_answer_counts_for_its_period_and_says_what_its_verdict_says() -> None:
    assert state(Verdict.COMPLIANT) == "met"
    assert state(Verdict.VIOLATING) == "not_met"
    assert state(Verdict.INCONCLUSIVE) == "inconclusive"
    assert state(Verdict.COMPLIANT, days=29) == "met"
    assert state(Verdict.COMPLIANT, days=30) == "due"
    assert state(Verdict.VIOLATING, days=34) == "due"
    assert state(Verdict.COMPLIANT, days=35) == "overdue"


def test_what_violates_a_stricter_limit_may_keep_to_the_demands() -> None:
    asked = demand(limit=0.2)
    assert state(Verdict.VIOLATING, asked=asked) == "not_met"
    assert state(Verdict.VIOLATING, asked=asked, limit=0.1) == "inconclusive"
    assert state(Verdict.COMPLIANT, asked=asked, limit=0.1) == "met"


def test_before_any_answer_it_is_due_and_after_the_grace_overdue() -> None:
    assert state(None) == "due"
    late = stand(demand(), began=NOW - timedelta(days=5), answer=None, defaults=DEFAULTS, now=NOW)
    assert late.state is ObligationState.OVERDUE
    assert late.overdue_at == NOW


def test_it_begins_with_the_last_of_law_adoption_and_version() -> None:
    earlier = NOW - timedelta(days=9)
    assert starts_at(demand(), adopted_at=NOW, registered_at=earlier) == NOW
    assert starts_at(demand(), adopted_at=earlier, registered_at=NOW) == NOW
    law = starts_at(demand(applies_from=date(2027, 12, 2)), adopted_at=NOW, registered_at=earlier)
    assert law == datetime(2027, 12, 2, tzinfo=UTC)
    early = stand(demand(), began=law, answer=None, defaults=DEFAULTS, now=NOW)
    assert (early.state, early.due_at) == (ObligationState.DUE, law)
