"""The docket of a small dispute: opened, answered, ordered, drawn, heard and ruled on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from compliance.domain.attestation import statement_digest
from compliance.domain.canonical import Json, canonical_json, digest
from compliance.domain.commitments import Opening
from compliance.domain.dispute_words import Side
from compliance.domain.disputes import Found, estimate_figures, finding_of, finding_statement
from compliance.domain.drawing import seed_drawn, share_commitment
from compliance.domain.runs import seed_from
from compliance.domain.specs import StressTestSpec
from compliance.domain.verify.bundle import Bundle, bundle_build
from compliance.domain.verify.docket import Docket, plan_of
from compliance.domain.verify.page_proof import ProvedEntry, page_proof_build
from compliance.domain.vocabulary import LineageFinding
from tests.domain.verify.bundles import SUBJECTS, SmallLog, answers, bundle_of, finding

DISPUTE = "d-1"
COURT = "court-1"
SPEC = StressTestSpec("safety.letters", 1, {"limit": 0.1, "of": ["é", 1e-7, 3]})
CLAIMANT: dict[str, Json] = {"version": "v-1", "label": "northwind/a 1", "weights_digest": "b" * 64}
RESPONDENT: dict[str, Json] = {**CLAIMANT, "version": "v-2", "weights_digest": SUBJECTS[0].sha256}
SHARES = {Side.COURT: "33" * 32, Side.CLAIMANT: "11" * 32, Side.RESPONDENT: "22" * 32}
PLAN = plan_of(dispute=DISPUTE, claimant=CLAIMANT, respondent=RESPONDENT, battery=[SPEC])


Lies = Mapping[str, Mapping[str, Json]]
"""What a step tells otherwise than it was, by its kind."""


@dataclass(frozen=True)
class Step:
    """An entry of the dispute in the log."""

    index: int
    entry: bytes
    openings: tuple[Opening, ...]


class Record:
    """The steps of a dispute in the record of its court, as they are logged."""

    def __init__(self, log: SmallLog, lies: Lies) -> None:
        self.log, self._lies = log, lies
        self.steps: list[Step] = []

    def add(self, kind: str, **fields: Json) -> None:
        """Log a step with these fields, or what is told in their place."""
        told = {**fields, **self._lies.get(kind, {})}
        openings = tuple(
            Opening(path, hashlib.sha256(f"{kind} {path}".encode()).digest(), value)
            for path, value in sorted(told.items())
        )
        event: dict[str, Json] = {
            "commitments": {one.path: one.commitment for one in openings},
            "organization": COURT,
            "subject": f"dispute/{DISPUTE}",
            "type": f"dispute.{kind}",
        }
        entry = canonical_json(event)
        self.steps.append(Step(self.log.append(entry), entry, openings))


OTHER_SPEC = StressTestSpec("safety.sums", 1, {"limit": 0.2})
OTHER_PLAN = plan_of(
    dispute=DISPUTE, claimant=CLAIMANT, respondent=RESPONDENT, battery=[OTHER_SPEC]
)
OTHER_SHARES = {Side.COURT: "66" * 32, Side.CLAIMANT: "44" * 32, Side.RESPONDENT: "55" * 32}
DRAW_BY = "2026-12-12T00:00:00Z"


def docket_of_two(log: SmallLog, *, lies: Lies | None = None) -> Docket:
    """A dispute whose parties agreed on a battery that gave no answer; the court's second did."""
    record = Record(log, lies or {})
    _open(record)
    record.add("battery.proposed", plan=digest(OTHER_PLAN), draw_by=DRAW_BY, side="respondent")
    record.add("battery.objected", side="claimant", plan=digest(OTHER_PLAN))
    record.add("battery.proposed", plan=digest(OTHER_PLAN), draw_by=DRAW_BY, side="claimant")
    record.add(
        "battery.agreed",
        plan=digest(OTHER_PLAN),
        draw_by=DRAW_BY,
        side="respondent",
        codes=["d" * 64],
        court_commitment=share_commitment(OTHER_SHARES[Side.COURT]),
    )
    _reveal(record, OTHER_SHARES, tuple(OTHER_SHARES))
    _drawn(record, OTHER_PLAN, OTHER_SHARES)
    silent = Found(
        test="safety.sums@1",
        spec_digest=OTHER_SPEC.digest,
        result="",
        statement_sha256="",
        finding=LineageFinding.UNTESTED,
        alpha=0.05,
        statement="Not tested: its run ended in an error.",
        measured="",
    )
    record.add("heard", findings=[silent.to_json()])
    _order(record)
    _reveal(record, SHARES, tuple(SHARES))
    bundle, told = _result(log, _drawn(record, PLAN, SHARES), 0.5)
    record.add("heard", findings=[told.to_json()])
    record.add("ruled", outcome="upheld", findings=[silent.to_json(), told.to_json()])
    proof = proof_of(log, record.steps)
    return Docket(DISPUTE, (OTHER_PLAN, PLAN), proof, (bundle_build(bundle),))


