"""What the parties would have tested: proposed by one, agreed or objected to by the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.accounts.selectors import Viewer
from compliance.disputes.models import Battery, Dispute, Objection, Proposal
from compliance.disputes.proposals import next_number, proposal_waiting
from compliance.disputes.selectors import Seat, acting
from compliance.disputes.services.batteries import battery_freeze
from compliance.disputes.services.plans import battery_plan, tests_of
from compliance.disputes.services.telling import dispute_held, dispute_tell, text_check
from compliance.domain.batteries import PROPOSAL_DAYS, proposal_due
from compliance.domain.canonical import digest
from compliance.domain.disputes import Act
from compliance.domain.errors import InvalidInputError, TransitionError
from compliance.domain.events import EventType


@transaction.atomic
def battery_propose(
    *, viewer: Viewer, dispute: Dispute, battery: Sequence[object], draw_by: datetime, reasons: str
) -> Proposal:
    """Propose the next battery for a party, once; it binds nobody until the other agrees.

    Args:
        battery: names or specs of provenance tests that compare versions.
        draw_by: until when the parties would commit and reveal.

    Raises:
        InvalidInputError: naming battery, draw_by or reasons.
        NotAllowedError, TransitionError: see ``acting``; or one waits for its answer, or the party
            has proposed already, or there may be no further battery.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.PROPOSE)
    now = timezone.now()
    if proposal_waiting(held, now):
        raise TransitionError("a battery is proposed already, and waits for its answer")
    text_check("reasons", reasons)
    plan, due = battery_plan(held, battery), proposal_due(now)
    if draw_by <= due:
        raise InvalidInputError(
            field="draw_by",
            problem=f"the other party has {PROPOSAL_DAYS} days to agree",
            fix=f"Choose a moment after {due:%Y-%m-%d %H:%M} UTC",
        )
    try:
        with transaction.atomic():
            made = Proposal.objects.create(
                dispute=held,
                number=next_number(held),
                side=seat.side.value,
                plan=plan,
                plan_digest=digest(plan),
                draw_by=draw_by,
                reasons=reasons,
                agree_by=due,
                proposed_by=viewer.user,
            )
    except IntegrityError as error:
        raise TransitionError(f"the {seat.side.value} has proposed a battery already") from error
    _tell_proposal(viewer, seat, made)
    return made


@transaction.atomic
def battery_agree(*, viewer: Viewer, dispute: Dispute) -> Battery:
    """Agree, for a party, to what the other proposed; that is the battery, as if it were ordered.

    From the first battery on the court and its reviewers read the respondent's model as well.

    Raises:
        NotAllowedError, TransitionError: see ``acting``; or nothing waits for the party's answer.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.AGREE)
    proposal = _answered(held, seat)
    made = Battery(plan=proposal.plan, draw_by=proposal.draw_by, agreed=proposal)
    return battery_freeze(viewer=viewer, dispute=held, seat=seat, made=made)


@transaction.atomic
def battery_object(*, viewer: Viewer, dispute: Dispute, reasons: str) -> Objection:
    """Object, for a party, to what the other proposed; it may then propose another, once.

    Raises:
        InvalidInputError: naming reasons.
        NotAllowedError, TransitionError: see ``acting``; or nothing waits for the party's answer.
    """
    held = dispute_held(dispute)
    seat = acting(viewer=viewer, dispute=held, act=Act.OBJECT)
    text_check("reasons", reasons)
    proposal = _answered(held, seat)
    made = Objection.objects.create(proposal=proposal, reasons=reasons, objected_by=viewer.user)
    dispute_tell(
        event_type=EventType.DISPUTE_BATTERY_OBJECTED,
        dispute=held,
        seat=seat,
        actor=viewer.user,
        payload={
            "plan": proposal.plan_digest,
            "reasons": reasons,
            "statement": f"{seat.organization} objects to what the {proposal.side} proposed, the "
            f"plan {proposal.plan_digest}: {reasons}",
        },
    )
    return made


def _answered(dispute: Dispute, seat: Seat) -> Proposal:
    """The other party's proposal, while it waits."""
    found = proposal_waiting(dispute, timezone.now())
    if found is None or found.side == seat.side.value:
        raise TransitionError("nothing is proposed that waits for your answer")
    return found


def _tell_proposal(viewer: Viewer, seat: Seat, made: Proposal) -> None:
    dispute_tell(
        event_type=EventType.DISPUTE_BATTERY_PROPOSED,
        dispute=made.dispute,
        seat=seat,
        actor=viewer.user,
        payload={
            "plan": made.plan_digest,
            "draw_by": made.draw_by.isoformat(),
            "agree_by": made.agree_by.isoformat(),
            "reasons": made.reasons,
            "statement": f"{seat.organization} proposes {tests_of(made.plan)} of "
            f"{made.dispute.respondent_version} against {made.dispute.claimant_version}, by the "
            f"plan {made.plan_digest}: {made.reasons} The other party answers by "
            f"{made.agree_by:%Y-%m-%d %H:%M} UTC.",
        },
    )
