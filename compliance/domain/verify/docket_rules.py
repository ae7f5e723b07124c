"""The trust rules of a docket, in the order in which they are applied.

What is trusted is what the verifier brought (``trust.py``). Each rule uses what an earlier one has
established, and the first that is broken ends the verification.

1. ``archive``. The file is a docket, written in the one way there is.
2. ``entry``, ``inclusion``, ``witnesses``: those of ``page_proof.py``, on every step.
3. ``steps``. All steps are of this dispute and in the record of the court that the first one names;
   their places in the log ascend, and the lifecycle (``disputes.DISPUTE_MOVES``) allows each after
   the one before. A docket is cut off where it was taken: later steps may exist.
4. ``plan``. The plan in hand has the digest that the order committed to, and names the two versions
   by the weights that the opening names.
5. ``seed``. Every share is the one that its side committed to before, both parties had committed
   before either revealed, and the seed is the hash of plan and shares.
6. ``results``. Each bundle keeps every rule of ``rules.py``. It is of the statement that was heard,
   on the respondent's weights, by a spec of the plan and the code announced when it was ordered,
   with the seed that follows from the one drawn, logged after the draw; and what was told of it
   is what its estimate says.
7. ``ruling``. It quotes what was heard, and its outcome is one that this allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import cast

from compliance.domain.attestation import statement_digest
from compliance.domain.canonical import Json, digest
from compliance.domain.commitments import CommitmentError
from compliance.domain.dispute_words import DisputeState, RulingOutcome, Side
from compliance.domain.disputes import (
    Found,
    dispute_move_check,
    estimate_figures,
    finding_of,
    finding_statement,
    ruling_check,
)
from compliance.domain.drawing import seed_drawn, share_commitment
from compliance.domain.errors import AssayError
from compliance.domain.events import EventType
from compliance.domain.runs import seed_from
from compliance.domain.statements import parse_result_statement
from compliance.domain.verify.bundle import bundle_read
from compliance.domain.verify.docket import Docket, docket_read
from compliance.domain.verify.docket_steps import Told, object_of, told_of
from compliance.domain.verify.page_proof import page_proof_read, page_verify
from compliance.domain.verify.rules import (
    BrokenError,
    NotCheckedError,
    Outcome,
    Step,
    verify,
)
from compliance.domain.verify.trust import Trust

_PARTIES = (Side.CLAIMANT, Side.RESPONDENT)
_BECOMES = {
    EventType.DISPUTE_BATTERY_ORDERED: DisputeState.ORDERED,
    EventType.DISPUTE_SEED_DRAWN: DisputeState.RUNNING,
    EventType.DISPUTE_HEARD: DisputeState.HEARD,
    EventType.DISPUTE_RULED: DisputeState.RULED,
    EventType.DISPUTE_WITHDRAWN: DisputeState.WITHDRAWN,
}


class DocketRule(StrEnum):
    """The rules above that are a docket's own."""

    ARCHIVE = "archive"
    STEPS = "steps"
    PLAN = "plan"
    SEED = "seed"
    RESULTS = "results"
    RULING = "ruling"