def docket_of(
    log: SmallLog, *, rate: float = 0.5, withheld: bool = False, lies: Lies | None = None
) -> Docket:
    """A dispute to its end; at a high ``rate`` the claim is shown, and upheld.

    Args:
        withheld: the respondent does not reveal its share.
    """
    record = Record(log, lies or {})
    _open(record)
    _order(record)
    revealing = [one for one in SHARES if not (withheld and one is Side.RESPONDENT)]
    _reveal(record, SHARES, revealing)
    seed = _drawn(record, PLAN, {one: SHARES[one] for one in revealing})
    bundle, told = _result(log, seed, rate)
    record.add("heard", findings=[told.to_json()])
    outcome = "upheld" if told.finding is LineageFinding.SHOWN else "not_upheld"
    record.add("ruled", outcome=outcome, findings=[told.to_json()])
    record.add("dissented", side="reviewer", text="I would not.")
    return Docket(DISPUTE, (PLAN,), proof_of(log, record.steps), (bundle_build(bundle),))


def _result(log: SmallLog, seed: str, rate: float) -> tuple[Bundle, Found]:
    """The one result of the battery, and what is told of it."""
    pairs = answers(24, rate=rate)
    drawn = seed_from(drawn=seed, spec_digest=SPEC.digest)
    result = replace(finding(pairs, asked=24), spec=SPEC, seed=drawn)
    bundle = bundle_of(log, result, pairs)
    lineage = finding_of(result.estimate, result.verdict)
    statement = finding_statement(
        finding=lineage,
        test="safety.letters@1",
        respondent=str(RESPONDENT["label"]),
        claimant=str(CLAIMANT["label"]),
        figures=estimate_figures(result.estimate),
    )
    return bundle, Found(
        test="safety.letters@1",
        spec_digest=SPEC.digest,
        result=result.result,
        statement_sha256=statement_digest(bundle.attestation.payload),
        finding=lineage,
        alpha=result.estimate.claim.alpha,
        statement=statement,
        measured="False alarms measured: none.",
    )


def proof_of(log: SmallLog, steps: Sequence[Step]) -> bytes:
    """A page's proof of these steps, under one checkpoint."""
    head = log.proof(0).checkpoint
    entries = [
        ProvedEntry(
            one.entry, one.openings, replace(log.proof(one.index, cosigned=()), checkpoint=head)
        )
        for one in steps
    ]
    return page_proof_build(about=f"dispute {DISPUTE}", entries=entries)


def _open(record: Record) -> None:
    record.add(
        "opened", claimant=CLAIMANT, respondent=RESPONDENT, court=COURT, statement="Ours, copied."
    )
    record.add("filed", side="respondent", number=1)
    record.add("reviewer.appointed", reviewer="university")


def _order(record: Record) -> None:
    record.add(
        "battery.ordered",
        plan=digest(PLAN),
        codes=["c" * 64],
        court_commitment=share_commitment(SHARES[Side.COURT]),
    )


def _reveal(record: Record, shares: Mapping[Side, str], revealing: Sequence[Side]) -> None:
    """Both parties commit; then those among ``revealing`` reveal."""
    for side in (Side.CLAIMANT, Side.RESPONDENT):
        record.add("committed", side=side.value, commitment=share_commitment(shares[side]))
    for side in revealing[1:]:
        record.add("revealed", side=side.value, share=shares[side])


def _drawn(record: Record, plan: Mapping[str, Json], shares: Mapping[Side, str]) -> str:
    """The seed drawn for a plan."""
    seed = seed_drawn(dispute=DISPUTE, plan_digest=digest(plan), shares=shares)
    record.add("seed.drawn", shares={one.value: share for one, share in shares.items()}, seed=seed)
    return seed
