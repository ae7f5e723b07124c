"""What the batteries of a dispute found, each finding in the one sentence that is quoted."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.audits.models import Run, Shard, StressTest
from compliance.disputes.models import Dispute, Draw
from compliance.domain.disputes import (
    Found,
    estimate_figures,
    finding_of,
    finding_statement,
)
from compliance.domain.measured import measured_false_alarms
from compliance.domain.specs import StressTestSpec
from compliance.domain.verdicts import Estimate
from compliance.domain.vocabulary import LineageFinding, Verdict


def findings_by_battery(*, dispute: Dispute) -> list[list[Found]]:
    """What each battery of a dispute found, test by test; nothing before its run has ended.

    For services and faces that have scoped the dispute already.
    """
    draws = Draw.objects.filter(battery__dispute=dispute, run__finished_at__isnull=False)
    rows = draws.select_related("run").order_by("battery__number")
    return [_findings(dispute, one.run) for one in rows]


def findings_of(*, dispute: Dispute) -> list[Found]:
    """The same over every battery, in order: what a ruling quotes."""
    return [one for battery in findings_by_battery(dispute=dispute) for one in battery]


def _findings(dispute: Dispute, run: Run) -> list[Found]:
    shards = run.shards.select_related("result").order_by("position")
    return [_found(dispute, run, shard) for shard in shards]


def _found(dispute: Dispute, run: Run, shard: Shard) -> Found:
    spec = StressTestSpec.from_json(shard.spec)
    names: Mapping[str, str] = {
        "test": f"{spec.name}@{spec.version}",
        "respondent": str(dispute.respondent_version),
        "claimant": str(dispute.claimant_version),
    }
    result = getattr(shard, "result", None)
    if result is None:
        why = shard.trouble or f"its run is {run.state}"
        finding, figures, alpha, measured = LineageFinding.UNTESTED, f"{why}.", 0.0, ""
    else:
        estimate = Estimate.from_json(result.estimate)
        finding = finding_of(estimate, Verdict(result.verdict))
        figures, alpha = estimate_figures(estimate), result.alpha
        test = StressTest.objects.get(name=spec.name, version=spec.version)
        measured = measured_false_alarms(test.validity, alpha)
    return Found(
        test=names["test"],
        spec_digest=spec.digest,
        result=str(result.id) if result else "",
        statement_sha256=result.statement_sha256 if result else "",
        finding=finding,
        alpha=alpha,
        statement=finding_statement(finding=finding, figures=figures, **names),
        measured=measured,
    )
