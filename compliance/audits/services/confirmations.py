"""What a screening calls for: the exact test of what resembles a version, and of its parents."""

from __future__ import annotations

from uuid import UUID

from compliance.audits.kinship import EXACT_TEST
from compliance.audits.models import Result, Run
from compliance.audits.services.catalogue import battery_resolve
from compliance.audits.services.runs import Cause, run_request
from compliance.domain.events import EventType
from compliance.domain.verdicts import decision_bound
from compliance.domain.vocabulary import Trigger
from compliance.events.models import Event
from compliance.events.selectors import event_by_id
from compliance.events.services import event_draft
from compliance.registry.models import Version
from compliance.registry.screening import Screening


def confirmation_request(*, event_id: UUID) -> Run | None:
    """Request a run of the exact test against what a screening named; nothing where it named none.

    The number screened goes with it, so that the verdict pays for the choice.

    Raises:
        InvalidInputError: no live worker offers the test.
    """
    event = event_by_id(event_id=event_id)
    screening = Screening(
        resembles=tuple(UUID(one) for one in event.payload["resembles"]),
        parents=tuple(UUID(one) for one in event.payload["parents"]),
        screened=event.payload["screened"],
    )
    asked = Run.objects.filter(trigger=Trigger.SCREENING.value, trigger_event=event)
    if not screening.among or asked.exists():
        return None
    return run_request(
        version=Version.objects.select_related("model").get(id=event.payload["version"]),
        battery=battery_resolve(battery=[EXACT_TEST]),
        cause=Cause(trigger=Trigger.SCREENING, event=event),
        screening=screening,
    )


def parent_unshown(*, result: Result) -> list[Event]:
    """The event, to be written, of a screening's test that did not find a declared parent; or none.

    That is no proof against the declaration, so it is no verdict: what a test does not find may be
    there. Parents that could not be compared are left out.
    """
    if result.shard.run.trigger != Trigger.SCREENING.value:
        return []
    declared = {
        one["label"] for one in result.spec["parameters"]["references"] if one["declared_parent"]
    }
    bound = decision_bound(result.alpha)
    unshown = [
        part
        for part in result.estimate["parts"]
        if part["name"] in declared and part["n"] and part["log10_e_compliant"] < bound
    ]
    if not unshown:
        return []
    version, run_id = result.version, result.shard.run_id
    said = "; ".join(f"{part['name']}: {part['note']}" for part in unshown)
    event = event_draft(
        event_type=EventType.PARENT_UNSHOWN,
        organization_id=version.model.organization_id,
        subject=f"run/{run_id}",
        payload={
            "run": str(run_id),
            "test": result.test_name,
            "version": str(version.id),
            "label": str(version),
            "verdict": result.verdict,
            "result": str(result.id),
            "statement": f"{version} declares parents that the test does not find. {said}."
            " Not found is not refuted: ask the provider how the version came about.",
            "alarm": False,
            "path": f"/runs/{run_id}/",
        },
        model_id=version.model_id,
    )
    return [event]
