"""The trust rules of a bundle, all of them, in the order in which they are applied.

A bundle is a file from somebody who may lie. Nothing in it is believed because it is in it: what is
trusted are the keys in ``Trust``, which the verifier brought, and each rule below may use only what
an earlier rule has established. The first that is broken ends the verification.

1. ``archive``. The file is a bundle, written in the one way there is, every part in its limits.
2. ``signature``. Some attestor signed the attestation, and no attestor's signature on it fails.
   Only then is its payload parsed; its type is signed, too (CVE-2022-35929).
3. ``statement``. Those bytes are the statement of one result, written in the one way there is; the
   verdict follows from the estimate (``verdicts.judge``). Subjects count by digest, not by name.
4. ``entry``. The log entry *in hand* commits, under ``statement_sha256``, to the digest of the
   statement *in hand*: both are computed here, from the bytes that rules 2 and 3 accepted, so a
   valid proof of another entry or statement is of no use (CVE-2026-22703). Every opening fits its
   commitment; a field without an opening is redacted, and nothing more can be said about it.
5. ``inclusion``. The leaf hash, computed here from the entry, leads by the proof to the
   checkpoint's root, at the proof's index, with as many hashes as the tree's shape asks for.
6. ``checkpoint``. A trusted log signed the checkpoint under its own name; no line of a trusted key
   fails. Logs are known by the key that the verifier pinned, never by a name or id that the bundle
   chose (CVE-2022-39199).
7. ``witnesses``. The quorum of the verifier's policy cosigned this very checkpoint. The copy of a
   policy inside the bundle is what the operator claims and is never evaluated. Consistency with an
   earlier checkpoint is the witnesses' work: hence the quorum (CVE-2022-36111).
8. ``plan``. The log entry of the run's plan stands, under the same checkpoint, before the result's,
   and is of the same run; spec, seed, order, number of items and subject of the result are those
   that it committed to. A bundle without a plan says so, and the verification is not whole.
9. ``items``. The digests of the items, in their order, and the digest of those not asked give the
   order that was committed to before the first answer.
10. ``scores``. Each score is of the item beside it, there are as many as were asked, and their
   digests give the scores digest of the statement.
11. ``answers``. The salted commitments to models' words give the statement's answers digest; words
   that are shown are those committed to. Some erased: this is said, and it is not whole.
12. ``page``. The page for people says what this module's own page says of the statement.
13. ``statistic``. The recipe keeps to the claim's limit and alpha, and following it over the scores
    gives the estimate. Where it cannot be followed this is said, and it is not whole.

Modelled on python-tuf's ``TrustedMetadataSet``: one place, no input or output, every step explicit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from compliance.domain.attestation import PAYLOAD_TYPE, STATEMENT_PATH
from compliance.domain.canonical import digest_of_digests
from compliance.domain.commitments import CommitmentError, Opening, disclosed
from compliance.domain.dsse import keyid, opened
from compliance.domain.errors import AssayError
from compliance.domain.items import END_OF_ORDER, order_commitment
from compliance.domain.statements import ResultStatement, parse_result_statement
from compliance.domain.tlog.merkle import leaf_hash, verify_inclusion
from compliance.domain.tlog.tlog_proof import TlogProof
from compliance.domain.tlog.witness_policy import NONE, Policy, Standing, standing
from compliance.domain.verdicts import judge
from compliance.domain.verify.bundle import Bundle, bundle_parts, bundle_read
from compliance.domain.verify.entry import entry_commitments
from compliance.domain.verify.page import page_html
from compliance.domain.verify.plan import plan_check
from compliance.domain.verify.recomputing import Recomputed, recompute
from compliance.domain.verify.trust import Trust
from compliance.domain.verify.words import words_check


class Rule(StrEnum):
    """The rules above, by name."""

    ARCHIVE = "archive"
    SIGNATURE = "signature"
    STATEMENT = "statement"
    ENTRY = "entry"
    INCLUSION = "inclusion"
    CHECKPOINT = "checkpoint"
    WITNESSES = "witnesses"
    PLAN = "plan"
    ITEMS = "items"
    SCORES = "scores"
    ANSWERS = "answers"
    PAGE = "page"
    STATISTIC = "statistic"


class Outcome(StrEnum):
    """What became of a rule."""

    HOLDS = "holds"
    BROKEN = "broken"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule (of a docket: one of its own), what became of it, what it says in one sentence."""

    rule: StrEnum
    outcome: Outcome
    text: str


