"""The battery: ordered by the court, and frozen before anybody knows its seed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.audits.models import StressTest
from compliance.disputes.models import Battery, Dispute, Proposal
from compliance.disputes.proposals import next_number, proposal_waiting, proposals_now
from compliance.disputes.selectors import Seat, acting
from compliance.disputes.services.plans import battery_plan, tests_of
from compliance.disputes.services.telling import (
    deadline_check,
    dispute_held,
    dispute_move,
    dispute_tell,
    models_open,
    text_check,
)
from compliance.domain.canonical import Json, digest
from compliance.domain.dispute_words import DisputeState
from compliance.domain.disputes import Act
from compliance.domain.drawing import SHARE_BYTES, share_commitment
from compliance.domain.errors import TransitionError
from compliance.domain.events import EventType


@transaction.atomic
def battery_order(
    *,
    viewer: Viewer,
    dispute: Dispute,
    battery: Sequence[object],
    draw_by: datetime,
    reasons: str = "",
) -> Battery:
    """Order stress tests of the respondent's version against the claimant's, and freeze them.

    From the first order on the court and its reviewers read the respondent's model as well.

    Args:
        battery: names or specs of provenance tests that compare versions.
        draw_by: until when the parties commit and reveal.
        reasons: why; not to be left out where a party objected to what the other proposed.

    Raises:
        InvalidInputError: naming battery, draw_by or reasons.
        NotAllowedError, TransitionError: see ``acting``; or a party may still answer, or the
            battery before was answered.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.ORDER)
    if held.state == DisputeState.OPENED.value and timezone.now() < held.answer_by:
        raise TransitionError("the respondent has not answered, and its time is not over")
    if proposal_waiting(held, timezone.now()):
        raise TransitionError("a party may still answer what the other proposed")
    deadline_check("draw_by", draw_by)
    if reasons or any(hasattr(one, "objection") for one in proposals_now(held)):
        text_check("reasons", reasons)
    return battery_freeze(
        viewer=viewer,
        dispute=held,
        seat=seat,
        made=Battery(plan=battery_plan(held, battery), draw_by=draw_by, reasons=reasons),
    )


def battery_freeze(*, viewer: Viewer, dispute: Dispute, seat: Seat, made: Battery) -> Battery:
    """Freeze what was ordered or agreed on, draw the court's share of its seed, and tell of it.

    Args:
        dispute: held.
        made: with its plan, its deadline, and who agreed to what or why it was ordered.
    """
    made.dispute, made.number = dispute, next_number(dispute)
    made.plan_digest = digest(made.plan)
    made.court_share = secrets.token_hex(SHARE_BYTES)
    made.court_commitment = share_commitment(made.court_share)
    made.ordered_by = viewer.user
    made.save(force_insert=True)
    if made.number == 1:
        models_open(dispute=dispute, model=dispute.respondent_version.model, actor=viewer.user)
    agreed = made.was_agreed
    told = EventType.DISPUTE_BATTERY_AGREED if agreed else EventType.DISPUTE_BATTERY_ORDERED
    payload = _frozen(made, seat)
    dispute_tell(event_type=told, dispute=dispute, seat=seat, actor=viewer.user, payload=payload)
    again = DisputeState(dispute.state) is DisputeState.HEARD
    dispute_move(
        dispute=dispute,
        new=DisputeState.ORDERED_AGAIN if again else DisputeState.ORDERED,
        who=viewer.user.email,
        why="a battery was agreed on" if agreed else "a battery was ordered",
    )
    return made


def _frozen(battery: Battery, seat: Seat) -> dict[str, Json]:
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
        "reasons": battery.reasons,
        "statement": (
            f"{_who(battery, seat)} {tests_of(battery.plan)} of "
            f"{battery.dispute.respondent_version} against {battery.dispute.claimant_version}, by "
            f"the plan {battery.plan_digest}. Both parties commit to a share of the seed and "
            f"reveal it by {by}.{_why(battery)}"
        ),
    }


def _who(battery: Battery, seat: Seat) -> str:
    agreed: Proposal | None = battery.agreed
    if agreed is None:
        return f"{battery.dispute.court} orders"
    return f"{seat.organization} agrees to what the {agreed.side} proposed:"


def _why(battery: Battery) -> str:
    return f" Reasons: {battery.reasons}" if battery.reasons else ""
