"""What proves a result to somebody offline: its statement, and the bundle around it."""

from __future__ import annotations

from datetime import UTC

from compliance.audits.erasures import erasure_told, erasures_beside
from compliance.audits.models import Result, Score, Shard
from compliance.domain.attestation import (
    PAYLOAD_TYPE,
    STATEMENT_PATH,
    Described,
    Finding,
    endpoint_described,
    result_statement,
)
from compliance.domain.dsse import Envelope
from compliance.domain.errors import ErasedError, NotFoundError
from compliance.domain.events import EventType
from compliance.domain.items import Erasable, Item
from compliance.domain.items import Score as ItemScore
from compliance.domain.specs import StressTestSpec
from compliance.domain.verdicts import Estimate
from compliance.domain.verify.bundle import Answered, Bundle, answered
from compliance.domain.verify.plan import Plan
from compliance.domain.verify.words import Erased, Shown, Unbound, Words
from compliance.domain.vocabulary import Verdict
from compliance.events.models import Event
from compliance.ledger.models import Entry
from compliance.ledger.selectors import (
    Included,
    entry_of_event,
    included_together,
    openings_of,
    setup_current,
)
from compliance.ledger.services import attestation_get
from compliance.registry.models import Version


def result_attested(result: Result) -> bytes:
    """The statement of a result: everything that was claimed, found and decided, to the byte."""
    finding = Finding(
        result=str(result.id),
        recorded_at=result.recorded_at.astimezone(UTC).isoformat(),
        spec=StressTestSpec.from_json(result.spec),
        seed=result.seed,
        verdict=Verdict(result.verdict),
        stopped=result.stopped,
        planned=_planned(result),
        estimate=Estimate.from_json(result.estimate),
        code_digest=result.code_digest,
        order_digest=result.order_digest,
        unasked_digest=result.unasked_digest,
        scores_digest=result.scores_digest,
        environment=result.environment,
        answers_digest=result.answers_digest,
    )
    return result_statement([subject_described(result.version)], finding)


def subject_described(version: Version) -> Described:
    """What a statement of the version is about: its weights, or the endpoint as registered."""
    if version.weights_digest:
        return Described(str(version), version.weights_digest)
    descriptor = {
        "version": str(version.id),
        "access": version.access,
        "location": version.location,
    }
    return endpoint_described(str(version), dict(descriptor))


def result_bundle(result: Result) -> Bundle:
    """The bundle of a result that its viewer may see.

    Raises:
        NotFoundError: there is none yet, or none is possible: the message says why.
        ErasedError: its statement was erased on the record, or answers that it commits to whole.
        DamagedError: the store does not hold the statement that the record names.
    """
    entry, setup = _entry(result), setup_current()
    if setup is None:
        raise NotFoundError("the log was never set up; the sequencer may not run")
    planned = _planned_in(result)
    proved = {
        one.entry.index: one
        for one in included_together(entries=[entry] if planned is None else [planned, entry])
    }
    if entry.index not in proved:
        raise NotFoundError("no checkpoint covers it yet; one is signed within seconds")
    return Bundle(
        attestation=_envelope(result),
        entry=bytes(entry.body),
        openings=tuple(openings_of(entry)),
        proof=proved[entry.index].tlog_proof,
        policy=setup.policy.encode(),
        answered=tuple(_answered(score, result) for score in _scores(result)),
        plan=None if planned is None else _plan(proved[planned.index]),
    )


def _plan(proved: Included) -> Plan:
    return Plan(
        entry=bytes(proved.entry.body),
        openings=tuple(openings_of(proved.entry)),
        index=proved.entry.index,
        hashes=tuple(proved.proof),
    )


def _planned_in(result: Result) -> Entry | None:
    """Where the log says of the run what it would do; None of runs from before it did.

    An attempt by other code plans anew: the last plan is the one that was followed.
    """
    told = Event.objects.filter(
        type=EventType.RUN_PLANNED.value, subject=f"run/{result.shard.run_id}"
    )
    for event in told.order_by("-occurred_at"):
        if event.payload.get("spec_sha256") == result.spec_digest:
            return entry_of_event(event_id=event.id)
    return None


def _entry(result: Result) -> Entry:
    if not result.statement_sha256:
        raise NotFoundError("this result is older than the log, so nothing proves it offline")
    told = Event.objects.filter(
        type=EventType.VERDICT_REACHED.value, subject=f"run/{result.shard.run_id}"
    )
    for event in told:
        if event.payload.get(STATEMENT_PATH) == result.statement_sha256:
            entry = entry_of_event(event_id=event.id)
            if entry is not None:
                return entry
    raise NotFoundError("it is not in the log yet; the sequencer puts it there within seconds")


def _envelope(result: Result) -> Envelope:
    statement, signatures = attestation_get(sha256=result.statement_sha256)
    return Envelope(PAYLOAD_TYPE, statement, signatures)


def _planned(result: Result) -> int:
    """Items in the committed order, controls and all; an estimate's own plan may count fewer."""
    return asked_of(result).items_total or 0


def _scores(result: Result) -> list[Score]:
    return list(erasures_beside(asked_of(result).scores).order_by("position"))


def asked_of(result: Result) -> Shard:
    """The shard whose items were asked: by people's labels, an earlier one's are judged anew."""
    return result.shard.labelled or result.shard


def _answered(score: Score, result: Result) -> Answered:
    asked_erased = erasure_told(score=score, what=Erasable.QUESTION)
    answer_erased = erasure_told(score=score, what=Erasable.ANSWER)
    if answer_erased and not result.answers_digest:
        # By the first predicate a score holds its words: without them nothing binds it any more.
        raise ErasedError(f"the answers that this result commits to whole were {answer_erased}")
    item = Item(score.item_id, score.part, score.cluster, score.payload)
    return answered(
        score.item_digest if asked_erased else item,
        scored(score),
        _words(score) if result.answers_digest else None,
    )


def scored(score: Score) -> ItemScore:
    """A row as what an answer was worth."""
    return ItemScore(
        item_id=score.item_id,
        part=score.part,
        cluster=score.cluster,
        value=score.value,
        label=score.label,
        answer=score.answer,
        detail=score.detail,
    )


def _words(score: Score) -> Words:
    if score.salt is not None:
        return Shown(bytes(score.salt), scored(score).words())
    erasure = erasure_told(score=score, what=Erasable.ANSWER)
    if erasure is None or not score.answer_commitment:
        return Unbound()
    if erasure.entry is None:
        raise NotFoundError("an erasure is not in the log yet; it is put there within seconds")
    return Erased(score.answer_commitment, erasure.entry)