class BrokenError(AssayError):
    """A rule is broken; the message says how."""


class NotCheckedError(AssayError):
    """A rule could not be applied; the message says why."""


class TrustedBundle:
    """Applies the rules to one bundle, one after the other; what a rule accepted is kept."""

    def __init__(self, data: bytes, trust: Trust) -> None:
        self._data, self._trust = data, trust
        self._bundle: Bundle
        self._page: bytes
        self._statement: ResultStatement
        self._standing: Standing

    def archive(self) -> str:
        self._bundle, self._page = bundle_read(self._data)
        asked = len(self._bundle.answered)
        parts = len(bundle_parts(self._bundle)) + 1
        return f"a bundle of {len(self._data):,} bytes in {parts} parts, with {asked:,} items"

    def signature(self) -> str:
        envelope = self._bundle.attestation
        keys = opened(envelope, self._trust.attestors)
        if envelope.payload_type != PAYLOAD_TYPE:
            raise BrokenError(f"what is signed is of the type {envelope.payload_type!r}")
        return f"attested by {', '.join(map(keyid, keys))}"

    def statement(self) -> str:
        self._statement = parse_result_statement(self._bundle.attestation.payload)
        finding = self._statement.finding
        follows = judge(finding.estimate)
        if follows is not finding.verdict:
            raise BrokenError(f"the verdict says {finding.verdict}, the estimate {follows}")
        subjects = ", ".join(f"{one.name} ({one.sha256[:12]})" for one in self._statement.subjects)
        spec = f"{finding.spec.name}@{finding.spec.version}"
        return f"{spec} on {subjects}: {finding.verdict.value}"

    def entry(self) -> str:
        bundle = self._bundle
        return entry_committed(bundle.entry, bundle.openings, bundle.attestation.payload)

    def inclusion(self) -> str:
        return entry_included(self._bundle.entry, self._bundle.proof)

    def checkpoint(self) -> str:
        self._standing = standing(self._trust.policy, self._bundle.proof.checkpoint)
        return log_named(self._standing)

    def witnesses(self) -> str:
        return witnesses_named(self._standing, self._trust.policy)

    def plan(self) -> str:
        plan = self._bundle.plan
        if plan is None:
            raise NotCheckedError("no plan is in this bundle: it may be from after the answers")
        try:
            redacted = plan_check(
                plan, self._statement, entry=self._bundle.entry, proof=self._bundle.proof
            )
        except CommitmentError as error:
            raise BrokenError(f"the plan: {error}") from error
        if redacted:
            raise NotCheckedError(f"of the plan is redacted: {', '.join(redacted)}")
        return f"logged before the result, as entry {plan.index}; the result followed it"

    def items(self) -> str:
        finding = self._statement.finding
        answered = self._bundle.answered
        if not finding.unasked_digest:
            raise NotCheckedError("the run is from before its order could be checked offline")
        asked = order_commitment([one.item_digest for one in answered], finding.unasked_digest)
        if asked != finding.order_digest:
            raise BrokenError("the items are not those that were committed to, in that order")
        whole = finding.unasked_digest == END_OF_ORDER
        if whole is not (len(answered) == finding.planned):
            raise BrokenError("the number of items is not the number that was planned")
        rest = "all that were planned" if whole else f"the first of {finding.planned:,} planned"
        withheld = sum(isinstance(one.item, str) for one in answered)
        rest += f", {withheld:,} by their digests alone" if withheld else ""
        return f"{len(answered):,} items, {rest}, in the order committed to"

    def scores(self) -> str:
        answered = self._bundle.answered
        for position, one in enumerate(answered):
            if not one.belongs:
                raise BrokenError(f"score {position} is not of the item beside it")
        digest = digest_of_digests(one.score_digest for one in answered)
        if digest != self._statement.finding.scores_digest:
            raise BrokenError("the scores are not those of the statement")
        return f"{len(answered):,} scores, as the statement has them"

    def answers(self) -> str:
        digest = self._statement.finding.answers_digest
        said, erased = words_check([one.words for one in self._bundle.answered], digest)
        if erased:
            raise NotCheckedError(said)
        return said

    def page(self) -> str:
        parts = bundle_parts(self._bundle)
        if page_html(self._bundle.attestation.payload, parts) != self._page:
            raise BrokenError("index.html does not say what the statement says")
        return "index.html says what the statement says"

    def statistic(self) -> str:
        scores = [one.score for one in self._bundle.answered]
        found = recompute(self._statement.finding.estimate, scores)
        if found.outcome is Recomputed.NOT:
            raise NotCheckedError(f"not recomputed: {found.text}")
        if found.outcome is Recomputed.OTHER:
            raise BrokenError(found.text)
        return found.text

    def rules(self) -> Iterator[tuple[Rule, Callable[[], str]]]:
        """Every rule with the method of its name, in order."""
        for rule in Rule:
            yield rule, getattr(self, rule.value)


