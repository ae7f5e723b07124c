"""Recording what completed shards found, in the transaction that ends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from compliance.audits.budget import alarming
from compliance.audits.evidence import result_attested
from compliance.audits.models import Result, Shard, VerdictChange
from compliance.audits.services.changed_weights import weights_changed
from compliance.audits.services.confirmations import parent_unshown
from compliance.audits.services.scores import answers_digests
from compliance.audits.services.standings import standings_record
from compliance.audits.services.streams import streams_record
from compliance.domain.attestation import PAYLOAD_TYPE, STATEMENT_PATH
from compliance.domain.canonical import Json
from compliance.domain.events import EventType
from compliance.domain.specs import StressTestSpec
from compliance.domain.verdicts import Estimate
from compliance.domain.vocabulary import Stop, Verdict
from compliance.events.models import Event
from compliance.events.services import event_draft
from compliance.ledger.services import evidence_record_each
from compliance.tracing import trace_within

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
    """What an execution found and what it depended on.

    Attributes:
        seconds: that it took, where it waited for others after its claim; None where it did not.
    """

    estimate: Estimate
    stopped: Stop
    code_digest: str
    order_digest: str
    scores_digest: str
    environment: Mapping[str, Json]
    unasked_digest: str = ""
    seconds: float | None = None


def results_record(
    *, shards: Sequence[Shard], outcomes: Sequence[Outcome], verdicts: Sequence[Verdict]
) -> tuple[list[Result], list[Event]]:
    """Write shards' results; returns them, and the events to be written that tell of the verdicts.

    The caller has moved the shards under their leases, in the same transaction.
    """
    of_each = zip(shards, outcomes, verdicts, strict=True)
    results = [_result(shard, outcome, verdict) for shard, outcome, verdict in of_each]
    answers = answers_digests(shards)
    for result in results:
        result.answers_digest = answers[result.shard_id]
    statements = [result_attested(one) for one in results]
    digests = evidence_record_each(contents=statements, media_type=PAYLOAD_TYPE)
    for result, sha256 in zip(results, digests, strict=True):
        result.statement_sha256 = sha256
    Result.objects.bulk_create(results)
    VerdictChange.objects.bulk_create(standings_record(results))
    # A lead, whose error rate nobody measured, is no stream.
    claims = zip(results, outcomes, strict=True)
    streams_record([result for result, outcome in claims if not outcome.estimate.lead])
    return results, [event for result in results for event in _events(result)]


def _result(shard: Shard, outcome: Outcome, verdict: Verdict) -> Result:
    estimate, spec, now = outcome.estimate, StressTestSpec.from_json(shard.spec), timezone.now()
    since_claim = (now - (shard.started_at or now)).total_seconds()
    return Result(
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
        duration_seconds=since_claim if outcome.seconds is None else outcome.seconds,
        recorded_at=now,
    )


def _events(result: Result) -> list[Event]:
    with trace_within(result.shard.run.traceparent):
        return [
            *_verdict_events(result),
            *parent_unshown(result=result),
            *weights_changed(result=result),
        ]


def _verdict_events(result: Result) -> list[Event]:
    shard, version, verdict = result.shard, result.version, Verdict(result.verdict)
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
        "claim": {**_claim(result), **({"alarm": alarm} if violating else {})},
        "path": f"/runs/{shard.run_id}/",
        STATEMENT_PATH: result.statement_sha256,
    }
    told_by = _VIOLATIONS.get(shard.test_name, EventType.VERDICT_VIOLATING)
    types = [EventType.VERDICT_REACHED] + [told_by] * violating
    return [
        event_draft(
            event_type=event_type,
            organization_id=version.model.organization_id,
            subject=f"run/{shard.run_id}",
            payload=payload,
            model_id=version.model_id,
        )
        for event_type in types
    ]


def _claim(result: Result) -> dict[str, Json]:
    """The figures of a verdict, none without what it needs to be read by."""
    claim = result.estimate["claim"]
    return {
        "statement": claim["statement"],
        "statistic": claim["statistic"],
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
        f"{claim['statistic'][:1].upper()}{claim['statistic'][1:]}: {result.value:.4g} "
        f"({100 * (1 - result.alpha):g}% confidence sequence {result.lower:.4g} to "
        f"{result.upper:.4g}; {result.n} of {result.planned} items); "
        f"limit {result.limit:.4g}, from {result.limit_source}. "
        f"Probability of a wrong verdict at most {result.alpha:g}."
    )