class TrustedDocket:
    """Applies the docket's own rules, one after the other; what a rule accepted is kept."""

    def __init__(self, docket: Docket, trust: Trust) -> None:
        self._docket, self._trust = docket, trust
        _, entries = page_proof_read(docket.proof)
        self._told = [told_of(one) for one in entries]
        self._before = DisputeState.OPENED
        """What it was when it was ruled on."""

    def steps(self) -> str:
        first = self._told[0] if self._told else None
        if first is None or first.event_type is not EventType.DISPUTE_OPENED:
            raise BrokenError("the first step is not the opening")
        court, place, state = first.said("court"), -1, DisputeState.OPENED
        for one in self._told:
            if one.subject != f"dispute/{self._docket.dispute}" or one.organization != court:
                raise BrokenError(f"entry {one.index} is not of this dispute before its court")
            if one.index <= place:
                raise BrokenError(f"entry {one.index} is not after the one before it")
            place, state = one.index, self._moved(one, state)
        return f"{len(self._told)} steps in the order that the rules allow; now {state.value}"

    def _moved(self, one: Told, state: DisputeState) -> DisputeState:
        answers = one.event_type is EventType.DISPUTE_FILED
        if answers and state is DisputeState.OPENED and one.said("side") == Side.RESPONDENT.value:
            return DisputeState.ANSWERED
        new = _BECOMES.get(one.event_type)
        if new is None:
            return state
        dispute_move_check(state, new)
        if new is DisputeState.RULED:
            self._before = state
        return new

    def plan(self) -> str:
        ordered = self._one(EventType.DISPUTE_BATTERY_ORDERED)
        if ordered is None:
            if self._docket.plan is not None:
                raise BrokenError("there is a plan that nobody ordered")
            return "no battery was ordered"
        plan = self._docket.plan
        if plan is None or digest(plan) != ordered.said("plan"):
            raise BrokenError("the plan is not the one that was ordered")
        for side in _PARTIES:
            named, opened = object_of(plan[side.value]), object_of(self._told[0].said(side.value))
            if any(named[key] != opened[key] for key in ("version", "weights_digest")):
                raise BrokenError(f"the plan names another version of the {side.value}")
        return f"the plan in hand was ordered, in entry {ordered.index} ({digest(plan)[:12]})"

    def seed(self) -> str:
        drawn, ordered = self._drawn(), self._one(EventType.DISPUTE_BATTERY_ORDERED)
        if drawn is None or ordered is None:
            return "no seed was drawn"
        shares = {Side(name): str(one) for name, one in object_of(drawn.said("shares")).items()}
        committed = self._by_side(EventType.DISPUTE_COMMITTED)
        revealed = self._by_side(EventType.DISPUTE_REVEALED)
        if share_commitment(shares[Side.COURT]) != ordered.said("court_commitment"):
            raise BrokenError("the court's share is not the one that it committed to")
        if set(shares) - {Side.COURT} != set(revealed):
            raise BrokenError("the shares are not those that were revealed")
        for side, one in revealed.items():
            if shares[side] != one.said("share"):
                raise BrokenError(f"the share of the {side.value} is another than was revealed")
            if share_commitment(shares[side]) != committed[side].said("commitment"):
                raise BrokenError(f"the share of the {side.value} is not what it committed to")
            if any(one.index < committed[party].index for party in _PARTIES):
                raise BrokenError("a share was revealed before both parties had committed")
        seed = seed_drawn(
            dispute=self._docket.dispute, plan_digest=str(ordered.said("plan")), shares=shares
        )
        if seed != drawn.said("seed"):
            raise BrokenError("the seed does not follow from plan and shares")
        withheld = [side.value for side in _PARTIES if side not in shares]
        besides = f"; withheld by the {' and the '.join(withheld)}" if withheld else ""
        return f"{seed[:12]} follows from the plan and {len(shares)} shares{besides}"

    def results(self) -> str:
        proved = [one for one in self._found() if one.statement_sha256]
        if len(proved) != len(self._docket.bundles):
            raise BrokenError("there is not one bundle for each result that was heard")
        unchecked: list[str] = []
        for one, bundle in zip(proved, self._docket.bundles, strict=True):
            for step in verify(bundle, self._trust):
                if step.outcome is Outcome.BROKEN:
                    raise BrokenError(f"{one.test}: {step.rule}: {step.text}")
                if step.outcome is Outcome.NOT_CHECKED:
                    unchecked.append(f"{one.test}: {step.rule}: {step.text}")
            self._belongs(one, bundle)
        said = " ".join(one.statement for one in self._found()) or "nothing was heard"
        if unchecked:
            raise NotCheckedError(f"{said} Every proof holds, but {'; '.join(unchecked)}")
        return said

    def _belongs(self, one: Found, content: bytes) -> None:
        bundle, _ = bundle_read(content)
        statement = parse_result_statement(bundle.attestation.payload)
        finding, plan = statement.finding, self._docket.plan or {}
        drawn, ordered = self._drawn(), self._one(EventType.DISPUTE_BATTERY_ORDERED)
        if drawn is None or ordered is None:
            raise BrokenError("a result was heard that no seed was drawn for")
        battery = cast(Sequence[Json], plan["battery"])
        place = battery.index(finding.spec.to_json()) if finding.spec.to_json() in battery else -1
        respondent, claimant = object_of(plan["respondent"]), object_of(plan["claimant"])
        expected = finding_of(finding.estimate, finding.verdict)
        said = finding_statement(
            finding=expected,
            test=one.test,
            respondent=str(respondent["label"]),
            claimant=str(claimant["label"]),
            figures=estimate_figures(finding.estimate),
        )
        holds = {
            "is another result": finding.result == one.result
            and statement_digest(bundle.attestation.payload) == one.statement_sha256,
            "is not on the respondent's weights": [subject.sha256 for subject in statement.subjects]
            == [respondent["weights_digest"]],
            "is not by a spec of the plan": place >= 0 and finding.spec.digest == one.spec_digest,
            "ran by other code than was announced": finding.code_digest
            == cast(Sequence[Json], ordered.said("codes"))[place],
            "ran with another seed": finding.seed
            == seed_from(drawn=str(drawn.said("seed")), spec_digest=finding.spec.digest),
            "was logged before the seed was drawn": bundle.proof.index > drawn.index,
            "says something else": (expected, said) == (one.finding, one.statement)
            and finding.estimate.claim.alpha == one.alpha,
        }
        for wrong, right in holds.items():
            if not right:
                raise BrokenError(f"what was heard of {one.test}: the bundle {wrong}")

    def ruling(self) -> str:
        ruled = self._one(EventType.DISPUTE_RULED)
        if ruled is None:
            return "there is no ruling yet"
        found = self._found()
        if ruled.said("findings") != [one.to_json() for one in found]:
            raise BrokenError("the ruling quotes other findings than were heard")
        outcome = RulingOutcome(str(ruled.said("outcome")))
        ruling_check(outcome, self._before, found)
        return f"{outcome.value.replace('_', ' ')}, as what was heard allows"

    def rules(self) -> Iterator[tuple[DocketRule, Callable[[], str]]]:
        """Every rule but the first with the method of its name, in order."""
        for rule in list(DocketRule)[1:]:
            yield rule, getattr(self, rule.value)

    def _one(self, event_type: EventType) -> Told | None:
        return next((one for one in self._told if one.event_type is event_type), None)

    def _drawn(self) -> Told | None:
        return self._one(EventType.DISPUTE_SEED_DRAWN)

    def _by_side(self, event_type: EventType) -> dict[Side, Told]:
        told = [one for one in self._told if one.event_type is event_type]
        return {Side(str(one.said("side"))): one for one in told}

    def _found(self) -> list[Found]:
        heard = self._one(EventType.DISPUTE_HEARD)
        told = cast(Sequence[Json], heard.said("findings")) if heard else []
        return [Found.from_json(object_of(one)) for one in told]


