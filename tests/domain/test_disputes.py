"""The court's rules without a database: who may do what when, what a ruling may say, the seed."""

from __future__ import annotations

import hashlib

import pytest

from compliance.domain.dispute_words import DisputeState, RulingOutcome, Side
from compliance.domain.disputes import (
    DISPUTE_MOVES,
    LIVE,
    Act,
    Found,
    act_check,
    acts_open,
    dispute_move_check,
    finding_of,
    finding_statement,
    ruling_check,
    sides_of,
)
from compliance.domain.drawing import seed_drawn, share_commitment
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.measured import measured_false_alarms
from compliance.domain.runs import seed_from
from compliance.domain.verdicts import Claim, Estimate, Part
from compliance.domain.vocabulary import LineageFinding, Scope, Verdict
from workers.catalogue import catalogue, validity

SHARES = {Side.COURT: "00" * 32, Side.CLAIMANT: "11" * 32, Side.RESPONDENT: "22" * 32}


def found(finding: LineageFinding) -> Found:
    return Found("a test@1", "0" * 64, "r", "0" * 64, finding, 0.001, "A sentence.", "")


def estimate(*, n: int = 1, lead: bool = False) -> Estimate:
    claim = Claim("s", "p", "q", 0.1, "a source", 0.001, "unit", Scope.BANK)
    part = Part("northwind/base 1.0", n, 0.5, 0.4, 0.6, 9.0, 0.0, "")
    return Estimate(claim, n, 1, 0.5, 0.4, 0.6, 9.0, 0.0, parts=(part,), lead=lead)


def test_every_way_ends_and_nothing_leads_back_from_a_drawn_seed() -> None:
    def after(*states: DisputeState) -> set[DisputeState]:
        found = {one for state in states for one in DISPUTE_MOVES[state]}
        return found if found <= {*states} else after(*{*states, *found})

    for state in LIVE:
        assert DisputeState.RULED in after(state)
    assert after(DisputeState.RUNNING) == {
        DisputeState.HEARD,
        DisputeState.ORDERED_AGAIN,
        DisputeState.RUNNING,
        DisputeState.RULED,
    }
    with pytest.raises(TransitionError, match="running cannot become withdrawn"):
        dispute_move_check(DisputeState.RUNNING, DisputeState.WITHDRAWN)


def test_each_act_is_somebodys_and_has_its_time() -> None:
    assert all(sides_of(act) for act in Act)
    assert sides_of(Act.RULE) == {Side.COURT}
    assert acts_open(Side.COURT, DisputeState.RUNNING) == {Act.APPOINT}
    assert acts_open(Side.REVIEWER, DisputeState.RULED) == {Act.DISSENT}
    assert acts_open(Side.CLAIMANT, DisputeState.RULED) == frozenset()
    with pytest.raises(TransitionError, match="nobody may rule in a dispute that is running"):
        act_check(Act.RULE, DisputeState.RUNNING)


@pytest.mark.parametrize(
    ("outcome", "findings", "problem"),
    [
        (RulingOutcome.UPHELD, [LineageFinding.NOT_SHOWN], "nothing was shown"),
        (RulingOutcome.UPHELD, [], "nothing was shown"),
        (RulingOutcome.NOT_UPHELD, [], "nothing was tested"),
        (RulingOutcome.DISMISSED, [LineageFinding.NOT_SHOWN], "was tested"),
    ],
)
def test_a_ruling_says_no_more_than_the_results(
    outcome: RulingOutcome, findings: list[LineageFinding], problem: str
) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        ruling_check(outcome, [found(one) for one in findings])


def test_what_was_shown_may_be_upheld_and_need_not_be() -> None:
    shown = [found(LineageFinding.NOT_SHOWN), found(LineageFinding.SHOWN)]
    for outcome in (RulingOutcome.UPHELD, RulingOutcome.NOT_UPHELD):
        ruling_check(outcome, shown)
    ruling_check(RulingOutcome.DISMISSED, [])


def test_only_a_violated_denial_shows_anything() -> None:
    assert finding_of(estimate(), Verdict.VIOLATING) is LineageFinding.SHOWN
    assert finding_of(estimate(lead=True), Verdict.VIOLATING) is LineageFinding.NOT_SHOWN
    for verdict in (Verdict.INCONCLUSIVE, Verdict.COMPLIANT):
        assert finding_of(estimate(), verdict) is LineageFinding.NOT_SHOWN
    assert finding_of(estimate(n=0), Verdict.INCONCLUSIVE) is LineageFinding.NOT_COMPARED


def test_no_sentence_calls_two_models_independent() -> None:
    for finding in LineageFinding:
        said = finding_statement(
            finding=finding, test="t@1", respondent="r", claimant="c", figures="f"
        )
        assert "independent" not in said
        assert ("Not shown" in said) is (finding is LineageFinding.NOT_SHOWN)


def test_the_measured_rate_comes_from_the_validity_report() -> None:
    test = catalogue()["provenance.shared_initialisation", 3]
    said = measured_false_alarms(validity(test), 0.001)
    assert said.startswith(
        "False alarms measured at alpha 0.001: 0 of 300, rate between 0 and 0.01"
    )
    assert "no false-alarm rate at alpha 0.3" in measured_false_alarms(validity(test), 0.3)
    assert "no false-alarm rate" in measured_false_alarms(None, 0.001)


def test_the_seed_follows_from_every_share_and_the_plan() -> None:
    drawn = {seed_drawn(dispute="d", plan_digest="p", shares=SHARES)}
    for side in SHARES:
        less = {one: share for one, share in SHARES.items() if one is not side}
        drawn.add(seed_drawn(dispute="d", plan_digest="p", shares=less))
        drawn.add(seed_drawn(dispute="d", plan_digest="p", shares=SHARES | {side: "ff" * 32}))
    drawn.add(seed_drawn(dispute="e", plan_digest="p", shares=SHARES))
    drawn.add(seed_drawn(dispute="d", plan_digest="q", shares=SHARES))
    assert len(drawn) == 9
    assert all(0 <= seed_from(drawn=one, spec_digest="s") < 2**53 for one in drawn)


def test_a_commitment_is_the_hash_of_32_bytes() -> None:
    assert share_commitment("11" * 32) == hashlib.sha256(b"\x11" * 32).hexdigest()
    for wrong in ("", "11" * 31, "11" * 33, "AA" * 32, "zz" * 32, "11" * 32 + "\n"):
        with pytest.raises(InvalidInputError):
            share_commitment(wrong)
