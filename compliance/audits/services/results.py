"""Recording what a completed shard found, in the transaction that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from compliance.audits.budget import alarming
from compliance.audits.evidence import result_attested
from compliance.audits.models import Result, Shard, Standing, StreamNewest, StreamRow
from compliance.audits.services.confirmations import parent_unshown_record
from compliance.domain.attestation import PAYLOAD_TYPE, STATEMENT_PATH
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.specs import StressTestSpec
from compliance.domain.verdicts import Estimate
from compliance.domain.vocabulary import Stop, Verdict
from compliance.events.services import event_record
from compliance.ledger.services import evidence_record

_BEYOND = " Beyond chance over everything that this organization has had tested: an alarm."
_WITHIN = (
    " Not beyond chance over everything that this organization has had tested: its error budget"
    " asks for more evidence before an alarm."
)

_VIOLATIONS = {"provenance.served_drift": EventType.ENDPOINT_DRIFT_DETECTED}
"""Stress tests whose violation has an event of its own, in place of ``verdict.violating``: one
violation opens one alert."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an execution found and what it depended on."""

    estimate: Estimate
    stopped: Stop
    code_digest: str
    order_digest: str
    scores_digest: str
    environment: Mapping[str, Json]
    unasked_digest: str = ""


def result_record(*, shard: Shard, outcome: Outcome, verdict: Verdict) -> Result:
    """Write a shard's result and the events that tell of its verdict.

    The caller has moved the shard under its lease, in the same transaction.
    """
    result = _result_write(shard=shard, outcome=outcome, verdict=verdict)
    _verdict_record(shard=shard, result=result, verdict=verdict)
    parent_unshown_record(result=result)
    return result


def _result_write(*, shard: Shard, outcome: Outcome, verdict: Verdict) -> Result:
    estimate, spec, now = outcome.estimate, StressTestSpec.from_json(shard.spec), timezone.now()
    result = Result(
        shard=shard,
        version=shard.run.version,
        test_name=spec.name,
        test_version=spec.version,
        kind=shard.kind,
        verdict=verdict.value,
        value=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        limit=estimate.claim.limit,
        limit_source=estimate.claim.limit_source,
        alpha=estimate.claim.alpha,
        n=estimate.n,
        planned=estimate.planned,
        stopped=outcome.stopped.value,
        log10_e_violating=estimate.log10_e_violating,
        log10_e_compliant=estimate.log10_e_compliant,
        estimate=estimate.to_json(),
        seed=shard.seed,
        spec=shard.spec,
        spec_digest=spec.digest,
        code_digest=outcome.code_digest,
        order_digest=outcome.order_digest,
        unasked_digest=outcome.unasked_digest,
        scores_digest=outcome.scores_digest,
        environment=dict(outcome.environment),
        duration_seconds=(now - (shard.started_at or now)).total_seconds(),
        recorded_at=now,
    )
    result.statement_sha256 = evidence_record(
        content=result_attested(result), media_type=PAYLOAD_TYPE
    )
    result.save(force_insert=True)
    _standing_record(result)
    if not outcome.estimate.lead:  # a lead, whose error rate nobody measured, is no stream
        _stream_record(result)
    return result


def _standing_record(result: Result) -> None:
    """Make the result what its stress test says of its version now, unless a newer one does."""
    standing, made = Standing.objects.select_for_update().get_or_create(
        version=result.version,
        test_name=result.test_name,
        defaults={"result": result, "verdict": result.verdict},
    )
    if not made and standing.result.recorded_at <= result.recorded_at:
        standing.result, standing.verdict = result, result.verdict
        standing.save()


def _stream_record(result: Result) -> None:
    """Make the result the newest of its stream, which gets the next number if it has none."""
    by_people = result.shard.labelled_id is not None
    same = {"version": result.version, "spec_digest": result.spec_digest, "by_people": by_people}
    organization_id = result.version.model.organization_id
    with connection.cursor() as cursor:  # until the transaction ends: two claims count in turn
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"streams {organization_id}"]
        )
    stream = StreamRow.objects.filter(**same).select_related("head__result").first()
    if stream is None:
        numbers = StreamRow.objects.filter(organization=organization_id)
        last = numbers.aggregate(last=Max("number"))["last"] or 0
        stream = StreamRow.objects.create(
            organization_id=organization_id, number=last + 1, opened_at=result.recorded_at, **same
        )
    elif stream.head.result.recorded_at > result.recorded_at:
        return  # another run of the same claim was recorded in the meantime
    newest = {"result": result, "log10_e_violating": result.log10_e_violating}
    StreamNewest.objects.update_or_create(
        stream=stream,
        defaults=newest,
        create_defaults=newest | {"first_log10_e_violating": result.log10_e_violating},
    )


def _verdict_record(*, shard: Shard, result: Result, verdict: Verdict) -> None:
    version = shard.run.version
    violating = verdict is Verdict.VIOLATING
    alarm = violating and alarming(result)
    payload: dict[str, Json] = {
        "run": str(shard.run_id),
        "test": shard.test_name,
        "version": str(version.id),
        "label": str(version),
        "statement": verdict_statement(result)
        + (_BEYOND if alarm else _WITHIN if violating else ""),
        "alarm": alarm,
        "verdict": verdict.value,
        "result": str(result.id),
        "claim": _claim(result),
        "path": f"/runs/{shard.run_id}/",
        STATEMENT_PATH: result.statement_sha256,
    }
    told_by = _VIOLATIONS.get(shard.test_name, EventType.VERDICT_VIOLATING)
    types = [EventType.VERDICT_REACHED] + [told_by] * violating
    for event_type in types:
        event_record(
            event_type=event_type,
            organization_id=version.model.organization_id,
            subject=f"run/{shard.run_id}",
            payload=payload,
            model_id=version.model_id,
        )


def _claim(result: Result) -> dict[str, Json]:
    """The figures of a verdict, none without what it needs to be read by."""
    return {
        "statistic": result.estimate["claim"]["statistic"],
        "value": result.value,
        "lower": result.lower,
        "upper": result.upper,
        "limit": result.limit,
        "limit_source": result.limit_source,
        "alpha": result.alpha,
        "log10_e_violating": result.log10_e_violating,
        "n": result.n,
        "planned": result.planned,
    }


def verdict_statement(result: Result) -> str:
    """The verdict as one claim with its interval, limit, source and error rate."""
    claim = result.estimate["claim"]
    return (
        f"{result.test_name} on {result.version}: {result.verdict}. "
        f"{claim['statistic']}: {result.value:.4g} "
        f"({100 * (1 - result.alpha):g}% confidence sequence {result.lower:.4g} to "
        f"{result.upper:.4g}; {result.n} of {result.planned} items); "
        f"limit {result.limit:.4g}, from {result.limit_source}. "
        f"Probability of a wrong verdict at most {result.alpha:g}."
    )