def docket_verify(data: bytes, trust: Trust) -> Iterator[Step]:
    """Apply the rules; the last step is the first that is broken, if one is.

    Never raises because of what is in ``data``.
    """
    try:
        docket = docket_read(data)
    except AssayError as error:
        yield Step(DocketRule.ARCHIVE, Outcome.BROKEN, str(error))
        return
    text = f"a docket of {len(data):,} bytes with {len(docket.bundles)} bundles"
    yield Step(DocketRule.ARCHIVE, Outcome.HOLDS, text)
    for step in page_verify(docket.proof, trust):
        yield step
        if step.outcome is Outcome.BROKEN:
            return
    yield from _applied(docket, trust)


def _applied(docket: Docket, trust: Trust) -> Iterator[Step]:
    rule: StrEnum = DocketRule.STEPS
    try:
        trusted = TrustedDocket(docket, trust)
        for rule, apply in trusted.rules():
            try:
                yield Step(rule, Outcome.HOLDS, apply())
            except NotCheckedError as error:
                yield Step(rule, Outcome.NOT_CHECKED, str(error))
    except AssayError as error:
        yield Step(rule, Outcome.BROKEN, str(error))
    except (CommitmentError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        yield Step(rule, Outcome.BROKEN, f"a step is not told as steps are: {error!r}")
