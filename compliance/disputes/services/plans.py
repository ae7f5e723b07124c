"""The plan of a battery: which tests of which versions, to the last parameter."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.audits.services import battery_check, battery_resolve
from compliance.disputes.findings import findings_by_battery
from compliance.disputes.models import Dispute
from compliance.disputes.selectors import orderable_tests
from compliance.domain.batteries import battery_next_check
from compliance.domain.canonical import Json
from compliance.domain.dispute_words import Side
from compliance.domain.disputes import MOST_TESTS
from compliance.domain.errors import InvalidInputError
from compliance.domain.specs import StressTestSpec
from compliance.domain.verify.docket import plan_of
from compliance.domain.vocabulary import Access


def battery_plan(dispute: Dispute, battery: Sequence[object]) -> dict[str, Json]:
    """The plan of the next battery.

    Args:
        battery: names or specs of provenance tests that compare versions.

    Raises:
        InvalidInputError: naming battery.
        TransitionError: there may be no further battery.
    """
    return plan_of(
        dispute=str(dispute.id),
        claimant=_subject(dispute, Side.CLAIMANT),
        respondent=_subject(dispute, Side.RESPONDENT),
        battery=_bound(dispute, battery),
    )


def tests_of(plan: dict[str, Json]) -> str:
    """The stress tests of a plan, for a sentence."""
    tests = plan["battery"]
    assert isinstance(tests, list)  # noqa: S101 - as ``plan_of`` makes it
    specs = [StressTestSpec.from_json(one) for one in tests]
    return ", ".join(f"{one.name}@{one.version}" for one in specs)


def _bound(dispute: Dispute, battery: Sequence[object]) -> list[StressTestSpec]:
    """The battery with the claimant's version for its one reference, which the respondent denies.

    What either party declares of the other's version does not count: it is what is in dispute.
    """
    specs = battery_resolve(battery=battery)
    offered = {(one.name, one.version) for one in orderable_tests()}
    for spec in specs:
        if (spec.name, spec.version) not in offered:
            problem = f"{spec.name} does not compare two versions, or has no validity report"
            raise _refusal("battery", problem, "Choose a provenance test that does")
    if len(specs) > MOST_TESTS:
        raise _refusal("battery", f"more than {MOST_TESTS} tests", "Choose fewer")
    battery_next_check(findings_by_battery(dispute=dispute), [spec.name for spec in specs])
    battery_check(battery=specs, access=Access(dispute.respondent_version.access))
    if dispute.claimant_version.access != Access.WEIGHTS.value:
        problem = "the claimant's version has no weights here to compare with"
        raise _refusal("battery", problem, "Dismiss the claim, or have weights registered")
    reference: dict[str, Json] = {
        "label": str(dispute.claimant_version),
        "digest": dispute.claimant_version.weights_digest,
        "declared_parent": False,
        "declared_relative": False,
    }
    return [spec.bind(references=[reference]) for spec in specs]


def _subject(dispute: Dispute, side: Side) -> dict[str, Json]:
    version = dispute.claimant_version if side is Side.CLAIMANT else dispute.respondent_version
    return {
        "version": str(version.id),
        "label": str(version),
        "weights_digest": version.weights_digest,
    }


def _refusal(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
