"""The trust rules of a docket, in the order in which they are applied.

What is trusted is what the verifier brought (``trust.py``). Each rule uses what an earlier one has
established, and the first that is broken ends the verification.

1. ``archive``. The file is a docket, written in the one way there is.
2. ``entry``, ``inclusion``, ``witnesses``: those of ``page_proof.py``, on every step.
3. ``steps``. All steps are of this dispute and in the record of the court that the first one names;
   their places in the log ascend, and the lifecycle (``disputes.DISPUTE_MOVES``) allows each after
   the one before. A docket is cut off where it was taken: later steps may exist.
4. ``plan``. Each battery's plan in hand has the digest that the order committed to, and names the
   two versions by the weights that the opening names. What was agreed on is what the other party
   had proposed. A further battery is one that ``batteries.py`` allows after what was heard before.
5. ``seed``. For each battery: every share is the one that its side committed to before, both
   parties had committed before either revealed, and the seed is the hash of plan and shares. No
   commitment is made twice: what one battery revealed is no secret in the next.
6. ``results``. Each bundle keeps every rule of ``rules.py``. It is of the statement that was heard,
   on the respondent's weights, by a spec of its battery's plan and the code announced when that was
   ordered, with the seed that follows from the one drawn, logged after the draw; and what was told
   of it is what its estimate says.
7. ``ruling``. It quotes everything that was heard, and its outcome is one that this allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from typing import cast

from compliance.domain.attestation import statement_digest
from compliance.domain.batteries import battery_next_check
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
from compliance.domain.errors import AssayError
from compliance.domain.events import EventType
from compliance.domain.runs import seed_from
from compliance.domain.statements import parse_result_statement
from compliance.domain.verify.bundle import bundle_read
from compliance.domain.verify.docket import Docket, docket_read
from compliance.domain.verify.docket_rounds import FREEZES, Round, rounds_of
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

_BECOMES = {
    **dict.fromkeys(FREEZES, DisputeState.ORDERED),
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
        again = one.event_type in FREEZES and state is DisputeState.HEARD
        new = DisputeState.ORDERED_AGAIN if again else _BECOMES.get(one.event_type)
        if new is None:
            return state
        dispute_move_check(state, new)
        return new

    @cached_property
    def _rounds(self) -> list[Round]:
        return rounds_of(self._told)

    def plan(self) -> str:
        plans = self._docket.plans
        if not self._rounds:
            if plans:
                raise BrokenError("there is a plan that nobody ordered")
            return "no battery was ordered"
        if len(plans) != len(self._rounds):
            raise BrokenError("there is not one plan for each battery")
        told: list[list[Found]] = []
        for one, plan in zip(self._rounds, plans, strict=True):
            one.check_plan(plan, self._told[0])
            names = [str(object_of(spec)["name"]) for spec in cast(Sequence[Json], plan["battery"])]
            battery_next_check(told, names)
            told.append(one.found())
        return "; ".join(
            f"the plan in hand was {_frozen(one)}, in entry {one.ordered.index} "
            f"({digest(plan)[:12]})"
            for one, plan in zip(self._rounds, plans, strict=True)
        )

    def seed(self) -> str:
        made = [one for one in self._told if one.event_type is EventType.DISPUTE_COMMITTED]
        if len({str(one.said("commitment")) for one in made}) < len(made):
            raise BrokenError("two commitments are the same")
        said = [one.check_seed(self._docket.dispute) for one in self._rounds]
        return "; ".join(said) or "no seed was drawn"

    def results(self) -> str:
        rounds = enumerate(self._rounds)
        told = [(one, place) for place, each in rounds for one in each.found()]
        proved = [(one, place) for one, place in told if one.statement_sha256]
        if len(proved) != len(self._docket.bundles):
            raise BrokenError("there is not one bundle for each result that was heard")
        unchecked: list[str] = []
        for (one, place), bundle in zip(proved, self._docket.bundles, strict=True):
            for step in verify(bundle, self._trust):
                if step.outcome is Outcome.BROKEN:
                    raise BrokenError(f"{one.test}: {step.rule}: {step.text}")
                if step.outcome is Outcome.NOT_CHECKED:
                    unchecked.append(f"{one.test}: {step.rule}: {step.text}")
            self._belongs(one, bundle, place)
        said = " ".join(one.statement for one in self._found()) or "nothing was heard"
        if unchecked:
            raise NotCheckedError(f"{said} Every proof holds, but {'; '.join(unchecked)}")
        return said

    def _belongs(self, one: Found, content: bytes, place: int) -> None:
        bundle, _ = bundle_read(content)
        statement = parse_result_statement(bundle.attestation.payload)
        finding, plan = statement.finding, self._docket.plans[place]
        ordered = self._rounds[place].ordered
        drawn = self._rounds[place].one(EventType.DISPUTE_SEED_DRAWN)
        if drawn is None:
            raise BrokenError("a result was heard that no seed was drawn for")
        battery = cast(Sequence[Json], plan["battery"])
        at = battery.index(finding.spec.to_json()) if finding.spec.to_json() in battery else -1
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
            "is not by a spec of the plan": at >= 0 and finding.spec.digest == one.spec_digest,
            "ran by other code than was announced": finding.code_digest
            == cast(Sequence[Json], ordered.said("codes"))[at],
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
        ruling_check(outcome, found)
        return f"{outcome.value.replace('_', ' ')}, as what was heard allows"

    def rules(self) -> Iterator[tuple[DocketRule, Callable[[], str]]]:
        """Every rule but the first with the method of its name, in order."""
        for rule in list(DocketRule)[1:]:
            yield rule, getattr(self, rule.value)

    def _one(self, event_type: EventType) -> Told | None:
        return next((one for one in self._told if one.event_type is event_type), None)

    def _found(self) -> list[Found]:
        return [one for each in self._rounds for one in each.found()]


def _frozen(one: Round) -> str:
    agreed = one.ordered.event_type is EventType.DISPUTE_BATTERY_AGREED
    return "agreed on" if agreed else "ordered"


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