def verify(data: bytes, trust: Trust) -> Iterator[Step]:
    """Apply the rules; the last step is the first that is broken, if one is.

    Never raises because of what is in ``data``.
    """
    return applied(TrustedBundle(data, trust).rules())


def applied(rules: Iterable[tuple[StrEnum, Callable[[], str]]]) -> Iterator[Step]:
    """Apply rules in their order, up to the first that is broken."""
    for rule, apply in rules:
        try:
            step = Step(rule, Outcome.HOLDS, apply())
        except NotCheckedError as error:
            step = Step(rule, Outcome.NOT_CHECKED, str(error))
        except AssayError as error:
            step = Step(rule, Outcome.BROKEN, str(error))
        yield step
        if step.outcome is Outcome.BROKEN:
            return


def entry_committed(entry: bytes, openings: Sequence[Opening], statement: bytes) -> str:
    """Rule 4, of any statement in hand; what it says.

    Raises:
        BrokenError: the entry does not commit to it, or an opening is not of its commitment.
    """
    digest = hashlib.sha256(statement).hexdigest()
    try:
        shown, redacted = disclosed(entry_commitments(entry), openings)
    except CommitmentError as error:
        raise BrokenError(str(error)) from error
    if shown.get(STATEMENT_PATH) != digest:
        raise BrokenError("the log entry does not commit to this statement")
    others = f"; redacted: {', '.join(redacted)}" if redacted else ""
    return f"the log entry commits to this statement ({digest[:12]}){others}"


def entry_included(entry: bytes, proof: TlogProof) -> str:
    """Rule 5; what it says.

    Raises:
        ProofError: the proof does not lead to the checkpoint's root.
    """
    head = proof.checkpoint.checkpoint
    leaf, way = leaf_hash(entry), proof.hashes
    verify_inclusion(index=proof.index, size=head.size, leaf=leaf, proof=way, root=head.root)
    return f"the entry is number {proof.index} of {head.size} in the tree of the checkpoint"


def log_named(found: Standing) -> str:
    """Rule 6, once ``standing`` has accepted a checkpoint: which keys of the log signed it."""
    return f"signed by the log {', '.join(map(keyid, found.logs))}"


def witnesses_named(found: Standing, policy: Policy) -> str:
    """Rule 7; which witnesses cosigned, and when.

    Raises:
        BrokenError: the quorum is not reached.
    """
    if not found.quorum:
        raise BrokenError(f"the quorum of your policy is not reached: {found.missing}")
    if policy.quorum == NONE:
        return "your policy asks for no witness: the log could show others another history"
    cosigned = ", ".join(f"{name} at {_utc(at)}" for name, at in sorted(found.times.items()))
    return f"cosigned by {cosigned}"


def _utc(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return f"second {seconds}"
