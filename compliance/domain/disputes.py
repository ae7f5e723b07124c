"""Disputes: their lifecycle as a table, who may do what when, and what a ruling may rest on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from compliance.domain.canonical import Json
from compliance.domain.dispute_words import DisputeState, RulingOutcome, Side
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.rights import Action
from compliance.domain.verdicts import Estimate
from compliance.domain.vocabulary import LineageFinding, Verdict

ANSWER_DAYS = 21
"""Rule 12(a)(1)(A)(i) of the US Federal Rules of Civil Procedure: 21 days to answer a complaint."""
DRAW_DAYS = 7
"""What the order's form suggests for committing and revealing; the court sets it."""
MAX_TEXT = 20_000
"""Characters of a filing, ruling or dissent."""
MAX_FILES = 5
MAX_FILE_BYTES = 5 << 20
MOST_TESTS = 8

DISPUTE_MOVES: Mapping[DisputeState, frozenset[DisputeState]] = {
    DisputeState.OPENED: frozenset(
        {
            DisputeState.ANSWERED,
            DisputeState.ORDERED,
            DisputeState.RULED,
            DisputeState.WITHDRAWN,
        }
    ),
    DisputeState.ANSWERED: frozenset(
        {DisputeState.ORDERED, DisputeState.RULED, DisputeState.WITHDRAWN}
    ),
    DisputeState.ORDERED: frozenset(
        {DisputeState.RUNNING, DisputeState.RULED, DisputeState.WITHDRAWN}
    ),
    # Whoever asked for the test lives with its answer: there is no way back once the seed is drawn.
    DisputeState.RUNNING: frozenset({DisputeState.HEARD}),
    DisputeState.HEARD: frozenset({DisputeState.ORDERED_AGAIN, DisputeState.RULED}),
    DisputeState.ORDERED_AGAIN: frozenset({DisputeState.RUNNING, DisputeState.RULED}),
    DisputeState.RULED: frozenset(),
    DisputeState.WITHDRAWN: frozenset(),
}
LIVE = frozenset(state for state, moves in DISPUTE_MOVES.items() if moves)


class Act(StrEnum):
    """What somebody does in a dispute."""

    FILE = "file"
    APPOINT = "appoint a reviewer"
    PROPOSE = "propose a battery"
    AGREE = "agree to the battery that is proposed"
    OBJECT = "object to the battery that is proposed"
    ORDER = "order the battery"
    COMMIT = "commit to a share of the seed"
    REVEAL = "reveal a share of the seed"
    DRAW = "draw the seed"
    RULE = "rule"
    DISSENT = "dissent"
    WITHDRAW = "withdraw the claim"


_PARTIES = frozenset({Side.CLAIMANT, Side.RESPONDENT})
_COURT = frozenset({Side.COURT})
TO_ORDER = frozenset({DisputeState.OPENED, DisputeState.ANSWERED, DisputeState.HEARD})
TO_DRAW = frozenset({DisputeState.ORDERED, DisputeState.ORDERED_AGAIN})
_ACTS: Mapping[Act, tuple[frozenset[Side], frozenset[DisputeState]]] = {
    Act.FILE: (_PARTIES | {Side.REVIEWER}, LIVE),
    Act.APPOINT: (_COURT, LIVE),
    Act.PROPOSE: (_PARTIES, TO_ORDER),
    Act.AGREE: (_PARTIES, TO_ORDER),
    Act.OBJECT: (_PARTIES, TO_ORDER),
    Act.ORDER: (_COURT, TO_ORDER),
    Act.COMMIT: (_PARTIES, TO_DRAW),
    Act.REVEAL: (_PARTIES, TO_DRAW),
    Act.DRAW: (_COURT, TO_DRAW),
    Act.RULE: (_COURT, LIVE - {DisputeState.RUNNING}),
    Act.DISSENT: (frozenset({Side.REVIEWER}), frozenset({DisputeState.RULED})),
    Act.WITHDRAW: (
        frozenset({Side.CLAIMANT}),
        frozenset({DisputeState.OPENED, DisputeState.ANSWERED, DisputeState.ORDERED}),
    ),
}
RIGHT_OF: Mapping[Side, Action] = {
    Side.CLAIMANT: Action.DISPUTE,
    Side.RESPONDENT: Action.DISPUTE,
    Side.COURT: Action.JUDGE_DISPUTE,
    Side.REVIEWER: Action.REVIEW_DISPUTE,
}
"""What the rights table asks of whoever acts for a side."""
READS_CONFIDENTIAL = _PARTIES | _COURT


def sides_of(act: Act) -> frozenset[Side]:
    """Who may do something at all."""
    return _ACTS[act][0]


def acts_open(side: Side, state: DisputeState) -> frozenset[Act]:
    """What a side may do while a dispute stands so; deadlines may still forbid it."""
    return frozenset(act for act, (who, when) in _ACTS.items() if side in who and state in when)


