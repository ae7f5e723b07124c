"""The battery: ordered by the court, and frozen before anybody knows its seed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.audits.models import StressTest
from compliance.audits.services import battery_check, battery_resolve
from compliance.disputes.models import Battery, Dispute
from compliance.disputes.selectors import (
    acting,
    orderable_tests,
)
from compliance.disputes.services.telling import (
    deadline_check,
    dispute_held,
    dispute_move,
    dispute_tell,
    models_open,
)
from compliance.domain.canonical import Json, digest
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import MOST_TESTS, Act
from compliance.domain.drawing import SHARE_BYTES, share_commitment
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType
from compliance.domain.specs import StressTestSpec
from compliance.domain.verify.docket import plan_of
from compliance.domain.vocabulary import Access


@transaction.atomic
def battery_order(
    *, viewer: Viewer, dispute: Dispute, battery: Sequence[object], draw_by: datetime
) -> Battery:
    """Order stress tests of the respondent's version against the claimant's, and freeze them.

    From now on the court and its reviewers read the respondent's model as well.

    Args:
        battery: names or specs of provenance tests that compare versions.
        draw_by: until when the parties commit and reveal.

    Raises:
        InvalidInputError: naming battery or draw_by.
        NotAllowedError, TransitionError: see ``acting``; or the respondent may still answer.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.ORDER)
    if held.state == DisputeState.OPENED.value and timezone.now() < held.answer_by:
        raise TransitionError("the respondent has not answered, and its time is not over")
    deadline_check("draw_by", draw_by)
    plan = plan_of(
        dispute=str(held.id),
        claimant=_subject(held, Side.CLAIMANT),
        respondent=_subject(held, Side.RESPONDENT),
        battery=_bound(held, battery),
    )
    share = secrets.token_hex(SHARE_BYTES)
    made = Battery.objects.create(
        dispute=held,
        plan=plan,
        plan_digest=digest(plan),
        draw_by=draw_by,
        court_share=share,
        court_commitment=share_commitment(share),
        ordered_by=viewer.user,
    )
    models_open(dispute=held, model=held.respondent_version.model, actor=viewer.user)
    dispute_tell(
        event_type=EventType.DISPUTE_BATTERY_ORDERED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload=_ordered(made),
    )
    dispute_move(
        dispute=held, new=DisputeState.ORDERED, who=viewer.user.email, why="a battery was ordered"
    )
    return made


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


def _ordered(battery: Battery) -> dict[str, Json]:
    tests = [f"{one['name']}@{one['version']}" for one in battery.plan["battery"]]
    codes: list[Json] = [
        StressTest.objects.get(name=one["name"], version=one["version"]).code_digest
        for one in battery.plan["battery"]
    ]
    by = f"{battery.draw_by:%Y-%m-%d %H:%M} UTC"
    return {
        "plan": battery.plan_digest,
        "codes": codes,
        "court_commitment": battery.court_commitment,
        "draw_by": battery.draw_by.isoformat(),
        "statement": (
            f"{battery.dispute.court} orders {', '.join(tests)} of "
            f"{battery.dispute.respondent_version} against {battery.dispute.claimant_version}, by "
            f"the plan {battery.plan_digest}. Both parties commit to a share of the seed and "
            f"reveal it by {by}."
        ),
    }


def _refusal(field: str, problem: str, fix: str) -> InvalidInputError:
    return InvalidInputError(field=field, problem=problem, fix=fix)
