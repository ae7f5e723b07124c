"""Where the next battery of a dispute stands: who proposed one, and who may answer."""

from __future__ import annotations

from datetime import datetime

from compliance.disputes.findings import findings_by_battery
from compliance.disputes.models import Dispute, Proposal
from compliance.domain.batteries import places_left
from compliance.domain.dispute_words import DisputeState, Side
from compliance.domain.disputes import Act

ABOUT_NEXT = frozenset({Act.PROPOSE, Act.AGREE, Act.OBJECT, Act.ORDER})
"""What may be done about a battery that there is not yet."""


def next_number(dispute: Dispute) -> int:
    """The number of the battery that would be the next."""
    return len(dispute.batteries.all()) + 1


def proposals_now(dispute: Dispute) -> list[Proposal]:
    """What was proposed for the next battery, oldest first."""
    number = next_number(dispute)
    return [one for one in dispute.proposals.all() if one.number == number]


def proposal_waiting(dispute: Dispute, now: datetime) -> Proposal | None:
    """The proposal that the other party may still answer."""
    open_now = (one for one in proposals_now(dispute) if not hasattr(one, "objection"))
    return next((one for one in open_now if now < one.agree_by), None)


def acts_untimely(dispute: Dispute, side: Side, now: datetime) -> frozenset[Act]:
    """What about the next battery would be refused to a side though the state allows it."""
    heard = dispute.state == DisputeState.HEARD.value
    if heard and not places_left(findings_by_battery(dispute=dispute)):
        return ABOUT_NEXT
    found, waiting = set[Act](), proposal_waiting(dispute, now)
    if waiting or any(one.side == side.value for one in proposals_now(dispute)):
        found.add(Act.PROPOSE)
    if waiting is None or waiting.side == side.value:
        found |= {Act.AGREE, Act.OBJECT}
    unanswered = dispute.state == DisputeState.OPENED.value and now < dispute.answer_by
    if waiting or unanswered:
        found.add(Act.ORDER)
    return frozenset(found)