def act_check(act: Act, state: DisputeState) -> None:
    """Refuse what is not the time for.

    Raises:
        TransitionError: naming both.
    """
    if state not in _ACTS[act][1]:
        raise TransitionError(f"nobody may {act.value} in a dispute that is {state.value}")


def dispute_move_check(old: DisputeState, new: DisputeState) -> None:
    """Refuse a move that the table does not hold.

    Raises:
        TransitionError: naming both states.
    """
    if new not in DISPUTE_MOVES[old]:
        raise TransitionError(f"a dispute that is {old.value} cannot become {new.value}")


def answer_due(opened_at: datetime) -> datetime:
    """By when the respondent is to answer; from then on the court may order without it."""
    return opened_at + timedelta(days=ANSWER_DAYS)


@dataclass(frozen=True, slots=True)
class Found:
    """What one stress test of the battery says of the two versions.

    Attributes:
        test: name@version.
        result: the result's id; empty where there is none.
        statement_sha256: of the result's statement; empty where there is none.
        alpha: largest chance that it is ``shown`` of versions that share nothing; 0 where there is
            no result.
        statement: one sentence, with the interval.
        measured: the false-alarm rate in the test's validity report, in one sentence.
    """

    test: str
    spec_digest: str
    result: str
    statement_sha256: str
    finding: LineageFinding
    alpha: float
    statement: str
    measured: str

    def to_json(self) -> dict[str, Json]:
        return {
            "test": self.test,
            "spec_digest": self.spec_digest,
            "result": self.result,
            "statement_sha256": self.statement_sha256,
            "finding": self.finding.value,
            "alpha": self.alpha,
            "statement": self.statement,
            "measured": self.measured,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> Self:
        """Rebuild it.

        Raises:
            KeyError, TypeError, ValueError: a key is missing, unknown or of the wrong type.
        """
        fields = dict(value)
        fields["finding"] = LineageFinding(str(fields["finding"]))
        found = cls(**fields)  # type: ignore[arg-type]
        if not all(isinstance(one, str) for one in (found.test, found.result, found.statement)):
            raise TypeError("a finding's words are text")
        return found


def finding_of(estimate: Estimate, verdict: Verdict) -> LineageFinding:
    """What a provenance test's verdict on a denied reference says of the two versions.

    The claim is the respondent's denial, so a violation shows that they share something. Anything
    else shows nothing: it is never said that they are independent.
    """
    if verdict is Verdict.VIOLATING and not estimate.lead:
        return LineageFinding.SHOWN
    compared = any(part.n for part in estimate.parts) if estimate.parts else bool(estimate.n)
    return LineageFinding.NOT_SHOWN if compared else LineageFinding.NOT_COMPARED


_SAID = {
    LineageFinding.SHOWN: "Shown: {test} finds that {respondent} shares its origin with {claimant}",
    LineageFinding.NOT_SHOWN: "Not shown: {test} does not find that {respondent} shares its origin "
    "with {claimant}; what is not shown may still be so",
    LineageFinding.NOT_COMPARED: "Not compared: {test} cannot speak of {respondent} and {claimant}",
    LineageFinding.UNTESTED: "Not tested: {test} gave no result for {respondent} and {claimant}",
}


def finding_statement(
    *, finding: LineageFinding, test: str, respondent: str, claimant: str, figures: str
) -> str:
    """The one sentence that page, ruling and docket quote.

    Args:
        figures: the estimate with its interval, or why there is none.
    """
    said = _SAID[finding].format(test=test, respondent=respondent, claimant=claimant)
    return f"{said}. {figures}"


def estimate_figures(estimate: Estimate) -> str:
    """An estimate with its interval, evidence and error rate, in one sentence."""
    claim = estimate.claim
    return (
        f"{claim.statistic}: {estimate.value:.4g} ({100 * (1 - claim.alpha):g}% confidence sequence"
        f" {estimate.lower:.4g} to {estimate.upper:.4g}), limit {claim.limit:.4g}; log10 of the "
        f"e-value {estimate.log10_e_violating:.4g}; chance that it is shown of versions that share "
        f"nothing at most {claim.alpha:g}."
    )


def ruling_check(outcome: RulingOutcome, findings: Collection[Found]) -> None:
    """Refuse a ruling that says more than the results.

    Args:
        findings: every one that was heard; none where no battery ran.

    Raises:
        InvalidInputError: naming outcome.
    """
    shown = any(one.finding is LineageFinding.SHOWN for one in findings)
    if outcome is RulingOutcome.UPHELD and not shown:
        raise _refusal("nothing was shown, so the claim cannot be upheld", "not upheld")
    if outcome is RulingOutcome.NOT_UPHELD and not findings:
        raise _refusal("nothing was tested, so nothing can be said of the claim", "dismissed")
    if outcome is RulingOutcome.DISMISSED and findings:
        raise _refusal("the claim was tested, and is not dismissed untested", "not upheld")


def _refusal(problem: str, instead: str) -> InvalidInputError:
    return InvalidInputError(
        field="outcome", problem=problem, fix=f"Choose '{instead}', or give the battery its time"
    )
